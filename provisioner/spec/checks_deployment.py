"""Rules about deployment strategies: what each of them needs, and what does not go with it.

Sources: ECS API_DeploymentConfiguration, API_AdvancedConfiguration, API_DeploymentLifecycleHook,
API_ThresholdConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from provisioner.spec.deployment import Deployment, Preview
from provisioner.spec.document import Path, dotted
from provisioner.spec.finding import Finding, actions, balanced, services, serving
from provisioner.spec.models import Spec
from provisioner.spec.service import Route, Service
from provisioner.spec.spelling import enumerated, instead

_LEAST_STEP = {"linear": 3.0, "canary": 0.1}
_NO_PAUSE = {"TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"}


def _deployments(spec: Spec) -> Iterator[tuple[Path, Service, Deployment]]:
    for path, service in services(spec):
        yield (*path, "deployment"), service, service.deployment


def strategy_settings(spec: Spec) -> Iterator[Finding]:
    """A setting that means nothing with a strategy is a misunderstanding."""
    stepped, shifting = ("linear", "canary"), ("blue-green", "linear", "canary")
    needs = {
        **dict.fromkeys(("step_percent", "step_bake_minutes"), stepped),
        **dict.fromkeys(("bake_minutes", "test", "hooks", "infrastructure_role"), shifting),
    }
    for path, _, deployment in _deployments(spec):
        for field, strategies in needs.items():
            if field in deployment.model_fields_set and deployment.strategy not in strategies:
                words = enumerated(strategies, "or")
                message = f"only strategy {words} has this, found {deployment.strategy}"
                yield Finding((*path, field), message)
        step, least = deployment.step_percent, _LEAST_STEP.get(deployment.strategy)
        if step is not None and least and (step < least or round(step, 1) != step):
            message = f"expected a multiple of 0.1 from {least:g} to 100, found {step:g}"
            yield Finding((*path, "step_percent"), message)


def time_to_wait(spec: Spec) -> Iterator[Finding]:
    """A limit below what the deployment is told to wait for would give up on every one."""
    for path, _, deployment in _deployments(spec):
        limit, waits = deployment.timeout_minutes, _told_to_wait(deployment)
        if limit is not None and limit <= waits:
            message = f"expected more than the {waits} minutes of bakes and steps, found {limit}"
            yield Finding((*path, "timeout_minutes"), message)


def _told_to_wait(deployment: Deployment) -> int:
    """Minutes that are written down; ECS's own defaults come on top."""
    percent = deployment.step_percent if deployment.strategy == "linear" else 100
    steps = ceil(100 / percent) if percent else 1
    return (deployment.bake_minutes or 0) + steps * (deployment.step_bake_minutes or 0)


def one_rule(spec: Spec) -> Iterator[Finding]:
    """ECS moves the traffic of one rule: what another one sends would not follow."""
    forwarded: dict[str, Path] = {}
    for path, action in actions(spec):
        for index, target in enumerate(action.forward):
            forwarded.setdefault(target.service, (*path, "forward", index))
    for path, service, deployment in _deployments(spec):
        name, strategy = str(path[1]), deployment.strategy
        if not deployment.shifts:
            continue
        if name in forwarded:
            where = dotted(forwarded[name])
            message = f"ECS moves the traffic of the service's route alone, not that of {where}"
            yield Finding((*path, "strategy"), f"{message}; leave one of the two out")
        elif len(service.routes) > 1:
            message = f"ECS moves the traffic of one rule; expected one route, found {strategy} and"
            yield Finding((*path, "strategy"), f"{message} {len(service.routes)} routes")
        elif not (service.routes or service.connect.enabled or strategy == "blue-green"):
            message = f"{strategy} moves traffic in steps; give the service `routes` or `connect`"
            yield Finding((*path, "strategy"), message)


def test_traffic(spec: Spec) -> Iterator[Finding]:
    """Test requests come by another listener, or carry a header."""
    listeners = spec.load_balancer.listeners if spec.load_balancer else {}
    for path, service, deployment in _deployments(spec):
        test, where = deployment.test, (*path, "test")
        if test is None or not deployment.shifts:
            continue
        if not service.routes:
            yield Finding(where, "only a service with `routes` has test traffic")
            continue
        route = service.routes[0]
        if test.listener is not None and test.listener not in listeners:
            others = instead(test.listener, listeners)
            yield Finding((*where, "listener"), f"there is no listener `{test.listener}`{others}")
        elif _same(spec, route, test):
            if not test.header:
                message = "the route is on this listener, too; add a `header` to tell them apart"
                yield Finding(where, message)
            elif route.priority is not None:
                message = "the rule for test traffic must come first; leave `priority` out"
                yield Finding((*path[:-1], "routes", 0, "priority"), message)


