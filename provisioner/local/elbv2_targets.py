"""Which load balancers serve a target group, and what is said of a target it does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeAction, FakeHealthStatus, FakeListener


def stranger(target: Mapping[str, Any]) -> FakeHealthStatus:
    """Return the health of a target that nobody has registered."""
    port = str(target.get("Port", ""))
    words = "Target is not registered to the target group"
    return FakeHealthStatus(target["Id"], port, port, "unused", "Target.NotRegistered", words)


def serving(backend: ELBv2Backend, group: str) -> list[str]:
    """ARNs of the load balancers whose rules forward to a target group."""
    return [
        balancer.arn
        for balancer in backend.load_balancers.values()
        if any(
            group in backend._get_target_group_arns_from(action_data=action.data)  # noqa: SLF001
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
            for action in rule.actions
        )
    ]


def weigh(backend: ELBv2Backend, arn: str, percents: Mapping[str, float]) -> None:
    """Have a rule, or a listener by its own ARN, share its traffic between target groups.

    Weights are whole numbers up to 999, so tenths of a percent are told in thousandths.
    """
    fine = any(each % 1 for each in percents.values())
    groups = [
        {"TargetGroupArn": group, "Weight": round(each * 10 if fine else each)}
        for group, each in percents.items()
    ]
    for listener, rule in _named(backend, arn):
        rule.actions = [_shared(each, groups) for each in rule.actions]
        if rule.is_default:
            listener.default_actions = rule.actions


def weights(backend: ELBv2Backend, arn: str) -> dict[str, float] | None:
    """Return what a rule, or a listener, forwards to each target group; None if it is not there."""
    for _, rule in _named(backend, arn):
        found: dict[str, float] = {}
        for action in rule.actions:
            config = action.data.get("ForwardConfig") or {}
            for each in config.get("TargetGroups") or ():
                found[each["TargetGroupArn"]] = float(each.get("Weight", 1))
            if not found and "TargetGroupArn" in action.data:
                found[action.data["TargetGroupArn"]] = 1
        return found
    return None


def _named(backend: ELBv2Backend, arn: str) -> Iterator[tuple[FakeListener, Any]]:
    """Yield the rule of that ARN with its listener; for a listener's ARN its default rule."""
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                if rule.arn == arn or (listener.arn == arn and rule.is_default):
                    yield listener, rule


def _shared(action: FakeAction, groups: list[dict[str, Any]]) -> FakeAction:
    if action.type != "forward":
        return action
    kept = {name: value for name, value in action.data.items() if name != "TargetGroupArn"}
    config = {**action.data.get("ForwardConfig", {}), "TargetGroups": groups}
    return FakeAction({**kept, "ForwardConfig": config})
