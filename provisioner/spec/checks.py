"""The rules between fields, checked on a valid Spec before anything calls AWS.

A rule is a pure function from the Spec to what it finds. Each cites its source: a page of
AWS's API references (ECS, ELB, ...) or guides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provisioner.spec import (
    checks_access_logs,
    checks_balancer,
    checks_containers,
    checks_deployment,
    checks_discovery,
    checks_existing,
    checks_headers,
    checks_names,
    checks_network,
    checks_routing,
    checks_scaling,
    checks_secrets,
    checks_task,
    checks_tasks,
    checks_tls,
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
    checks_existing.settings_of_others,
    checks_network.subnets_for_tasks,
    checks_network.new_blocks,
    checks_network.new_blocks_complete,
    checks_network.new_zones,
    checks_network.new_network_leads_out,
    checks_balancer.listener_ports,
    checks_balancer.public_subnets,
    checks_balancer.ingress,
    checks_balancer.attributes,
    checks_access_logs.attributes,
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
    checks_discovery.connections,
    checks_deployment.strategy_settings,
    checks_deployment.one_rule,
    checks_deployment.test_traffic,
    checks_deployment.pauses,
    checks_deployment.rollback_alarms,
    checks_deployment.breaker,
    checks_deployment.moving_targets,
    checks_scaling.scaling_range,
    checks_scaling.scaling_reason,
    checks_scaling.scaling_requests,
    checks_scaling.scaling_names,
    checks_scaling.scaling_metrics,
    checks_scaling.scaling_steps,
    checks_scaling.scaling_schedule,
    checks_tls.certificates,
    checks_tls.mutual_tls,
    checks_headers.credentials,
    checks_names.written_names,
    checks_names.rule_names,
    checks_containers.container_names,
    checks_containers.dependencies,
    checks_containers.mounts,
    checks_containers.file_systems,
    checks_containers.room,
    checks_containers.one_listener_per_port,
    checks_containers.limits,
    checks_containers.exec_needs,
    checks_containers.exec_sessions,
    checks_tasks.something_runs,
    checks_tasks.one_name_one_thing,
    checks_tasks.time_zones,
    checks_tasks.old_tracing,
    checks_secrets.secret_sources,
    checks_secrets.generated_keys,
    checks_secrets.parameter_keys,
    checks_secrets.one_name_each,
    checks_watching.insights_needed,
    checks_watching.alarm_windows,
    checks_watching.topic_of_ours,
)


def check(spec: Spec) -> Iterator[Finding]:
    """Everything that the rules find, once: a route may be two rules in AWS."""
    yield from dict.fromkeys(finding for rule in RULES for finding in rule(spec))