def _same(spec: Spec, route: Route, test: Preview) -> bool:
    """Whether test requests come by the listener that the route is on."""
    balancer = spec.load_balancer
    listener = test.listener or route.listener
    return balancer is not None and balancer.serving(listener) == serving(spec, route)


def pauses(spec: Spec) -> Iterator[Finding]:
    """While traffic moves ECS asks functions, and does not wait for people."""
    for path, _, deployment in _deployments(spec):
        for index, hook in enumerate(deployment.hooks):
            for place, stage in enumerate(hook.stages):
                where: Path = (*path, "hooks", index, "stages", place)
                if stage in hook.stages[:place]:
                    yield Finding(where, f"`{stage}` stands here twice")
                elif hook.pause and stage in _NO_PAUSE:
                    yield Finding(where, f"a pause is not possible at {stage}; use the next stage")


def rollback_alarms(spec: Spec) -> Iterator[Finding]:
    """Alarms of its own are those that the service has."""
    behind = balanced(spec)
    for path, service, deployment in _deployments(spec):
        if deployment.alarms is None:
            continue
        known = _own_alarms(service, behind=str(path[1]) in behind)
        for index, name in enumerate(deployment.alarms.own):
            where: Path = (*path, "alarms", "own", index)
            if name in deployment.alarms.own[:index]:
                yield Finding(where, f"`{name}` stands here twice")
            elif name not in known:
                found = f"; there is {enumerated(known, 'or')}" if known else "; add `alarms: true`"
                message = f"the service has no alarm `{name}`{found}"
                yield Finding(where, f"{message}; others go under `names`")


def _own_alarms(service: Service, *, behind: bool) -> list[str]:
    """What `alarms:` of a service makes and a deployment can be judged by.

    `behind` says whether the load balancer sends it requests.
    """
    spec = service.alarms
    if spec is None:
        return []
    usual = {
        "5xx": behind and spec.errors_5xx_percent is not None,
        "latency": behind and spec.latency_p95_seconds is not None,
        "unhealthy-hosts": behind and spec.unhealthy_hosts,
        "cpu": spec.cpu_percent is not None,
        "memory": spec.memory_percent is not None,
    }
    return [*(name for name, made in usual.items() if made), *spec.custom]


def breaker(spec: Spec) -> Iterator[Finding]:
    """A circuit breaker has one threshold."""
    for path, _, deployment in _deployments(spec):
        one, where = deployment.circuit_breaker, (*path, "circuit_breaker")
        if one.failed_tasks is not None and one.failed_percent is not None:
            yield Finding((*where, "failed_percent"), "does not go with `failed_tasks`")
        if "bounded" in one.model_fields_set and one.failed_percent is None:
            yield Finding((*where, "bounded"), "says something about `failed_percent` only")
        for field in ("failed_tasks", "failed_percent", "reset_on_healthy_task"):
            if field in one.model_fields_set and not one.enabled:
                yield Finding((*where, field), "has no effect: the circuit breaker is not enabled")


def moving_targets(spec: Spec) -> Iterator[Finding]:
    """Requests are counted per target group, and the two of them take turns.

    Cloud Map knows nothing of production traffic: it answers with every healthy task.
    """
    called = {other for service in spec.services.values() for other in service.connects_to}
    for path, service, deployment in _deployments(spec):
        if not deployment.shifts:
            continue
        scaling = service.autoscaling
        if scaling and scaling.requests_per_target:
            message = (
                f"does not go with strategy {deployment.strategy}: requests are counted for one"
                " target group, and traffic moves to the other; use cpu_percent"
            )
            yield Finding((*path[:-1], "autoscaling", "requests_per_target"), message)
        if service.discovery or (path[1] in called and not service.connect.enabled):
            message = (
                "callers that find this service by its name in the namespace reach both versions"
                " as soon as both run; only the load balancer's traffic, or of `connect`, moves"
            )
            yield Finding((*path, "strategy"), message, "warning")
