from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import NotServing, PlanError, TimedOut
from provisioner.resources.ecs.service import Service
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground
from tests.cloud.sent import Sent, check_sent, only, sent
from tests.rollout.fakes import NEW, Fake, deployment, record, records
from tests.rollout.fakes import service as described_as
from tests.support.aws import refusal

Make = Callable[..., Resource]
KIND = Service()
BREAKER = {"enable": True, "rollback": True}


@pytest.fixture
def service(bench: Bench, ground: Ground) -> Make:
    cluster, group = ground.cluster(), ground.group()
    definition, target = ground.definition(), ground.served_group()

    def wanted(**changes: Any) -> Resource:
        properties = {
            "serviceName": f"{bench.name}-web",
            "cluster": cluster,
            "taskDefinition": definition,
            "desiredCount": 1,
            "launchType": "FARGATE",
            "capacityProviderStrategy": [],
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": ground.subnets("private"),
                    "securityGroups": [group],
                    "assignPublicIp": "DISABLED",
                }
            },
            "loadBalancers": [
                {"targetGroupArn": target, "containerName": "web", "containerPort": 80}
            ],
            "deploymentConfiguration": {
                "minimumHealthyPercent": 100,
                "maximumPercent": 200,
                "deploymentCircuitBreaker": BREAKER,
            },
            "healthCheckGracePeriodSeconds": 60,
            "propagateTags": "SERVICE",
            "enableECSManagedTags": True,
        }
        return changed(Resource("ecs.service", "app", properties, {"team": "oak"}), changes)

    return wanted


def described(bench: Bench, resource: Resource) -> dict[str, Any]:
    (found,) = bench.client("ecs").describe_services(
        cluster=resource.properties["cluster"], services=[resource.properties["serviceName"]]
    )["services"]
    service: dict[str, Any] = found
    return service


def vpc(**changes: Any) -> dict[str, Any]:
    return {"networkConfiguration": {"awsvpcConfiguration": changes}}


def test_it_is_made_with_its_tags(bench: Bench, service: Make) -> None:
    wanted = service()
    given = {name: value for name, value in wanted.properties.items() if value != []}
    check_sent(
        bench.apply(wanted),
        only("CreateService", **given, tags=bench.tags(wanted, "key", "value")),
    )


def test_it_is_done_when_its_tasks_run(bench: Bench, service: Make) -> None:
    bench.apply(service(desiredCount=3))
    found = described(bench, service())
    assert (found["runningCount"], found["pendingCount"]) == (3, 0)
    assert [one["rolloutState"] for one in found["deployments"]] == ["COMPLETED"]


@pytest.mark.parametrize(
    "changes",
    [
        {"desiredCount": 2},
        {"desiredCount": 0},
        {"healthCheckGracePeriodSeconds": 0},
        {"propagateTags": "TASK_DEFINITION"},
        {"enableECSManagedTags": False},
        {"loadBalancers": []},
    ],
    ids=lambda changes: "-".join(map(str, *changes.items())),
)
def test_a_change_is_one_call_with_that_alone(
    bench: Bench, service: Make, changes: dict[str, Any]
) -> None:
    bench.apply(service())
    wanted = service(**changes)
    bench.check(wanted, writes=[_update(wanted, **changes)])


def counting(**how: Any) -> dict[str, Any]:
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": {**BREAKER, **how}}}


COUNT = {"type": "COUNT", "value": 5}
USUAL = {"type": "BOUNDED_PERCENT", "value": 50}


@pytest.mark.parametrize(
    ("told", "back"),
    [
        ({"thresholdConfiguration": COUNT}, {"thresholdConfiguration": USUAL}),
        ({"resetOnHealthyTask": False}, {"resetOnHealthyTask": True}),
    ],
    ids=["threshold", "reset"],
)
def test_a_circuit_breaker_that_is_told_no_more_how_to_count_counts_as_usual(
    bench: Bench, service: Make, told: dict[str, Any], back: dict[str, Any]
) -> None:
    bench.apply(service(**counting(**told)))
    bench.check(service(), writes=[sent("UpdateService", **counting(**back))])
    configuration = described(bench, service())["deploymentConfiguration"]
    assert configuration["deploymentCircuitBreaker"] == {**BREAKER, **back}


def _update(wanted: Resource, **arguments: Any) -> Sent:
    properties = wanted.properties
    return only(
        "UpdateService",
        cluster=properties["cluster"],
        service=properties["serviceName"],
        **arguments,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": False, "rollback": False}
            }
        },
        vpc(assignPublicIp="ENABLED"),
    ],
    ids=["percent", "breaker", "public"],
)
def test_a_change_inside_a_setting_sends_all_of_that_setting(
    bench: Bench, service: Make, changes: dict[str, Any]
) -> None:
    bench.apply(service())
    wanted = service(**changes)
    (name,) = changes
    bench.check(wanted, writes=[_update(wanted, **{name: wanted.properties[name]})])


