"""What services run now, asked once a run is over that did not bring them what they should run.

What was planned, and what was registered, says nothing of that: ECS may have gone back, or
somebody else may have deployed meanwhile.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.deploy.places import SERVICE
from provisioner.engine.aws import Aws
from provisioner.engine.execute import Outcome, Report
from provisioner.engine.model import Live
from provisioner.rollout import standing
from provisioner.rollout.follow import Watched, describe

OUTPUT = "TaskDefinition"


def observed(aws: Aws, report: Report) -> Report:
    """The report with what serves now, where that is in doubt; None where nobody can say."""
    asked = {one.step.address: one.step.live for one in report.outcomes if _in_doubt(one)}
    found = {
        address: {**report.outputs.get(address, live.outputs), OUTPUT: _now(aws, live)}
        for address, live in asked.items()
        if live is not None
    }
    return replace(report, outputs={**report.outputs, **found}) if found else report


def _in_doubt(outcome: Outcome) -> bool:
    if outcome.step.kind != SERVICE or outcome.step.action == "delete":
        return False
    verdict = (outcome.details or {}).get("verdict", "serving")
    return outcome.state != "done" or verdict != "serving"


def _now(aws: Aws, live: Live) -> str | None:
    watched = Watched(live.properties["cluster"], live.properties["serviceName"])
    try:
        service = describe(aws, watched)
    except (ClientError, BotoCoreError):
        return None
    return serving(service) if service else None


def serving(service: Mapping[str, Any]) -> str | None:
    """The ARN of the task definition that a described service serves.

    While a deployment goes on, or has failed with nothing to go back to, that is the version of
    the one other deployment that still has tasks.
    """
    item = dict(service)
    primary = standing.primary(item)
    if primary is None:
        return None
    back = "rolling back to" in primary.get("rolloutStateReason", "")
    if back or standing.rollout(item) == "COMPLETED":
        return str(primary["taskDefinition"])
    others = {
        str(one["taskDefinition"])
        for one in item["deployments"]
        if one is not primary and one.get("runningCount")
    }
    return others.pop() if len(others) == 1 else None
