"""Rules about names that are written out. Names made from the stack's are checked when made."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.document import Path, dotted
from provisioner.spec.finding import Finding, rules
from provisioner.spec.models import Spec
from provisioner.spec.parts import workloads

_KINDS = {
    "service": "ECS service",
    "task_family": "task definition family",
    "target_group": "target group",
    "security_group": "security group",
    "execution_role": "role",
    "task_role": "role",
}
"""Fields of `names:` to the kind within which AWS keeps the name unique."""


def written_names(spec: Spec) -> Iterator[Finding]:
    """One name, one thing. IAM's names are also the same in another case; iam.CreateRole."""
    first: dict[tuple[str, str], Path] = {}
    for kind, path, name in _written(spec):
        key = (kind, name.lower() if kind == "role" else name)
        other = first.setdefault(key, path)
        if other != path:
            message = f"'{name}' is already the {kind} of {dotted(other)}"
            yield Finding(path, message)


def _written(spec: Spec) -> Iterator[tuple[str, Path, str]]:
    if spec.load_balancer and (group := spec.load_balancer.security_group_name):
        yield "security group", ("load_balancer", "security_group_name"), group
    for path, service in workloads(spec):
        for field, kind in _KINDS.items():
            if name := getattr(service.names, field):
                yield kind, (*path, "names", field), name
        if service.logs.name:
            yield "log group", (*path, "logs", "name"), service.logs.name


def rule_names(spec: Spec) -> Iterator[Finding]:
    """A rule's name is its address in plans, so a listener has it once."""
    first: dict[tuple[str, str], Path] = {}
    for placed in rules(spec):
        name = placed.rule.name
        if (
            name
            and (other := first.setdefault((placed.listener, name), placed.path)) != placed.path
        ):
            message = f"`{name}` is already the name of {dotted(other)}"
            yield Finding((*placed.path, "name"), message)
