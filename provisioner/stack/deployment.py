"""How a service's new version takes the place of the old one, and the role by which ECS does it.

Sources: Amazon ECS developer guide, infrastructure IAM role for load balancers; permissions
required for Lambda functions in blue/green deployments; API_DeploymentConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Keeper, Resource, text
from provisioner.spec.deployment import CircuitBreaker, Deployment, DeploymentAlarms, Hook
from provisioner.spec.service import Service
from provisioner.stack import existing, identity, listener_rules
from provisioner.stack.context import Context, ref
from provisioner.stack.permissions import allow

STRATEGIES = {
    "rolling": "ROLLING",
    "blue-green": "BLUE_GREEN",
    "linear": "LINEAR",
    "canary": "CANARY",
}
BAKE_MINUTES = 5
LINEAR = (10.0, 6)
CANARY = (5.0, 10)
"""Percent and minutes where the spec says nothing: ECS's own defaults."""
TIMEOUT_MINUTES = 1440
MANAGED_POLICY = "AmazonECSInfrastructureRolePolicyForLoadBalancers"


def build(context: Context) -> Iterator[Resource]:
    """A role per service whose traffic ECS moves, or for which it calls functions."""
    for name, service in context.services():
        functions = sorted({hook.function for hook in _calling(service) if hook.function})
        moves = _moves(context, name, service) and not service.deployment.infrastructure_role
        if not (moves or functions):
            continue
        statement = allow(["lambda:InvokeFunction"], functions)
        policy = text("arn:", context.account.ref("Partition"), ":iam::aws:policy/", MANAGED_POLICY)
        properties = {
            "RoleName": context.names.role("deployment", name),
            "AssumeRolePolicyDocument": identity.trust_of_ecs(context),
            "InlinePolicies": {"hooks": identity.document([statement])} if functions else {},
            "ManagedPolicyArns": [policy] if moves else [],
        }
        yield identity.role(context, _role(name), properties)


def configuration(context: Context, name: str, service: Service) -> dict[str, Any]:
    """`deploymentConfiguration` of the service."""
    spec = service.deployment
    properties: dict[str, Any] = {
        "strategy": STRATEGIES[spec.strategy],
        "minimumHealthyPercent": spec.minimum_healthy_percent,
        "maximumPercent": spec.maximum_percent,
        "deploymentCircuitBreaker": _breaker(spec.circuit_breaker),
        "alarms": _alarms(context, name, spec.alarms) if spec.alarms else {},
        "lifecycleHooks": [_hook(name, hook) for hook in spec.hooks],
    }
    if spec.shifts:
        bake = BAKE_MINUTES if spec.bake_minutes is None else spec.bake_minutes
        properties["bakeTimeInMinutes"] = bake
    if spec.strategy == "linear":
        percent, minutes = _steps(spec, *LINEAR)
        properties["linearConfiguration"] = {
            "stepPercent": percent,
            "stepBakeTimeInMinutes": minutes,
        }
    if spec.strategy == "canary":
        percent, minutes = _steps(spec, *CANARY)
        properties["canaryConfiguration"] = {
            "canaryPercent": percent,
            "canaryBakeTimeInMinutes": minutes,
        }
    return properties


def advanced(context: Context, name: str, service: Service) -> dict[str, Any]:
    """What a load balancer of the service has besides, where ECS moves its traffic."""
    if not _moves(context, name, service):
        return {}
    rules = listener_rules.moved(context, name)
    given = existing.role(service.deployment.infrastructure_role)
    test = {"testListenerRule": ref(listener_rules.RULE, rules["test"])} if "test" in rules else {}
    return {
        "advancedConfiguration": {
            "alternateTargetGroupArn": ref(
                listener_rules.TARGET_GROUP, listener_rules.alternate(name)
            ),
            "productionListenerRule": ref(listener_rules.RULE, rules["production"]),
            "roleArn": given or ref(identity.ROLE, _role(name)),
            **test,
        }
    }


def kept(context: Context, name: str, service: Service) -> dict[str, Keeper]:
    """Which of the two target groups serves is up to ECS."""
    moves = _moves(context, name, service)
    return {"loadBalancers": listener_rules.BY_ECS} if moves else {}


def _moves(context: Context, name: str, service: Service) -> bool:
    return service.deployment.shifts and name in context.targeted()


def _role(name: str) -> str:
    return f"{name}-deployment"


def _calling(service: Service) -> list[Hook]:
    """Hooks whose functions are called by a role of ours."""
    return [hook for hook in service.deployment.hooks if hook.role is None]


def _steps(spec: Deployment, percent: float, minutes: int) -> tuple[float, int]:
    return (
        percent if spec.step_percent is None else spec.step_percent,
        minutes if spec.step_bake_minutes is None else spec.step_bake_minutes,
    )


def _breaker(spec: CircuitBreaker) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "enable": spec.enabled,
        "rollback": spec.enabled and spec.rollback,
    }
    if spec.failed_tasks is not None:
        properties["thresholdConfiguration"] = {"type": "COUNT", "value": spec.failed_tasks}
    if spec.failed_percent is not None:
        kind = "BOUNDED_PERCENT" if spec.bounded else "UNBOUNDED_PERCENT"
        properties["thresholdConfiguration"] = {"type": kind, "value": spec.failed_percent}
    if spec.reset_on_healthy_task is not None:
        properties["resetOnHealthyTask"] = spec.reset_on_healthy_task
    return properties


def _alarms(context: Context, name: str, spec: DeploymentAlarms) -> dict[str, Any]:
    """Names and not references: an alarm may be about the service itself."""
    own = [context.names.of(what, service=name) for what in spec.own]
    return {"alarmNames": [*own, *spec.names], "enable": True, "rollback": spec.rollback}


def _hook(name: str, hook: Hook) -> dict[str, Any]:
    properties: dict[str, Any] = {"lifecycleStages": list(hook.stages)}
    if hook.pause:
        properties["targetType"] = "PAUSE"
    else:
        given = existing.role(hook.role)
        properties |= {
            "targetType": "AWS_LAMBDA",
            "hookTargetArn": hook.function,
            "roleArn": given or ref(identity.ROLE, _role(name)),
        }
    if hook.details:
        properties["hookDetails"] = dict(hook.details)
    if hook.timeout_minutes is not None or hook.on_timeout is not None:
        properties["timeoutConfiguration"] = {
            "timeoutInMinutes": hook.timeout_minutes or TIMEOUT_MINUTES,
            "action": (hook.on_timeout or "rollback").upper(),
        }
    return properties
