"""The rules between fields, checked on a valid Spec before anything calls AWS.

A rule is a pure function from the Spec to what it finds. Each cites its source: sections of
`aws-behaviour.md` (facts about AWS), or the API page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provisioner.spec import (
    checks_balancer,
    checks_names,
    checks_routing,
    checks_secrets,
    checks_task,
    checks_watching,
)
from provisioner.spec.finding import Finding
from provisioner.spec.models import Spec

RULES: tuple[Callable[[Spec], Iterator[Finding]], ...] = (
    checks_task.fargate_size,
    checks_task.fargate_platform,
    checks_task.log_retention,
    checks_task.container_health,
    checks_task.deployment_feasible,
    checks_task.capacity,
    checks_task.image_source,
    checks_task.one_repository_one_setting,
    checks_task.immutable_latest,
    checks_task.secrets_beside_environment,
    checks_task.credentials_in_sight,
    checks_balancer.listener_ports,
    checks_balancer.public_subnets,
    checks_balancer.ingress,
    checks_balancer.attributes,
    checks_balancer.target_health,
    checks_balancer.without_balancer,
    checks_balancer.slow_start,
    checks_balancer.forwards,
    checks_balancer.redirects,
    checks_balancer.nothing_behind,
    checks_routing.route_needs,
    checks_routing.route_listener,
    checks_routing.route_conditions,
    checks_routing.one_default,
    checks_routing.rule_values,
    checks_routing.rule_limits,
    checks_routing.rule_priorities,
    checks_routing.rule_twice,
    checks_names.written_names,
    checks_names.rule_names,
    checks_secrets.secret_sources,
    checks_secrets.generated_keys,
    checks_secrets.parameter_keys,
    checks_secrets.one_name_each,
    checks_watching.insights_needed,
    checks_watching.alarm_windows,
    checks_watching.topic_of_ours,
)


def check(spec: Spec) -> Iterator[Finding]:
    """Everything that the rules find."""
    for rule in RULES:
        yield from rule(spec)
