"""EventBridge's default bus: what happens in ECS reaches the targets of the rules it matches.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html; input transformers:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
Targets are SNS topics; what goes to any other kind of target goes nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from moto.events.models import Rule, events_backends
from moto.moto_api._internal import mock_random
from moto.sns.models import sns_backends

from .notices import Topics

Event = dict[str, Any]
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def wanted(account: str, region: str) -> bool:
    """Whether there is any rule that could want an event."""
    return bool(_rules(account, region))


def event(
    account: str, region: str, time: str, kind: str, subject: str, detail: Mapping[str, Any]
) -> Event:
    """Return an event of ECS; `subject` is the ARN of what it is about, `time` is ISO 8601."""
    return {
        "version": "0",
        "id": str(mock_random.uuid4()),
        "detail-type": kind,
        "source": "aws.ecs",
        "account": account,
        "time": time,
        "region": region,
        "resources": [subject],
        "detail": dict(detail),
    }


def deliver(account: str, region: str, happened: Event, at: float) -> None:
    """Send an event to the topics of all rules that it matches."""
    for rule in _rules(account, region):
        if rule.event_pattern.matches_event(cast("Any", happened)):
            for target in rule.targets:
                _send(target, happened, at, rule.arn)


def text(target: Mapping[str, Any], happened: Event) -> str:
    """Return what a target gets: all of an event, a part, or what its template makes of it."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(found(happened, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(happened)
    words = str(transformer["InputTemplate"])
    for name, path in (transformer.get("InputPathsMap") or {}).items():
        value = found(happened, path)
        said = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        words = words.replace(f"<{name}>", said)
    return words


def found(value: Any, path: str) -> Any:
    """Return what is at a path such as `$.resources[0]`, None if nothing is."""
    for name, index in _PART.findall(path.removeprefix("$")):
        if name and isinstance(value, Mapping):
            value = value.get(name)
        elif index and isinstance(value, Sequence) and len(value) > int(index):
            value = value[int(index)]
        else:
            return None
    return value


def _rules(account: str, region: str) -> list[Rule]:
    bus = events_backends[account][region].event_buses["default"]
    return [
        each
        for each in bus.rules.values()
        if each.state == "ENABLED" and each.event_pattern.get_pattern() and each.targets
    ]


def _send(target: Mapping[str, Any], happened: Event, at: float, rule: str) -> None:
    _, _, service, region, account, *_ = target["Arn"].split(":")
    if service == "sns":
        topics = cast("Topics", sns_backends[account][region])
        topics.deliver(target["Arn"], text(target, happened), at=at, sender=rule)
