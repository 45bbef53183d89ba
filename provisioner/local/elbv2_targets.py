"""Which load balancers serve a target group, and what is said of a target it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeHealthStatus


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
