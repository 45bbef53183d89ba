"""The IAM policies that our commands need for a spec."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session as BotocoreSession

from provisioner.engine.aws import Aws, explain
from provisioner.engine.grant import Place
from provisioner.engine.policy import FEW, Purpose, documents, statements
from provisioner.resources import KINDS
from provisioner.resources._tags import INDEX
from provisioner.resources.ecs._once import WHERE
from provisioner.resources.ecs.task_definition import TaskDefinition
from provisioner.resources.lookups._grants import GRANTS
from provisioner.resources.lookups.account import account as find_account
from provisioner.spec.models import Spec
from provisioner.stack import build

ASKED: Mapping[str, Collection[str]] = {
    "teardown": (),
    "deploy": ("cluster", "image"),
    "exec": ("cluster",),
}
"""The lookups of commands that do not ask for all."""


def partition_of(region: str) -> str:
    """`aws`, `aws-cn`, `aws-us-gov`, …: what begins every ARN of a region."""
    return str(BotocoreSession().get_partition_for_region(region))


def account_of(aws: Aws) -> str:
    """The number of the account that the credentials are for. Raises NoAccess."""
    try:
        return str(find_account(aws, {})["Account"])
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def policies(
    spec: Spec, purpose: Purpose, *, environment: str | None, region: str, account: str
) -> list[dict[str, Any]]:
    """The least that a command needs, as policy documents: several where one is too long.

    `account` is the number of an account, or `*`. AWS is not asked for anything.
    """
    blueprint = build(spec, environment=environment, region=region)
    place = Place(
        partition_of(region),
        region,
        account,
        blueprint.owner,
        {one.address: one for one in blueprint.resources},
        {kind.name: kind.identity[0] for kind in KINDS.values() if kind.identity},
    )
    # A task that runs before its service is deployed has a network, which must be found.
    before = any(one.properties.get(WHERE) for one in blueprint.resources)
    everywhere = purpose not in FEW or (purpose == "deploy" and before)
    kinds = GRANTS if purpose == "deploy" and before else ASKED.get(purpose, GRANTS)
    asked = [one for one in blueprint.lookups if one.kind in kinds]
    reads = [
        (grant, [one for one in asked if one.kind == kind])
        for kind in sorted({one.kind for one in asked})
        for grant in GRANTS[kind]
    ]
    tasks = blueprint.outputs.get("tasks", {})
    found = statements(
        purpose,
        # Only what is under `tasks:` can be run by itself.
        [r for r in blueprint.resources
         if purpose != "run" or r.kind != TaskDefinition.name or r.name in tasks],
        kinds=KINDS,
        lookups=[(INDEX, ()), *reads] if everywhere else reads,
        place=place,
        everywhere=everywhere,
    )  # fmt: skip
    return documents(found)
