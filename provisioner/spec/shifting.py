"""The listener rules of services whose traffic ECS moves.

ECS is given rules, never a listener's default action: a default route becomes a rule for every
path that comes last. One more rule stands for the test traffic.
Source: Amazon ECS developer guide, Application Load Balancer resources for blue/green, linear and
canary deployments.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.deployment import Preview
from provisioner.spec.service import Route, Service

EVERY_PATH = "/*"
LAST = 50000
"""The highest priority that there is, which is tried last."""


def rules_of(service: Service, route: Route) -> Iterator[tuple[str, Route]]:
    """What a route becomes in AWS, and which traffic that is: `production`, `test` or any.

    A default route of a service that rolls is no rule.
    """
    if not service.deployment.shifts:
        if not route.default:
            yield "", route
        return
    test = service.deployment.test
    if test and (test.header or test.listener != route.listener):
        yield "test", _test(route, test)
    yield "production", _everything(route)


def _everything(route: Route) -> Route:
    if not route.default:
        return route
    return route.model_copy(update={"default": False, "path": [EVERY_PATH], "priority": LAST})


def _test(route: Route, test: Preview) -> Route:
    """The same conditions on another listener, or with the header, and so before the others."""
    rule = _everything(route)
    listener = test.listener or route.listener
    apart = listener != route.listener
    named = f"{route.name}-test" if route.name else None
    update = {
        "listener": listener,
        "header": {**route.header, **test.header},
        "priority": rule.priority if apart and route.default and not test.header else None,
        "name": named,
    }
    return rule.model_copy(update=update)