def test_another_revision_and_another_count_are_one_deployment(
    bench: Bench, service: Make, ground: Ground
) -> None:
    bench.apply(service())
    wanted = service(taskDefinition=ground.definition(), desiredCount=2)
    bench.check(
        wanted,
        writes=[
            _update(wanted, taskDefinition=wanted.properties["taskDefinition"], desiredCount=2)
        ],
    )
    found = described(bench, wanted)
    assert (found["taskDefinition"], found["runningCount"]) == (
        wanted.properties["taskDefinition"],
        2,
    )


def test_a_strategy_takes_effect_on_running_tasks(bench: Bench, service: Make) -> None:
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    bench.apply(service())
    wanted = service(launchType=None, capacityProviderStrategy=strategy)
    bench.check(
        wanted,
        writes=[_update(wanted, capacityProviderStrategy=strategy, forceNewDeployment=True)],
    )
    back = service()
    bench.check(back, writes=[_update(back, capacityProviderStrategy=[], forceNewDeployment=True)])


def test_the_order_of_subnets_means_nothing(bench: Bench, service: Make, ground: Ground) -> None:
    bench.apply(service())
    bench.check_settled(service(**vpc(subnets=ground.subnets("private")[::-1])))


def test_what_cannot_change_is_refused_unless_it_is_allowed_by_name(
    bench: Bench, service: Make
) -> None:
    bench.apply(service())
    other = service(serviceName=f"{bench.name}-site")
    with pytest.raises(PlanError, match=r"interrupts the service.*--replace ecs\.service/app"):
        bench.plan(other)
    check_sent(
        bench.apply(other, replaceable=["ecs.service/app"]),
        sent("DeleteService", service=f"{bench.name}-web"),
        sent("CreateService", serviceName=f"{bench.name}-site"),
    )


def breaker_off(ecs: Any, live: Live) -> None:
    off = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    _change(ecs, live, deploymentConfiguration=off)


def scaled(ecs: Any, live: Live) -> None:
    _change(ecs, live, desiredCount=7)


def opened(ecs: Any, live: Live) -> None:
    network = live.properties["networkConfiguration"]["awsvpcConfiguration"]
    public = {"awsvpcConfiguration": {**network, "assignPublicIp": "ENABLED"}}
    _change(ecs, live, networkConfiguration=public)


def _change(ecs: Any, live: Live, **settings: Any) -> None:
    place = {"cluster": live.properties["cluster"], "service": live.properties["serviceName"]}
    ecs.update_service(**place, **settings)


def retagged(ecs: Any, live: Live) -> None:
    ecs.tag_resource(resourceArn=live.id, tags=[{"key": "team", "value": "birch"}])


BREAKERS = "deploymentConfiguration.deploymentCircuitBreaker"
PUBLIC = "networkConfiguration.awsvpcConfiguration.assignPublicIp"


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            breaker_off,
            {f"{BREAKERS}.enable": (False, True), f"{BREAKERS}.rollback": (False, True)},
            sent("UpdateService", deploymentConfiguration={"deploymentCircuitBreaker": BREAKER}),
        ),
        (scaled, {"desiredCount": (7, 1)}, sent("UpdateService", desiredCount=1)),
        (
            opened,
            {PUBLIC: ("ENABLED", "DISABLED")},
            sent("UpdateService", **vpc(assignPublicIp="DISABLED")),
        ),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("TagResource", tags=[{"key": "team", "value": "oak"}]),
        ),
    ],
    ids=["breaker", "count", "public", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    service: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(service(), spoil, shown=shown, writes=[write])


def test_one_that_was_deleted_is_made_again(bench: Bench, service: Make) -> None:
    wanted = service()
    bench.apply(wanted)
    bench.client("ecs").delete_service(
        cluster=wanted.properties["cluster"], service=f"{bench.name}-web", force=True
    )
    calls = bench.apply(wanted)  # refused while the old one drains, and tried again
    assert {call.operation for call in calls} == {"CreateService"}


def test_deleting_it_twice_is_fine(bench: Bench, service: Make) -> None:
    bench.apply(service())
    bench.delete_twice(service())


def test_another_tag_is_set_without_a_deployment(bench: Bench, service: Make) -> None:
    bench.check_retag(service(), sent("TagResource", tags=[{"key": "team", "value": "tree"}]))


WANTED: dict[str, Any] = {
    "serviceName": "web",
    "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/web",
    "taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "capacityProviderStrategy": [],
    "networkConfiguration": {
        "awsvpcConfiguration": {
            "subnets": ["subnet-a", "subnet-b"],
            "securityGroups": ["sg-1"],
            "assignPublicIp": "DISABLED",
        }
    },
    "loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "web", "containerPort": 80}],
    "deploymentConfiguration": {
        "minimumHealthyPercent": 100,
        "maximumPercent": 200,
        "deploymentCircuitBreaker": BREAKER,
    },
    "healthCheckGracePeriodSeconds": 60,
    "propagateTags": "SERVICE",
    "enableECSManagedTags": True,
}
REAL: dict[str, Any] = {
    "serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/web/web",
    "serviceName": "web",
    "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/web",
    "loadBalancers": WANTED["loadBalancers"],
    "serviceRegistries": [],
    "status": "ACTIVE",
    "desiredCount": 2,
    "runningCount": 2,
    "pendingCount": 0,
    "launchType": "FARGATE",
    "platformVersion": "LATEST",
    "platformFamily": "Linux",
    "taskDefinition": WANTED["taskDefinition"],
    "deploymentConfiguration": {
        "deploymentCircuitBreaker": BREAKER,
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    },
    "deployments": [
        {
            "id": "ecs-svc/1234567890123456789",
            "status": "PRIMARY",
            "rolloutState": "COMPLETED",
            "desiredCount": 2,
            "runningCount": 2,
        }
    ],
    "roleArn": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRole",
    "events": [],
    "placementConstraints": [],
    "placementStrategy": [],
    "networkConfiguration": {
        "awsvpcConfiguration": {
            "subnets": ["subnet-b", "subnet-a"],
            "securityGroups": ["sg-1"],
            "assignPublicIp": "DISABLED",
        }
    },
    "healthCheckGracePeriodSeconds": 60,
    "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"},
    "createdBy": "arn:aws:iam::123456789012:user/somebody",
    "enableECSManagedTags": True,
    "propagateTags": "SERVICE",
    "enableExecuteCommand": False,
    "availabilityZoneRebalancing": "ENABLED",
}
"""An entry of DescribeServices; API_Service."""

SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]


@pytest.mark.parametrize(
    ("wanted", "real"),
    [
        ({}, {}),
        ({"loadBalancers": []}, {"loadBalancers": [], "roleArn": None}),
        (
            {"launchType": None, "capacityProviderStrategy": SPOT},
            {"launchType": None, "capacityProviderStrategy": SPOT},
        ),
        ({}, {"capacityProviderStrategy": []}),
        ({"healthCheckGracePeriodSeconds": 0}, {"healthCheckGracePeriodSeconds": 0}),
        ({}, {"platformVersion": "1.4.0"}),
    ],
    ids=["all", "no balancer", "strategy", "no strategy", "no grace", "platform"],
)
def test_what_aws_answers_is_no_difference(wanted: dict[str, Any], real: dict[str, Any]) -> None:
    assert _paths({**WANTED, **wanted}, {**REAL, **real}) == []


def test_a_real_difference_is_one() -> None:
    other = replace_in(REAL, "deploymentConfiguration", maximumPercent=150)
    assert _paths(WANTED, other) == ["deploymentConfiguration.maximumPercent"]


def replace_in(real: dict[str, Any], name: str, **changes: Any) -> dict[str, Any]:
    return {**real, name: {**real[name], **changes}}


def _paths(wanted: dict[str, Any], real: dict[str, Any]) -> list[str]:
    live = KIND._live({name: value for name, value in real.items() if value is not None}, {})
    want, have = KIND.canonical(wanted), KIND.canonical(live.properties)
    return [".".join(change.path) for change in differences(want, have, KIND.rules)]


def test_exec_reaches_running_tasks_by_force(bench: Bench, service: Make, ground: Ground) -> None:
    definition = ground.definition(taskRoleArn=ground.role())
    bench.apply(service(taskDefinition=definition))
    wanted = service(taskDefinition=definition, enableExecuteCommand=True)
    bench.check(
        wanted, writes=[_update(wanted, enableExecuteCommand=True, forceNewDeployment=True)]
    )


def live(**outputs: Any) -> Live:
    known = {"Deployment": "ecs-svc/2", "DeploymentCreated": None, **outputs}
    return Live("ecs.service", "arn", {}, {"cluster": "c", "serviceName": "web"}, known)


WANT: dict[str, Any] = {"taskDefinition": NEW}


def test_a_failure_that_cannot_be_explained_is_told_as_it_is() -> None:
    unreadable: Any = Fake(describe_services=refusal("AccessDeniedException"))
    failure = NotServing("it failed")
    assert KIND.explained(unreadable, live(), WANT, failure) is failure


def test_a_wait_that_ended_on_the_way_back_is_not_serving() -> None:
    going_back: Any = records(
        record("ROLLBACK_IN_PROGRESS"),
        describe_services={"services": [described_as(deployment(NEW, "FAILED"))]},
    )
    told = KIND.explained(going_back, live(), WANT, TimedOut("still not settled"))
    assert isinstance(told, NotServing)
    assert told.details
    assert told.details["status"] == "ROLLBACK_IN_PROGRESS"
    assert told.details["post_mortem"]["service"] == "web"


def test_a_wait_that_ended_on_the_way_forward_is_not_serving_either() -> None:
    under_way: Any = records(
        record("IN_PROGRESS"),
        describe_services={"services": [described_as(deployment(NEW, "IN_PROGRESS"))]},
    )
    told = KIND.explained(under_way, live(), WANT, TimedOut("still not settled"))
    assert type(told) is NotServing


def test_patience_covers_what_the_deployment_is_told_to_wait_for() -> None:
    bakes = {"deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 10}}
    assert KIND.patience_for({"deploymentConfiguration": None}) == KIND.patience
    grace = {**bakes, "healthCheckGracePeriodSeconds": 90}
    assert KIND.patience_for(grace) == KIND.patience + 690
    assert KIND.patience_for({**grace, "timeoutMinutes": 20}) == 1200
