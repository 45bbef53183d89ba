from __future__ import annotations

from typing import Any

import pytest

from provisioner.local import services
from provisioner.local.ecs_defaults import service as settings_of
from provisioner.local.service_views import rollout_view, service_view
from provisioner.local.services import Service

SETTLE = 10.0


@pytest.fixture
def service() -> Service:
    """A service of two tasks, created at 0."""
    request = {"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 2}
    settings = settings_of(request, cluster_strategy=[], default_groups=[], role="role")
    made = Service("arn:service/c/web", "arn:cluster/c", "web", settings, request, 0, SETTLE)
    services.deploy(made, [], 0)
    return made


def at(service: Service, now: float) -> dict[str, Any]:
    services.advance(service, now)
    return service_view(service, now)


def counts(view: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    return [
        (each["status"], each["rolloutState"], each["runningCount"], each["pendingCount"])
        for each in view["deployments"]
    ]


def test_a_deployment_starts_runs_and_completes(service: Service) -> None:
    assert counts(at(service, 1)) == [("PRIMARY", "IN_PROGRESS", 0, 2)]
    assert counts(at(service, 5)) == [("PRIMARY", "IN_PROGRESS", 2, 0)]
    assert counts(at(service, 10)) == [("PRIMARY", "COMPLETED", 2, 0)]
    messages = [event["message"] for event in at(service, 11)["events"]]
    assert messages[0] == "(service web) has reached a steady state."
    assert len(messages) == 2


def test_a_new_revision_replaces_the_old_one(service: Service) -> None:
    at(service, 20)
    services.update(service, {"taskDefinition": "web:2"}, [], 20)
    assert counts(at(service, 21)) == [
        ("PRIMARY", "IN_PROGRESS", 0, 2),
        ("ACTIVE", "COMPLETED", 2, 0),
    ]
    view = at(service, 30)
    assert counts(view) == [("PRIMARY", "COMPLETED", 2, 0)]
    assert view["runningCount"] == 2


@pytest.mark.parametrize(
    ("changes", "deploys"),
    [
        ({"taskDefinition": "web:2"}, True),
        ({"taskDefinition": "web:1"}, False),
        ({"forceNewDeployment": True}, True),
        ({"loadBalancers": [{"targetGroupArn": "t"}]}, True),
        ({"loadBalancers": []}, False),
        ({"serviceConnectConfiguration": {"enabled": True}}, True),
        ({"desiredCount": 5}, False),
        ({"healthCheckGracePeriodSeconds": 9}, False),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}, False),
        ({"deploymentConfiguration": {"maximumPercent": 150}}, False),
    ],
)
def test_only_some_changes_start_a_deployment(
    service: Service, changes: dict[str, Any], *, deploys: bool
) -> None:
    at(service, 20)
    services.update(service, changes, [], 20)
    assert (len(service.deployments) == 2) is deploys


def test_a_deployment_in_progress_is_given_up_for_a_newer_one(service: Service) -> None:
    services.update(service, {"taskDefinition": "web:2"}, [], 3)
    services.update(service, {"taskDefinition": "web:3"}, [], 4)
    at(service, 14)
    assert [each.status for each in service.deployments] == ["STOPPED", "STOPPED", "SUCCESSFUL"]
    assert [each.live for each in service.deployments] == [False, False, True]


def test_scaling_needs_no_deployment_but_time(service: Service) -> None:
    at(service, 20)
    services.update(service, {"desiredCount": 5}, [], 20)
    assert counts(at(service, 21)) == [("PRIMARY", "COMPLETED", 2, 3)]
    view = at(service, 30)
    assert counts(view) == [("PRIMARY", "COMPLETED", 5, 0)]
    assert view["events"][0]["message"].endswith("steady state.")
    assert len(view["events"]) == 3


def test_a_deleted_service_drains_and_is_inactive(service: Service) -> None:
    at(service, 20)
    services.delete(service, 20)
    draining = at(service, 21)
    assert (draining["status"], draining["desiredCount"], draining["runningCount"]) == (
        "DRAINING",
        0,
        2,
    )
    gone = at(service, 30)
    assert (gone["status"], gone["runningCount"], gone["deployments"]) == ("INACTIVE", 0, [])


def test_the_circuit_breaker_is_shown_where_it_is_on(service: Service) -> None:
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    services.update(service, {"deploymentConfiguration": breaker}, [], 1)
    services.update(service, {"forceNewDeployment": True}, [], 1)
    states = [
        rollout_view(each, service, 2)["deploymentCircuitBreaker"]["status"]
        for each in service.deployments
    ]
    assert states == ["DISABLED", "MONITORING"]


def test_leaving_a_strategy_returns_to_the_launch_type(service: Service) -> None:
    services.update(service, {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, [], 1)
    assert "launchType" not in at(service, 1)
    services.update(service, {"capacityProviderStrategy": []}, [], 2)
    view = at(service, 2)
    assert (view["launchType"], "capacityProviderStrategy" in view) == ("FARGATE", False)
