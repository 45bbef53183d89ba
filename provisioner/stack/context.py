"""What every builder is given: the spec, the names, and what was looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.engine.model import Keeper, Lookup, Ref, Resource, Text, text
from provisioner.spec.models import Spec
from provisioner.spec.parts import workloads
from provisioner.spec.service import Route, Service
from provisioner.spec.task import Task
from provisioner.stack.names import Names

VPC = "ec2.vpc"
SUBNET = "ec2.subnet"


@dataclass(frozen=True, slots=True)
class Context:
    """Pure data; builders are functions of it."""

    spec: Spec
    names: Names
    account: Lookup
    network: Lookup
    """The VPC and subnets, or the zones for new ones: `vpc` and the two kinds of subnets tell."""

    @property
    def vpc(self) -> Ref:
        """The VPC's id."""
        return ref(VPC, "main", "Id") if self.spec.network.create else self.network.ref("VpcId")

    @property
    def private_subnets(self) -> Ref | list[Ref]:
        """The ids of the subnets for tasks."""
        return self._subnets("private")

    @property
    def public_subnets(self) -> Ref | list[Ref]:
        """The ids of the subnets that the internet reaches."""
        return self._subnets("public")

    @property
    def cluster(self) -> Ref:
        """The ARN of the cluster that services run in."""
        if self.spec.cluster.existing:
            return self.found_cluster.ref("Arn")
        return ref("ecs.cluster", "main")

    @property
    def found_cluster(self) -> Lookup:
        """The question for a cluster that is there already."""
        existing = self.spec.cluster.existing
        return Lookup("cluster", existing.model_dump() if existing else {})

    @property
    def cluster_name(self) -> Ref | str:
        """The name of the cluster that services run in."""
        existing = self.spec.cluster.existing
        if existing:
            return existing.name or self.found_cluster.ref("Name")
        return ref("ecs.cluster", "main", "Name")

    def _subnets(self, tier: str) -> Ref | list[Ref]:
        create = self.spec.network.create
        if create is None:
            return self.network.ref(f"{tier.title()}SubnetIds")
        zones = range(1, create.zone_count + 1)
        return [ref(SUBNET, f"{tier}-{zone}", "Id") for zone in zones]

    def arn(self, service: str, *rest: str | Ref | Text) -> Text:
        """An ARN of this account and region: `arn("logs", "log-group:", name)`."""
        where = (":", self.names.region, ":", self.account.ref("Account"), ":")
        return text("arn:", self.account.ref("Partition"), f":{service}", *where, *rest)

    def resource(
        self,
        kind: str,
        name: str,
        properties: dict[str, Any],
        *,
        after: tuple[str, ...] = (),
        initial: frozenset[str] = frozenset(),
        kept: Mapping[str, Keeper] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Resource:
        """A resource with the stack's own tags, and some of its own."""
        every = {**self.spec.tags, **(tags or {})}
        return Resource(kind, name, properties, every, after, initial, kept or {})

    def services(self) -> Iterator[tuple[str, Service]]:
        """Services in the order of the file."""
        yield from self.spec.services.items()

    def workloads(self) -> Iterator[tuple[str, Service | Task]]:
        """Services, then tasks, in the order of the file."""
        for path, workload in workloads(self.spec):
            yield str(path[-1]), workload

    def serving(self, route: Route) -> str:
        """The listener that a route is on: another one where its own redirects."""
        balancer = self.spec.load_balancer
        return balancer.serving(route.listener) if balancer else route.listener

    def targeted(self) -> frozenset[str]:
        """Services that the load balancer sends requests to."""
        balancer = self.spec.load_balancer
        if balancer is None:
            return frozenset()
        names = {name for name, service in self.services() if service.routes}
        for listener in balancer.listeners.values():
            actions = [*listener.rules, *([listener.default] if listener.default else [])]
            names |= {target.service for action in actions for target in action.forward}
        return frozenset(names)


def address(kind: str, name: str) -> str:
    """`elbv2.listener/http`."""
    return f"{kind}/{name}"


def ref(kind: str, name: str, output: str = "Arn") -> Ref:
    """A reference to a resource that another builder makes."""
    return Ref(address(kind, name), output)
