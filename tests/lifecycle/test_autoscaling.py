"""Autoscaling from the spec to the end: the number of tasks is the autoscaler's, and only that."""

from __future__ import annotations

from typing import Any

from provisioner.local.control import ask
from tests.cloud.sent import check_order
from tests.cloud.world import World, changes, fields

KEY = "services.app.autoscaling"
# The cloud's days are seconds here, so that a daily action might be due in the middle of a test.
NEVER = "cron(0 8 1 1 ? 2199)"
SETTINGS = (
    f"{KEY}={{min: 1, max: 4, cpu_percent: 60, memory_percent: 75, requests_per_target: 1000}}",
    f"{KEY}.custom=[{{name: queue, target: 10, metric: {{namespace: Oak, name: Depth}}}}]",
    f"{KEY}.steps=[{{name: burst, metric: {{namespace: Oak, name: Depth}}, "
    "steps: [{above: 100, change: 1}, {above: 500, change: 4}]}]",
    f"{KEY}.schedule=[{{name: morning, when: '{NEVER}', min: 2}}]",
)
PLACE = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/oaktree-cluster-dev/oaktree-service-dev",
    "ScalableDimension": "ecs:service:DesiredCount",
}
POLICIES = {"cpu", "memory", "requests", "queue", "burst-steps"}
TARGET = "application_autoscaling.scalable_target/app"


def service(world: World) -> dict[str, Any]:
    answer = world.client("ecs").describe_services(
        cluster="oaktree-cluster-dev", services=["oaktree-service-dev"]
    )
    found: dict[str, Any] = answer["services"][0]
    return found


def scaled_to(world: World, count: int) -> None:
    world.client("ecs").update_service(
        cluster="oaktree-cluster-dev", service="oaktree-service-dev", desiredCount=count
    )


def policies(world: World) -> dict[str, dict[str, Any]]:
    answer = world.client("application-autoscaling").describe_scaling_policies(**PLACE)
    return {
        one["PolicyName"].removeprefix("oaktree-").removesuffix("-dev"): one
        for one in answer["ScalingPolicies"]
    }


def targets(world: World) -> list[dict[str, Any]]:
    client = world.client("application-autoscaling")
    found: list[dict[str, Any]] = client.describe_scalable_targets(ServiceNamespace="ecs")[
        "ScalableTargets"
    ]
    return found


def test_everything_is_made_in_order_and_settles(world: World) -> None:
    applied = world.apply(*SETTINGS)
    check_order(applied.writes, "CreateService", "RegisterScalableTarget", "PutScalingPolicy")
    check_order(applied.writes, "RegisterScalableTarget", "PutMetricAlarm")
    world.check_settled(*SETTINGS)
    found = policies(world)
    assert found.keys() == POLICIES
    label = found["requests"]["TargetTrackingScalingPolicyConfiguration"][
        "PredefinedMetricSpecification"
    ]["ResourceLabel"]
    parts = label.split("/")
    assert (parts[0], parts[1], parts[3], parts[4]) == (
        "app", "oaktree-alb-dev", "targetgroup", "oaktree-tg-dev",
    )  # fmt: skip
    (alarm,) = world.client("cloudwatch").describe_alarms(AlarmNamePrefix="oaktree-")[
        "MetricAlarms"
    ]
    assert alarm["AlarmActions"] == [found["burst-steps"]["PolicyARN"]]


def test_the_number_of_tasks_is_kept_and_the_plan_says_so(world: World) -> None:
    world.apply(*SETTINGS)
    scaled_to(world, 3)
    plan = world.plan(*SETTINGS)
    assert changes(plan) == []
    assert plan["kept"] == [
        {"address": "ecs.service/app", "path": "desiredCount", "value": 3, "by": "autoscaling"}
    ]
    grown = world.apply(*SETTINGS, "services.app.memory_mib=1024")
    (update,) = [call for call in grown.writes if call.operation == "UpdateService"]
    assert "desiredCount" not in update.arguments
    assert service(world)["desiredCount"] == 3


