"""Whether the deployment that was started is the one that serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from provisioner.errors import Interrupted, StepFailed, TimedOut
from provisioner.rollout.follow import Watched, follow, look, proceed, stop
from provisioner.rollout.standing import DENIED_NOTE, rollout
from provisioner.rollout.state import Breaker, Rollout
from tests.rollout.fakes import (
    NEW,
    OLD,
    OTHER,
    Fake,
    at,
    denied,
    deployment,
    full,
    record,
    records,
    revision,
    service,
)
from tests.support.aws import refusal
from tests.support.clock import FastClock

OURS = Watched("c", "web", "ecs-svc/2", NEW)
GOING = deployment(NEW, "IN_PROGRESS")
DONE = deployment(NEW, "COMPLETED", runningCount=2)
BEFORE = deployment(OLD, "COMPLETED", 1)
RUNNING = "1 of 2 tasks run"
SAYS_FAILED = [{"message": "(service web) (deployment ecs-svc/2) deployment failed: tasks failed."}]
FAILURE = refusal("AccessDeniedException")


def seen(found: dict[str, Any], ecs: Any, watched: Watched = OURS) -> Rollout:
    return look(ecs, watched, found)


WAITS: dict[str, tuple[dict[str, Any], Fake, str]] = {
    "under way": (service(GOING), records(record("IN_PROGRESS")), RUNNING),
    "not listed yet": (service(GOING), records(record("SUCCESSFUL", 1)), RUNNING),
    "an answer from before the update": (
        service(BEFORE), records(record("SUCCESSFUL", 1)), "web:1 is still the version that serves",
    ),
    "going back, which is followed to its end": (
        service(BEFORE), records(record("ROLLBACK_IN_PROGRESS")), "going back to web:1",
    ),
    "no permission, under way": (service(GOING), denied(), RUNNING),
    "no permission, our deployment not shown": (
        service(BEFORE), denied(), "web:1 is still the version that serves",
    ),
    "no answer": (
        service(GOING), Fake(list_service_deployments=refusal("ServerException")),
        "ECS does not answer",
    ),
    "no connection": (
        service(GOING), Fake(list_service_deployments=HTTPClientError(error="cut")),
        "ECS does not answer",
    ),
    "a server without records": (
        service(GOING), Fake(list_service_deployments=refusal("NotImplemented")), RUNNING,
    ),
    "no deployment": (service(), records(record("SUCCESSFUL", 1)), "no deployment yet"),
    "nothing wanted, and still on its way": (
        service(deployment(NEW, "IN_PROGRESS", desiredCount=0)), denied(), "under way",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("found", "ecs", "words"), WAITS.values(), ids=WAITS)
def test_it_waits_for(found: dict[str, Any], ecs: Fake, words: str) -> None:
    stands = seen(found, ecs)
    assert stands.verdict == "waiting"
    assert words in stands.words()


SERVES: dict[str, tuple[dict[str, Any], Fake]] = {
    "its record is successful": (service(DONE), records(record("SUCCESSFUL"))),
    "no permission, completed": (service(DONE), denied()),
    "older than what ECS keeps records of": (service(DONE), records(record("SUCCESSFUL", 9))),
    "no permission, and somebody deployed the same version again": (
        service(deployment(NEW, "COMPLETED", 3)), denied(),
    ),
    "a server without records and events": (
        service(deployment(OLD, "IN_PROGRESS", 1), events=[]),
        Fake(list_service_deployments=refusal("500")),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("found", "ecs"), SERVES.values(), ids=SERVES)
def test_it_serves_when(found: dict[str, Any], ecs: Fake) -> None:
    stands = seen(found, ecs)
    assert (stands.verdict, stands.words()) == ("serving", "")


FAILS: dict[str, tuple[dict[str, Any], Fake, str]] = {
    "stopped": (
        service(deployment(NEW, "FAILED")), records(record("STOPPED")),
        "web:2 failed, and was not rolled back",
    ),
    "rolled back, the old version is PRIMARY and completed": (
        service(deployment(OLD, "COMPLETED", 1)),
        records(record("ROLLBACK_SUCCESSFUL", 2, "circuit breaker"), record("SUCCESSFUL", 1)),
        "web:2 failed, and web:1 serves again: circuit breaker",
    ),
    "failed with nothing to go back to, whatever its record says": (
        service(deployment(NEW, "FAILED", rolloutStateReason="tasks failed to start")),
        records(record("IN_PROGRESS")), "tasks failed to start",
    ),
    "failed, by the weaker view": (service(deployment(NEW, "FAILED")), denied(), "web:2 failed"),
    "failed and gone, and another deployment of the old version goes back": (
        service(
            deployment(
                OLD, "IN_PROGRESS", 4,
                rolloutStateReason="ECS deployment circuit breaker: rolling back to deploymentId 1",
            )
        ),
        denied(), "rolling back to deploymentId",
    ),
    "failed and gone, but an event says so": (
        service(BEFORE, events=SAYS_FAILED), denied(), "tasks failed",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("found", "ecs", "words"), FAILS.values(), ids=FAILS)
def test_it_is_not_serving_when(found: dict[str, Any], ecs: Fake, words: str) -> None:
    stands = seen(found, ecs)
    assert stands.verdict == "not-serving"
    assert words in stands.words()


THEIRS = deployment(OTHER, "IN_PROGRESS", 3)
OURS_GIVEN_UP = deployment(NEW, "IN_PROGRESS", 2, "ACTIVE")
SUPERSEDED: dict[str, tuple[dict[str, Any], Fake]] = {
    "ours was stopped for it": (
        service(THEIRS, OURS_GIVEN_UP),
        records(record("IN_PROGRESS", 3), record("STOPPED", 2)),
    ),
    "ours had succeeded": (
        service(THEIRS), records(record("IN_PROGRESS", 3), record("SUCCESSFUL", 2)),
    ),
    "by the weaker view": (service(THEIRS, OURS_GIVEN_UP), denied()),
    "by the weaker view, and ours is gone": (service(THEIRS), denied()),
}  # fmt: skip


@pytest.mark.parametrize(("found", "ecs"), SUPERSEDED.values(), ids=SUPERSEDED)
def test_another_s_deployment_is_told_and_no_success(found: dict[str, Any], ecs: Fake) -> None:
    stands = seen(found, ecs, Watched("c", "web", "ecs-svc/2", NEW, at(2)))
    assert stands.verdict == "superseded"
    assert "superseded by another deployment, of web:3" in stands.words()


def test_what_serves_again_after_a_rollback_is_not_superseded_by_what_failed() -> None:
    after = records(record("ROLLBACK_SUCCESSFUL", 2), record("SUCCESSFUL", 1))
    scaled = Watched("c", "web", "ecs-svc/1", OLD)
    assert seen(service(BEFORE), after, scaled).verdict == "serving"
    assert seen(service(BEFORE), after, Watched("c", "web", wanted=OLD)).verdict == "serving"


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED"])
@pytest.mark.parametrize("ecs", [denied(), records(record("SUCCESSFUL", 1))], ids=["denied", "ok"])
def test_an_older_deployment_of_the_same_version_tells_nothing(state: str, ecs: Fake) -> None:
    restarted = Watched("c", "web", "ecs-svc/2", NEW, at(2))
    stale = service(deployment(NEW, state, 1))
    assert seen(stale, ecs, restarted).verdict == "waiting"
    newer = service(deployment(NEW, "COMPLETED", 3))
    assert seen(newer, denied(), restarted).verdict == "serving"


def test_a_rollback_is_not_mistaken_for_another_s_deployment() -> None:
    back = service(deployment(OLD, "IN_PROGRESS", 1), deployment(NEW, "FAILED", 2, "ACTIVE"))
    assert seen(back, denied()).verdict == "not-serving"


def test_without_a_deployment_the_newest_is_looked_at() -> None:
    found = service(BEFORE)
    failed = records(record("ROLLBACK_SUCCESSFUL", 2), record("SUCCESSFUL", 1))
    assert seen(found, failed, Watched("c", "web")).verdict == "not-serving"
    assert seen(found, denied(), Watched("c", "web")).verdict == "serving"


def test_another_version_than_the_wanted_one_is_no_success() -> None:
    stands = seen(service(BEFORE), denied(), Watched("c", "web", wanted=NEW))
    assert (stands.verdict, stands.reason) == ("superseded", "web:1 serves, not web:2")


def test_what_is_not_shown_any_more_keeps_its_name() -> None:
    gone = seen(service(BEFORE, events=SAYS_FAILED), denied())
    assert (gone.old, gone.new, gone.deployment) == ("web:1", "web:2", "ecs-svc/2")


def test_it_says_once_more_by_what_it_was_judged() -> None:
    assert seen(service(GOING), denied()).notes[0] == DENIED_NOTE
    assert seen(service(GOING), denied()).judge == "deployments"


def test_it_tells_what_the_service_deployment_tells() -> None:
    ecs = records(
        record("IN_PROGRESS"),
        describe_service_deployments={
            "serviceDeployments": [
                full(
                    "IN_PROGRESS",
                    lifecycleStage="SCALE_UP",
                    deploymentConfiguration={"strategy": "CANARY"},
                    deploymentCircuitBreaker={
                        "status": "MONITORING", "failureCount": 1, "threshold": 3
                    },
                    lifecycleHookDetails=[
                        {"hookId": "h", "targetType": "PAUSE", "status": "AWAITING_ACTION"}
                    ],
                )
            ]
        },
    )  # fmt: skip
    failing = deployment(NEW, "IN_PROGRESS", failedTasks=2)
    stands = seen(service(failing, deployment(OLD, "COMPLETED", 1, "ACTIVE")), ecs)
    assert (stands.strategy, stands.stage, stands.old, stands.new) == (
        "CANARY", "SCALE_UP", "web:1", "web:2",
    )  # fmt: skip
    assert stands.breaker == Breaker("MONITORING", 1, 3)
    assert stands.words() == (
        "scale up, 1 of 2 tasks run, 1 pending, 2 failed (circuit breaker 1/3), "
        "hook h waits for an answer"
    )


def test_a_deployment_that_is_not_listed_any_more_has_failed_as_often_as_its_breaker_says() -> None:
    breaker = {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
    over = full("ROLLBACK_SUCCESSFUL", deploymentCircuitBreaker=breaker)
    ecs = records(
        record("ROLLBACK_SUCCESSFUL"), describe_service_deployments={"serviceDeployments": [over]}
    )
    assert seen(service(BEFORE), ecs).failed == 3


def test_what_ecs_goes_back_to_is_the_old_version() -> None:
    back = full("ROLLBACK_IN_PROGRESS", rollback={"serviceRevisionArn": revision(3)})
    ecs = records(
        record("ROLLBACK_IN_PROGRESS"),
        describe_service_deployments={"serviceDeployments": [back]},
    )
    good, failed = deployment(OTHER, "IN_PROGRESS", 3), deployment(OLD, "FAILED", 1, "ACTIVE")
    assert seen(service(good, failed), ecs).words() == "going back to web:3"


def test_the_version_of_a_revision_without_a_deployment_is_asked_for() -> None:
    ecs = records(
        record("ROLLBACK_SUCCESSFUL"),
        describe_service_deployments={"serviceDeployments": [full("ROLLBACK_SUCCESSFUL")]},
        describe_service_revisions={"serviceRevisions": [{"taskDefinition": NEW}]},
    )
    stands = seen(service(BEFORE), ecs, Watched("c", "web"))
    assert (stands.old, stands.new) == ("web:1", "web:2")


GROUP = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/1"
BALANCED = service(DONE, loadBalancers=[{"targetGroupArn": GROUP}])
TASK = {
    "taskDefinitionArn": NEW,
    "startedBy": "ecs-svc/2",
    "containers": [{"networkInterfaces": [{"privateIpv4Address": "10.0.0.2"}]}],
}
LEFT = {**TASK, "startedBy": "ecs-svc/1", "taskDefinitionArn": OLD}


def health(**states: str) -> dict[str, Any]:
    return {
        "TargetHealthDescriptions": [
            {
                "Target": {"Id": name.replace("ip", "10.0.0.")},
                "TargetHealth": {"State": state, "Reason": "Target.Timeout"},
            }
            for name, state in states.items()
        ]
    }


def balanced(targets: Any, tasks: Any = None) -> Fake:
    return records(
        record("SUCCESSFUL"),
        describe_target_health=targets,
        list_tasks=tasks or {"taskArns": ["a"]},
        describe_tasks={"tasks": [TASK, LEFT]},
    )


HEALTH: dict[str, tuple[Fake, str, int | None]] = {
    "healthy": (balanced(health(ip2="healthy")), "serving", 1),
    "ours is not": (balanced(health(ip2="unhealthy", ip1="healthy")), "not-serving", 0),
    "ours is checked for the first time": (balanced(health(ip2="initial")), "waiting", 0),
    "the tasks are not readable": (balanced(health(ip1="healthy"), FAILURE), "serving", None),
    "nothing is readable": (balanced(FAILURE, FAILURE), "serving", None),
    "the connection is cut": (
        balanced(HTTPClientError(error="cut"), HTTPClientError(error="cut")),
        "serving",
        None,
    ),
}


@pytest.mark.parametrize(("ecs", "verdict", "healthy"), HEALTH.values(), ids=HEALTH)
def test_a_success_without_a_healthy_target_is_none(
    ecs: Fake, verdict: str, healthy: int | None
) -> None:
    stands = seen(BALANCED, ecs)
    assert (stands.verdict, stands.healthy) == (verdict, healthy)


def test_it_says_why_no_target_is_healthy() -> None:
    stands = seen(BALANCED, balanced(health(ip2="unhealthy")))
    assert stands.words().startswith("deployed, but no target is healthy: web: Target.Timeout")


def test_without_a_load_balancer_the_containers_own_checks_count() -> None:
    tasks = {"tasks": [{**TASK, "healthStatus": status} for status in ("HEALTHY", "UNHEALTHY")]}
    ecs = records(record("IN_PROGRESS"), list_tasks={"taskArns": ["a"]}, describe_tasks=tasks)
    assert seen(service(GOING), ecs).healthy == 1


def test_a_document_is_json_s_types() -> None:
    document = seen(BALANCED, balanced(health(ip2="healthy"))).to_dict()
    assert document["since"] == at(2).isoformat()
    assert document["tasks"] == {
        "desired": 2, "pending": 0, "running": 2, "healthy": 1, "failed": 0
    }  # fmt: skip


def test_following_ends_with_a_verdict() -> None:
    answers = iter([service(GOING), service(GOING), service(DONE)])
    ecs: Any = denied(describe_services=lambda **_: {"services": [next(answers)]})
    heard: list[Rollout] = []
    end = follow(ecs, OURS, clock=FastClock(), listen=heard.append)
    assert [one.verdict for one in heard] == ["waiting", "waiting", "serving"]
    assert end == heard[-1]


def test_following_gives_up_and_says_what_is_missing() -> None:
    ecs: Any = denied(describe_services={"services": [service(GOING)]})
    with pytest.raises(TimedOut, match=r"web: still not settled after 60 s: 1 of 2 tasks run"):
        follow(ecs, OURS, clock=FastClock(), patience=60)


class Remembering(Fake):
    """Answers a question once, as Aws does."""

    def once(self, key: object, ask: Callable[[], Any]) -> Any:
        memory: dict[object, Any] = self.answers.setdefault("memory", {})
        if key not in memory:
            memory[key] = ask()
        return memory[key]


def test_a_server_without_records_is_asked_for_them_once() -> None:
    ecs = Remembering(list_service_deployments=refusal("NotImplemented"))
    for _ in range(3):
        seen(service(GOING), ecs)
    assert ecs.calls.count("list_service_deployments") == 1


def test_a_cluster_that_is_not_visible_yet_is_waited_for() -> None:
    ecs: Any = Fake(describe_services=refusal("ClusterNotFoundException"))
    assert look(ecs, OURS).words() == "not visible yet"
    with pytest.raises(ClientError):
        look(Fake(describe_services=FAILURE), OURS)  # type: ignore[arg-type]  # answers like Aws


def test_following_is_interrupted() -> None:
    clock, ecs = FastClock(), denied(describe_services={"services": []})
    clock.stop()
    with pytest.raises(Interrupted):
        follow(ecs, OURS, clock=clock)  # type: ignore[arg-type]  # answers like Aws


def test_stopping_and_answering_tell_why_not() -> None:
    ecs: Any = Fake(
        stop_service_deployment=refusal("ConflictException", "too late"),
        continue_service_deployment=refusal("InvalidParameterException", "no such hook"),
    )
    with pytest.raises(StepFailed, match="too late"):
        stop(ecs, "arn")
    with pytest.raises(StepFailed, match="no such hook"):
        proceed(ecs, "arn", "h", "CONTINUE")


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (service(deployment(NEW, "FAILED")), "FAILED"),
        (service(deployment(NEW, "IN_PROGRESS")), "IN_PROGRESS"),
        (service(deployment(NEW, "IN_PROGRESS"), events=[]), "COMPLETED"),
        (service(deployment(NEW, "")), "COMPLETED"),
        (service(), "COMPLETED"),
    ],
)
def test_a_service_stands_as_its_primary_deployment(found: dict[str, Any], state: str) -> None:
    assert rollout(found) == state
