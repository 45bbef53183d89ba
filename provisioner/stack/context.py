"""What every builder is given: the spec, the names, and what was looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provisioner.engine.model import Lookup, Ref, Resource, Text, text
from provisioner.spec.models import Spec
from provisioner.spec.service import Route, Service
from provisioner.stack.names import Names


@dataclass(frozen=True, slots=True)
class Context:
    """Pure data; builders are functions of it."""

    spec: Spec
    names: Names
    account: Lookup
    network: Lookup

    @property
    def vpc(self) -> Ref:
        """The VPC's id."""
        return self.network.ref("VpcId")

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
    ) -> Resource:
        """A resource with the stack's own tags."""
        return Resource(kind, name, properties, dict(self.spec.tags), after, initial)

    def services(self) -> Iterator[tuple[str, Service]]:
        """Services in the order of the file."""
        yield from self.spec.services.items()

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