def test_another_range_moves_the_service_into_it(world: World) -> None:
    world.apply(*SETTINGS)
    scaled_to(world, 4)
    applied = world.apply(*SETTINGS, f"{KEY}.max=3")
    assert applied.operations == ["RegisterScalableTarget"]
    assert service(world)["desiredCount"] == 3
    world.check_settled(*SETTINGS, f"{KEY}.max=3")


def test_drift_is_shown_and_repaired(world: World) -> None:
    world.apply(*SETTINGS)
    client = world.client("application-autoscaling")
    client.register_scalable_target(**PLACE, MaxCapacity=50)
    client.delete_scaling_policy(**PLACE, PolicyName="oaktree-cpu-dev")
    plan = world.plan(*SETTINGS)
    assert fields(plan, TARGET) == {"MaxCapacity": (50, 4)}
    assert sorted(changes(plan)) == [
        "create application_autoscaling.scaling_policy/app/cpu",
        f"update {TARGET}",
    ]
    world.apply(*SETTINGS)
    world.check_settled(*SETTINGS)


def test_a_limit_that_the_schedule_set_is_kept(world: World) -> None:
    world.apply(*SETTINGS)
    world.client("application-autoscaling").register_scalable_target(**PLACE, MinCapacity=2)
    plan = world.plan(*SETTINGS)
    assert changes(plan) == []
    assert {(one["path"], one["value"], one["by"]) for one in plan["kept"]} == {
        ("MinCapacity", 2, "the schedule"),
        ("desiredCount", 2, "autoscaling"),
    }


def test_what_the_schedule_has_done_stays(world: World) -> None:
    when = "when: rate(1 minute)"
    timed = (
        f"{KEY}={{min: 1, max: 6, cpu_percent: 60}}",
        f"{KEY}.schedule=[{{name: day, {when}, min: 3}}, {{name: night, {when}, max: 4}}]",
    )
    world.apply(*timed)
    ask(world.server.endpoint, "clock/advance", {"seconds": 150})
    (target,) = targets(world)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 4)
    assert service(world)["desiredCount"] == 3
    plan = world.plan(*timed)
    assert changes(plan) == []
    assert {(one["path"], one["value"], one["by"]) for one in plan["kept"]} == {
        ("MinCapacity", 3, "the schedule"),
        ("MaxCapacity", 4, "the schedule"),
        ("desiredCount", 3, "autoscaling"),
    }
    grown = world.apply(*timed, f"{KEY}.suspended=true", "services.app.memory_mib=1024")
    sent = {call.operation: call.arguments for call in grown.writes}
    assert not sent["RegisterScalableTarget"].keys() & {"MinCapacity", "MaxCapacity"}
    assert "desiredCount" not in sent["UpdateService"]
    assert service(world)["desiredCount"] == 3


def test_a_replaced_service_is_scaled_again_from_where_it_was(world: World) -> None:
    world.apply(*SETTINGS)
    scaled_to(world, 3)
    other = (*SETTINGS, "services.app.names.service=oaktree-other")
    stack = world.stack(*other)
    plan = stack.plan(replaceable=["ecs.service/app"])
    report = stack.apply(stack.guard(plan))
    assert [(one.step.key, one.error) for one in report.outcomes if one.state != "done"] == []
    world.check_settled(*other)
    (target,) = targets(world)
    assert target["ResourceId"] == "service/oaktree-cluster-dev/oaktree-other"
    answer = world.client("ecs").describe_services(
        cluster="oaktree-cluster-dev", services=["oaktree-other"]
    )
    assert answer["services"][0]["desiredCount"] == 3


def test_without_the_key_the_count_is_the_spec_s_again(world: World) -> None:
    world.apply(*SETTINGS)
    scaled_to(world, 3)
    gone = world.apply()
    assert targets(world) == []
    assert world.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert "UpdateService" in gone.operations
    wanted = world.load().spec.services["app"].desired_count
    assert service(world)["desiredCount"] == wanted
    world.check_settled()


def test_teardown_leaves_nothing(world: World) -> None:
    world.apply(*SETTINGS)
    done = world.teardown(*SETTINGS)
    check_order(done.writes, "DeregisterScalableTarget", "DeleteService")
    assert targets(world) == []
    assert world.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert world.owned() == {}
