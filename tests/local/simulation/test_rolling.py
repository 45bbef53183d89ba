from __future__ import annotations

from typing import Any

import pytest

from provisioner.local.simulation import service as services

from .conftest import GROUP, Stage, World, settled

BREAKER: dict[str, Any] = {
    "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
}


def states(stage: Stage) -> list[tuple[str, str]]:
    return [(each.revision["taskDefinition"], each.status) for each in stage.service.deployments]


def test_a_task_passes_every_status(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create(desired=1, **balanced)
    task = stage.service.tasks[0]
    seen = [task.status]
    for _ in range(60):
        stage.after(1)
        seen += [task.status] if seen[-1] != task.status else []
    stage.update(desiredCount=0)
    for _ in range(60):
        stage.after(1)
        seen += [task.status] if seen[-1] != task.status else []
    assert seen == [
        "PROVISIONING", "PENDING", "ACTIVATING", "RUNNING",
        "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED",
    ]  # fmt: skip
    assert (task.stop_code, task.containers[0].exit_code) == ("ServiceSchedulerInitiated", 0)
    assert task.reason == f"Scaling activity initiated by (deployment {stage.last.id})"
    assert stage.world.addresses == {}


def test_a_first_deployment_is_complete_and_steady(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create(**balanced)
    assert stage.statuses == ["PROVISIONING"] * 2
    took = stage.until(settled)
    assert 28 < took < 60
    assert (stage.last.status, stage.last.rollout) == ("SUCCESSFUL", "COMPLETED")
    assert stage.messages[:2] == [
        "(service web) has reached a steady state.",
        f"(service web) (deployment {stage.last.id}) deployment completed.",
    ]
    health = [
        stage.region.targets.health(GROUP, t, stage.now).state
        for t in stage.region.targets.of(GROUP, stage.now)
    ]
    assert health == ["healthy", "healthy"]


def test_targets_that_come_and_go_are_told_once(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create(**balanced)
    stage.until(settled)
    stage.update(taskDefinition="new")
    stage.until(settled)
    told = [words for words in stage.messages if " targets in " in words]
    came = sum(int(words.split()[3]) for words in told if words.split()[2] == "registered")
    went = sum(int(words.split()[3]) for words in told if words.split()[2] == "deregistered")
    assert (came, went) == (4, 2)
    assert all(words.endswith(f" targets in (target-group {GROUP})") for words in told)


def test_a_task_that_never_got_to_its_group_does_not_leave_it(
    stage: Stage, balanced: dict[str, Any]
) -> None:
    stage.world.absent.add("web:absent")
    stage.create("absent", **balanced)
    stage.after(600)
    assert not [words for words in stage.messages if " targets in " in words]


def test_new_tasks_are_healthy_before_old_ones_stop(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create(**balanced)
    stage.until(settled)
    stage.update(taskDefinition="new")
    fewest = most = 2
    while not settled(stage.service):
        stage.after(1)
        healthy = [
            stage.region.targets.health(GROUP, t, stage.now).state
            for t in stage.region.targets.of(GROUP, stage.now)
        ].count("healthy")
        fewest, most = (
            min(fewest, healthy),
            max(most, len([t for t in stage.service.tasks if t.active])),
        )
    assert (fewest, most) == (2, 4)
    assert {t.containers[0].image for t in stage.running} == {"web:new"}
    assert [each.live for each in stage.service.deployments] == [False, True]


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (100, 200, (4, 8)),
        (50, 100, (2, 4)),
        (0, 100, (0, 4)),
        (100, 150, (4, 6)),
        (75, 125, (3, 5)),
    ],
)
def test_the_percentages_bound_a_deployment(
    stage: Stage, least: int, most: int, expected: tuple[int, int]
) -> None:
    bounds = {"minimumHealthyPercent": least, "maximumPercent": most}
    stage.create(desired=4, deploymentConfiguration=bounds)
    stage.until(settled)
    stage.update(taskDefinition="new")
    low = high = 4
    while not settled(stage.service):
        stage.after(1)
        low = min(low, len(stage.running))
        high = max(
            high,
            len([t for t in stage.service.tasks if t.status not in {"DEPROVISIONING", "STOPPED"}]),
        )
    assert (low, high) == expected


@pytest.mark.parametrize("wanted", [1, 0])
def test_a_service_shrinks_after_a_failed_deployment(stage: Stage, wanted: int) -> None:
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    stage.create(desired=2, deploymentConfiguration=breaker)
    stage.until(settled)
    stage.update(taskDefinition="crash")
    stage.after(3600)
    assert (stage.last.rollout, len(stage.running)) == ("FAILED", 2)
    stage.update(desiredCount=wanted)
    stage.after(60)
    assert len(stage.running) == wanted


def test_a_service_is_deleted_after_a_failed_deployment(stage: Stage) -> None:
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    stage.create(desired=2, deploymentConfiguration=breaker)
    stage.until(settled)
    stage.update(taskDefinition="crash")
    stage.after(3600)
    services.delete(stage.service, stage.now)
    stage.region.touch(stage.service, stage.now)
    assert stage.after(60).status == "INACTIVE"


def test_percentages_that_leave_no_room_are_told(stage: Stage) -> None:
    stage.create(desired=1, deploymentConfiguration={"maximumPercent": 100})
    stage.until(settled)
    stage.update(taskDefinition="new")
    stage.after(3600)
    assert "was unable to stop or start tasks during a deployment" in stage.messages[0]
    assert stage.last.status == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("tag", "code", "reason"),
    [
        ("crash", "EssentialContainerExited", "Essential container in task exited"),
        ("missing", "TaskFailedToStart", "CannotPullContainerError"),
        ("no-logs-permission", "TaskFailedToStart", "failed to create Cloudwatch log stream"),
        (
            "unhealthy",
            "ServiceSchedulerInitiated",
            f"Task failed ELB health checks in (target-group {GROUP})",
        ),
    ],
)
def test_a_bad_version_trips_the_breaker_and_goes_back(
    stage: Stage, balanced: dict[str, Any], tag: str, code: str, reason: str
) -> None:
    stage.create(desired=2, **balanced, **BREAKER)
    stage.until(settled)
    good = stage.last
    stage.update(taskDefinition=tag)
    stage.until(lambda service: service.rolling_back is not None)
    bad = stage.last
    assert (bad.status, bad.rollout, bad.rollout_reason) == (
        "ROLLBACK_IN_PROGRESS", "FAILED", "ECS deployment circuit breaker: tasks failed to start.",
    )  # fmt: skip
    stopped = [t for t in stage.service.tasks if t.deployment == bad.number and not t.active]
    assert (stopped[0].stop_code, reason in stopped[0].reason) == (code, True)
    stage.until(settled)
    assert bad.status == "ROLLBACK_SUCCESSFUL"
    assert (
        bad.reason
        == "Service deployment rolled back because the circuit breaker threshold was exceeded."
    )
    assert stage.service.primary is good
    assert stage.service.settings["taskDefinition"] == "ok"
    assert len(stage.running) == 2


def test_a_first_version_that_fails_has_nothing_to_go_back_to(stage: Stage) -> None:
    stage.create("crash", **BREAKER)
    stage.until(lambda service: service.deployments[0].rollout == "FAILED")
    assert stage.last.status == "ROLLBACK_FAILED"
    tasks = len(stage.service.tasks)
    stage.after(1200)
    assert len(stage.service.tasks) == tasks


def test_without_a_breaker_it_goes_on_ever_more_slowly(stage: Stage) -> None:
    stage.create("crash", desired=1)
    stage.after(3600)
    assert stage.last.status == "IN_PROGRESS"
    assert 12 < stage.last.failed < 30
    assert any("unable to consistently start tasks" in message for message in stage.messages)


@pytest.mark.parametrize(
    ("given", "desired", "failures"),
    [
        ({}, 1, 3),
        ({"thresholdConfiguration": {"type": "COUNT", "value": 1}}, 2, 1),
        ({"thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50}}, 20, 10),
        ({"thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 50}}, 4, 2),
    ],
)
def test_the_threshold_is_counted_as_configured(
    stage: Stage, given: dict[str, Any], desired: int, failures: int
) -> None:
    breaker = {"enable": True, "rollback": False, **given}
    stage.create(
        "crash", desired=desired, deploymentConfiguration={"deploymentCircuitBreaker": breaker}
    )
    stage.until(lambda service: service.deployments[0].rollout == "FAILED")
    assert failures <= stage.last.failed <= max(failures, desired)
    assert stage.last.status == "STOPPED"


def test_an_unhealthy_task_is_replaced_start_first(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create("unhealthy-after-600s--only-1-time", desired=1, **balanced)
    stage.until(settled)
    first = stage.running[0]
    stage.until(lambda service: len(service.tasks) == 2, 900)
    assert first.active
    assert "is unhealthy in (target-group" in stage.messages[1]
    stage.until(settled)
    assert first.status == "STOPPED"
    assert len(stage.running) == 1


@pytest.mark.behaviour(
    "AWS: What's New 2025-11, ECS rolling deployments",
    "An unhealthy task of the old revision is replaced by the same revision",
    "never deploys",
)
def test_an_unhealthy_task_of_the_old_revision_is_replaced_by_its_own(
    stage: Stage, balanced: dict[str, Any]
) -> None:
    stage.create("unhealthy-after-600s--only-1-time", desired=2, **balanced)
    stage.until(settled)
    first, old = stage.running[0], stage.last.number
    stage.update(taskDefinition="slow-3000s", healthCheckGracePeriodSeconds=9000)
    stage.until(lambda _: not first.active, 900)
    assert first.reason == f"Task failed ELB health checks in (target-group {GROUP})"
    assert any("is unhealthy in (target-group" in message for message in stage.messages)
    stage.until(lambda _: sum(task.deployment == old for task in stage.running) == 2, 300)
    assert stage.last.status == "IN_PROGRESS"


def test_scaling_starts_and_stops_without_a_deployment(stage: Stage) -> None:
    stage.create()
    stage.until(settled)
    stage.update(desiredCount=5)
    assert len(stage.service.tasks) == 5
    stage.until(settled)
    stage.update(desiredCount=1)
    stage.until(settled)
    assert (len(stage.running), len(stage.service.deployments)) == (1, 1)


def test_a_newer_deployment_supersedes_one_in_progress(stage: Stage) -> None:
    stage.create("a")
    stage.update(taskDefinition="b")
    stage.update(taskDefinition="c")
    stage.until(settled)
    assert states(stage) == [("a", "STOPPED"), ("b", "STOPPED"), ("c", "SUCCESSFUL")]
    assert {t.containers[0].image for t in stage.running} == {"web:c"}


def test_a_role_that_cannot_be_assumed_is_an_event_and_no_task(stage: Stage, world: World) -> None:
    world.role = "arn:role"
    stage.create()
    stage.after(30)
    assert stage.service.tasks == []
    assert "ECS was unable to assume the role 'arn:role'" in stage.messages[0]
    world.role = ""
    stage.until(settled)


def test_a_container_check_decides_too(stage: Stage, world: World) -> None:
    world.health_check = {
        "command": ["CMD", "true"],
        "interval": 10,
        "retries": 2,
        "startPeriod": 0,
    }
    stage.create("unhealthy-container", desired=1)
    stage.after(60)
    assert stage.messages[1].endswith("failed container health checks.")


def test_the_grace_period_spares_a_slow_one(stage: Stage, balanced: dict[str, Any]) -> None:
    stage.create("slow-90s", desired=1, **balanced, healthCheckGracePeriodSeconds=200)
    stage.until(settled)
    assert stage.last.failed == 0


def test_without_a_grace_period_a_slow_one_never_gets_there(
    stage: Stage, balanced: dict[str, Any]
) -> None:
    bounds = {"minimumHealthyPercent": 0, "maximumPercent": 100}
    stage.create("slow-90s", desired=1, **balanced, deploymentConfiguration=bounds)
    stage.after(1800)
    assert stage.last.failed > 3
    assert stage.last.status == "IN_PROGRESS"


def test_a_jump_in_time_gives_the_same_history_as_small_steps(
    world: World, balanced: dict[str, Any]
) -> None:
    def history(step: int) -> list[tuple[float, str]]:
        stage = Stage(world)
        stage.create("crash--only-3-times", desired=2, **balanced)
        for _ in range(600 // step):
            stage.after(step)
        return [
            (event.at, event.message.split("(task")[0].split("(deployment")[0])
            for event in stage.service.events
        ]

    assert history(600) == history(1)
