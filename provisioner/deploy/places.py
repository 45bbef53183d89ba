"""The stack's services as AWS has them, without a look at everything else.

Source: ECS DescribeServices; the cluster is known from the spec, or looked up as `plan` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.aws import Aws, explain
from provisioner.engine.kind import Scope
from provisioner.engine.model import Live, Lookup, Ref, Resource
from provisioner.errors import NotOwned, PlanError, UsageError
from provisioner.resources.ecs.service import Service
from provisioner.rollout.follow import Watched

SERVICE, DEFINITION, CLUSTER = "ecs.service", "ecs.task_definition", "ecs.cluster"
Ask = Callable[[Lookup], Mapping[str, Any]]
"""Answers a lookup. Raises LookupFailed."""


@dataclass(frozen=True, slots=True)
class Place:
    """One service: what the spec wants of it, and what there is."""

    wanted: Resource
    definition: Resource
    """The task definition that the spec wants for it."""
    live: Live
    before: tuple[Resource, ...] = ()
    """Task definitions whose tasks must have gone well before it is deployed."""

    @property
    def name(self) -> str:
        """Its name in the spec."""
        return self.wanted.name

    @property
    def cluster(self) -> str:
        """The cluster's ARN."""
        return str(self.live.properties["cluster"])

    @property
    def service(self) -> str:
        """Its name in AWS."""
        return str(self.live.properties["serviceName"])

    @property
    def serving(self) -> str:
        """The ARN of the task definition that it was told to run last."""
        return str(self.live.outputs["TaskDefinition"])

    @property
    def main(self) -> str:
        """The name of its application's container."""
        return str(self.definition.properties["containerDefinitions"][0]["name"])

    @property
    def watched(self) -> Watched:
        """Its newest deployment, whichever that is."""
        return Watched(self.cluster, self.service)


def find(
    aws: Aws,
    resources: Iterable[Resource],
    lookups: Iterable[Lookup],
    scope: Scope,
    ask: Ask,
    names: Iterable[str] = (),
) -> list[Place]:
    """The services of these names, all where none is given. Reads only.

    Raises UsageError for a name that the spec does not have, PlanError for what does not exist
    yet, NotOwned, LookupFailed, NoAccess.
    """
    known = {one.address: one for one in resources}
    wanted = {one.name: one for one in known.values() if one.kind == SERVICE}
    chosen = list(names) or list(wanted)
    for name in chosen:
        if name not in wanted:
            there = ", ".join(wanted) or "none"
            raise UsageError(f"the spec has no service {name}; its services: {there}")
    asked = {one.address: one for one in lookups}
    try:
        return [_place(aws, wanted[name], known, asked, scope, ask) for name in chosen]
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _place(
    aws: Aws,
    wanted: Resource,
    known: Mapping[str, Resource],
    asked: Mapping[str, Lookup],
    scope: Scope,
    ask: Ask,
) -> Place:
    cluster = aws.once(
        ("place-cluster",), lambda: cluster_of(wanted.properties["cluster"], known, asked, ask)
    )
    name = str(wanted.properties["serviceName"])
    for live in Service().read(aws, cluster, [name]):
        if not scope.ours(live.tags):
            raise NotOwned(f"{wanted.address}: {name} exists ({live.id}) and is not this stack's")
        before = tuple(known[a] for a in wanted.after if a.startswith(f"{DEFINITION}/"))
        return Place(wanted, known[f"{DEFINITION}/{wanted.name}"], live, before)
    raise PlanError(f"{wanted.address}: there is no service {name} yet; apply makes it")


def cluster_of(
    value: Any, known: Mapping[str, Resource], asked: Mapping[str, Lookup], ask: Ask
) -> str:
    """The name or ARN that `cluster` of a resource stands for."""
    if not isinstance(value, Ref):
        return str(value)
    if value.address in known:
        return str(known[value.address].properties["clusterName"])
    return str(ask(asked[value.address])[value.output])
