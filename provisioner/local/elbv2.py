"""moto's Elastic Load Balancing v2 with AWS's shapes, defaults and idempotence.

moto 5.2.5 echoes actions as they were sent, names four load balancer attributes, makes a second
load balancer or listener where AWS returns the first, refuses to repeat a target group or to swap
two priorities, and never updates which load balancers a target group serves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.ecs.models import ecs_backends
from moto.elbv2 import urls
from moto.elbv2.exceptions import (
    DuplicateListenerError,
    DuplicateLoadBalancerName,
    DuplicatePriorityError,
    DuplicateTargetGroupName,
    PriorityInUseError,
)
from moto.elbv2.models import (
    FakeAction,
    FakeHealthStatus,
    FakeListener,
    FakeListenerRule,
    FakeLoadBalancer,
    FakeRule,
    FakeTargetGroup,
    elbv2_backends,
)
from moto.wafv2.models import wafv2_backends

from . import elbv2_defaults, elbv2_https, elbv2_logs
from ._extension import Extension
from .elbv2_targets import stranger
from .settings import Settings, drop

Actions = list[dict[str, Any]]
# Seconds: "typical 2-3 min" [unverified].
PROVISIONED_IN = 120.0
# How long its network interfaces outlive it: AWS gives no number; minutes, seen in issues.
LINGERS = 60.0


def install(settings: Settings) -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    Elbv2Backend.settings = settings
    FakeLoadBalancer.VALID_ATTRS |= elbv2_defaults.LOAD_BALANCER.keys()
    elbv2_backends.backend = Elbv2Backend


class Elbv2Backend(Extension, elbv2_https.Encrypting, elbv2_logs.Attributed):
    """One region. A load balancer is active a while after its creation."""

    urls_of = urls

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # What each was created with, by ARN: a repeated request is compared with it.
        self.asked: dict[str, Mapping[str, Any]] = {}
        self.active_at: dict[str, float] = {}

    def create_load_balancer(  # type: ignore[override]  # moto's API names every argument
        self, name: str, **kwargs: Any
    ) -> FakeLoadBalancer:
        """Create it, or return the one that the same request has created."""
        kwargs["scheme"] = kwargs.get("scheme") or "internet-facing"
        asked = {key: value for key, value in kwargs.items() if key != "tags"}
        for present in self.load_balancers.values():
            if present.name == name:
                if self.asked.get(present.arn) != asked:
                    raise DuplicateLoadBalancerName
                return present
        made = super().create_load_balancer(name, **kwargs)
        self.asked[made.arn] = asked
        self.active_at[made.arn] = self.settings.clock.now() + PROVISIONED_IN
        if made.type == "application":
            made.attrs = elbv2_defaults.load_balancer_attributes(made.scheme)
        self._attach(made)
        return made

    def _attach(self, balancer: FakeLoadBalancer) -> None:
        """Have a network interface in each subnet, as AWS makes them: they block what they use."""
        words = f"ELB {balancer.arn.partition(':loadbalancer/')[2]}"
        for subnet in balancer.subnets:
            made = self.ec2_backend.create_network_interface(
                subnet, [], group_ids=list(balancer.security_groups), description=words
            )
            made.status, made.requester_managed = "in-use", True

    def set_security_groups(self, arn: str, sec_groups: list[str]) -> None:
        """Replace them, on the network interfaces, too."""
        super().set_security_groups(arn, sec_groups)
        for each in self._interfaces(arn):
            each._group_set = [  # noqa: SLF001  moto has no other way
                self.ec2_backend.get_security_group_from_id(group) for group in sec_groups
            ]

    def delete_load_balancer(self, arn: str) -> None:
        """Delete it; its network interfaces go later, its web ACL is free."""
        held = self._interfaces(arn)
        super().delete_load_balancer(arn)
        wafv2_backends[self.account_id][self.region_name].disassociate_web_acl(arn)
        enis = self.ec2_backend.enis
        for each in held:
            self.settings.later(LINGERS, partial(drop, enis, each.id))

    def _interfaces(self, arn: str) -> list[Any]:
        words = f"ELB {arn.partition(':loadbalancer/')[2]}"
        return [each for each in self.ec2_backend.enis.values() if each.description == words]

    def describe_load_balancers(
        self, arns: list[str] | None, names: list[str] | None
    ) -> list[FakeLoadBalancer]:
        """Show a new one as provisioning for a while (moto: until it is first looked at)."""
        found = super().describe_load_balancers(arns, names)
        now = self.settings.clock.now()
        for each in found:
            each.state = "active" if now >= self.active_at.get(each.arn, 0) else "provisioning"
        return found

    def create_target_group(self, name: str, **kwargs: Any) -> FakeTargetGroup:
        """Create it, or return the one that the same request has created."""
        asked = {key: value for key, value in kwargs.items() if key != "tags"}
        for present in self.target_groups.values():
            if present.name == name:
                if self.asked.get(present.arn) != asked:
                    raise DuplicateTargetGroupName
                return present
        made = super().create_target_group(name, **kwargs)
        self.asked[made.arn] = asked
        if made.protocol in {"HTTP", "HTTPS"}:
            made.attributes = dict(elbv2_defaults.TARGET_GROUP)
        return made

    def describe_target_groups(
        self,
        load_balancer_arn: str | None,
        target_group_arns: list[str],
        names: list[str] | None,
    ) -> Iterable[FakeTargetGroup]:
        """Find which load balancers each serves: those whose rules forward to it now."""
        for group in self.target_groups.values():
            group.load_balancer_arns = []
        for listener, rule in self._rules():
            for action in rule.actions:
                for arn in self._get_target_group_arns_from(action_data=action.data):
                    serves = self.target_groups[arn].load_balancer_arns
                    if listener.load_balancer_arn not in serves:
                        serves.append(listener.load_balancer_arn)
        return super().describe_target_groups(load_balancer_arn, target_group_arns, names)

    def describe_target_health(
        self, target_group_arn: str, targets: list[dict[str, Any]]
    ) -> list[FakeHealthStatus]:
        """Show the targets that ECS registered, too, each as its checks find it."""
        found = super().describe_target_health(target_group_arn, [] if targets else targets)
        ecs = ecs_backends[self.account_id][self.region_name]
        ecs.advance()  # type: ignore[attr-defined]  # ours, in the place of moto's
        mine, now = ecs.region.targets, self.settings.clock.now()  # type: ignore[attr-defined]
        port = self.target_groups[target_group_arn].health_check_port
        for each in mine.of(target_group_arn, now):
            health = mine.health(target_group_arn, each, now)
            checked = str(each.port) if port in {None, "traffic-port"} else port
            found.append(
                FakeHealthStatus(
                    each.ip,
                    str(each.port),
                    checked,
                    health.state,
                    health.reason or None,
                    health.description or None,
                )
            )
        if not targets:
            return found
        by_id = {each.instance_id: each for each in found}
        return [by_id.get(each["Id"]) or stranger(each) for each in targets]

    def create_listener(
        self, load_balancer_arn: str, protocol: str, port: str, *args: Any, **kwargs: Any
    ) -> FakeListener:
        """Create it, or return the one that the same request has created on that port."""
        kwargs["actions"] = elbv2_defaults.actions(kwargs["actions"])
        asked = {"protocol": protocol, **kwargs, "tags": None}
        balancer = self.load_balancers.get(load_balancer_arn)
        for present in balancer.listeners.values() if balancer else ():
            if present.port == port:
                if self.asked.get(present.arn) != asked:
                    raise DuplicateListenerError
                return present
        made = super().create_listener(load_balancer_arn, protocol, port, *args, **kwargs)
        self.asked[made.arn] = asked
        return _plain(made)

    def modify_listener(
        self,
        arn: str,
        port: str | None = None,
        protocol: str | None = None,
        ssl_policy: str | None = None,
        certificates: list[dict[str, Any]] | None = None,
        actions: Actions | None = None,
    ) -> FakeListener:
        """Change what is given."""
        full = elbv2_defaults.actions(actions or [])
        self._validate_actions([FakeAction(action) for action in full])
        return _plain(super().modify_listener(arn, port, protocol, ssl_policy, certificates, full))

    def create_rule(
        self,
        listener_arn: str,
        conditions: list[dict[str, Any]],
        priority: int,
        actions: Actions,
        tags: list[dict[str, str]] | None = None,
    ) -> FakeListenerRule:
        """Create it."""
        full = elbv2_defaults.actions(actions)
        made = super().create_rule(listener_arn, conditions, priority, full, tags)
        made.conditions = elbv2_defaults.conditions(made.conditions)
        return made

    def modify_rule(
        self, rule_arn: str, conditions: list[dict[str, Any]], actions: Actions
    ) -> FakeRule:
        """Change what is given."""
        changed = super().modify_rule(rule_arn, conditions, elbv2_defaults.actions(actions))
        changed.conditions = elbv2_defaults.conditions(changed.conditions)
        return changed

    def describe_rules(
        self, listener_arn: str | None, rule_arns: list[str] | None
    ) -> list[FakeRule]:
        """List them in the order in which they are tried."""
        found = super().describe_rules(listener_arn, rule_arns)
        return sorted(found, key=lambda rule: (rule.is_default, rule.priority))

    def set_rule_priorities(self, rule_priorities: Sequence[Mapping[str, Any]]) -> list[FakeRule]:
        """Reorder all at once: a priority is taken only by a rule that keeps it."""
        wanted = {each["RuleArn"]: each["Priority"] for each in rule_priorities}
        for priority in wanted.values():
            if list(wanted.values()).count(priority) > 1:
                raise DuplicatePriorityError(priority)
        rules = self.describe_rules(listener_arn=None, rule_arns=list(wanted))
        listeners = {rule.listener_arn for rule in rules}
        for listener, rule in self._rules():
            kept = listener.arn in listeners and rule.arn not in wanted
            if kept and rule.priority in wanted.values():
                raise PriorityInUseError
        for rule in rules:
            rule.priority = wanted[rule.arn]
        return rules

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield listeners and rules, too (moto: only load balancers and target groups)."""
        yield from super().iter_tagged_resources()
        for balancer in self.load_balancers.values():
            for arn in balancer.listeners:
                yield self._tagged(arn, "listener")
        for _, rule in self._rules():
            yield self._tagged(rule.arn, "listener-rule")

    def add_tags(self, resource_arns: list[str], tags: list[dict[str, str]]) -> None:
        """Add them (moto has room for ten; AWS for fifty, which the tables count)."""
        for arn in resource_arns:
            self._get_resource_by_arn(arn)
            self.tagging_service.tag_resource(arn, tags)

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        """TagResources of the tagging API."""
        self.add_tags([arn], [{"Key": key, "Value": value} for key, value in tags.items()])

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        """UntagResources of the tagging API."""
        self.remove_tags([arn], tag_keys)

    def _tagged(self, arn: str, kind: str) -> TaggedResource:
        tags = self.tagging_service.get_tag_dict_for_resource(arn)
        return TaggedResource(arn, tags, f"elasticloadbalancing:{kind}")

    def _rules(self) -> Iterator[tuple[FakeListener, FakeRule]]:
        for balancer in self.load_balancers.values():
            for listener in balancer.listeners.values():
                for rule in listener.rules.values():
                    yield listener, rule


def _plain(listener: FakeListener) -> FakeListener:
    """Take from a listener what only an encrypted one has, and an ALPN policy that is empty."""
    listener.alpn_policy = listener.alpn_policy or None  # type: ignore[assignment]
    elbv2_https.settle(listener)
    if listener.protocol == "HTTP":
        listener.ssl_policy = None  # type: ignore[assignment]
    return listener
