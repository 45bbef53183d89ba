"""Rules about access logs."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.finding import Finding
from provisioner.spec.models import Spec

_PREFIX = "access_logs.s3."


def attributes(spec: Spec) -> Iterator[Finding]:
    """They go to the stack's bucket or to one of the user's own; ModifyLoadBalancerAttributes."""
    balancer = spec.load_balancer
    if balancer is None or balancer.access_logs is None:
        return
    for key in balancer.attributes:
        if key.startswith(_PREFIX):
            message = "does not go with load_balancer.access_logs, which sets it"
            yield Finding(("load_balancer", "attributes", key), message)
