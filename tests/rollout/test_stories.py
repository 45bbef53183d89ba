"""Deployments on the embedded cloud, from the apply to its verdict and its report."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.execute import Event
from provisioner.rollout.follow import Watched, look
from provisioner.rollout.standing import DENIED_NOTE
from tests.rollout.conftest import BALANCED, SPEC, CloudClock, Story, rollout, served
from tests.support.aws import refusal

NOT_SERVING = 3
CLUSTER, SERVICE = "story-cluster", "story-service"


def said(heard: list[Event]) -> list[str]:
    """What the service's step said while it was waited for."""
    return [e.message for e in heard if e.phase == "waiting" and e.step.kind == "ecs.service"]


def error(document: dict[str, Any]) -> str:
    (found,) = [s["error"] for s in document["steps"] if s["address"] == "ecs.service/app"]
    return str(found)


def test_a_good_deployment_serves_and_a_scaling_starts_none(story: Story) -> None:
    story.apply("1")
    document = story.apply("2")
    found = rollout(document)
    assert (document["result"], found["verdict"], found["status"]) == (
        "done", "serving", "SUCCESSFUL",
    )  # fmt: skip
    assert found["old"].startswith("story-task:")
    assert found["new"] != found["old"]
    assert found["post_mortem"] is None
    assert (story.code, "Why " in story.screen) == (0, False)
    assert said(story.heard)[0] == "0 of 2 tasks run, 2 pending"
    assert said(story.heard)[-1] == ""

    began = story.clock.passed
    assert story.apply("2", "services.app.desired_count=3")["rollouts"] == []
    assert story.clock.passed == began  # nothing was deployed, so nothing was waited for


def test_versions_that_failed_do_not_push_out_the_one_that_serves(story: Story) -> None:
    serving = rollout(story.apply("good"))["new"]
    for number in range(6):
        story.apply(f"{number}--crash")
    assert rollout(story.apply("better"))["verdict"] == "serving"
    found = story.client("ecs").describe_task_definition(taskDefinition=serving)
    assert found["taskDefinition"]["status"] == "ACTIVE"
    assert story.stack(SPEC, "better").plan().empty


def test_a_crash_loop_is_rolled_back_and_explained(story: Story) -> None:
    story.apply("1")
    story.clock.stride = 1
    document = story.apply("2--crash")
    found = rollout(document)
    assert (document["result"], found["status"]) == ("not-serving", "ROLLBACK_SUCCESSFUL")
    assert error(document).startswith(
        f"{found['new']} failed, and {found['old']} serves again: Service deployment rolled back"
    )
    (task,) = found["post_mortem"]["tasks"]
    assert (task["stop_code"], task["like"] > 1) == ("EssentialContainerExited", True)
    (container,) = task["containers"]
    assert container["exit_code"] == 1
    assert container["log"][-1] == "exiting with code 1"
    back = f"going back to {found['old']}"
    assert any(words.startswith(back) for words in said(story.heard))
    assert story.code == NOT_SERVING
    assert "story-app exited with 1" in story.screen
    assert "| exiting with code 1" in story.screen
    assert f"$ aws logs tail /ecs/story --since 1h --endpoint-url {story.endpoint}" in story.screen


def test_a_missing_image_is_named(story: Story) -> None:
    story.apply("1")
    found = rollout(story.apply("missing"))
    assert [hint["id"] for hint in found["post_mortem"]["hints"]] == ["image-missing"]
    assert "nginx:missing: not found" in found["post_mortem"]["first"]
    assert story.code == NOT_SERVING
    assert "nginx:missing is not in its repository" in story.screen


FIRST = SPEC.replace("stack: story", "stack: first")


def test_the_first_deployment_has_nothing_to_go_back_to(story: Story) -> None:
    document = story.apply("oom", spec=FIRST)
    found = rollout(document)
    assert (document["result"], found["old"]) == ("not-serving", None)
    assert "could not be rolled back: No rollback candidate was found" in error(document)
    assert found["post_mortem"]["hints"][0]["id"] == "out-of-memory"
    assert story.code == NOT_SERVING
    assert "first-app exited with 137" in story.screen
    assert rollout(story.apply("1", spec=FIRST))["verdict"] == "serving"


def test_unhealthy_targets_are_told_with_their_reason(story: Story) -> None:
    story.apply("1", spec=BALANCED)
    found = rollout(story.apply("2--status-404", spec=BALANCED))
    assert found["status"] == "ROLLBACK_SUCCESSFUL"
    assert found["post_mortem"]["hints"][0]["id"] == "health-path"
    heard = [e.details for e in story.heard if e.details]
    assert any(one["targets"].get("unhealthy") for one in heard)
    assert "failed ELB health checks" in found["post_mortem"]["tasks"][0]["reason"]
    assert story.code == NOT_SERVING
    assert "failed ELB health checks" in story.screen


def test_a_slow_start_within_the_grace_period_serves_and_beyond_it_does_not(story: Story) -> None:
    grace = "services.app.health_check_grace_period_seconds"
    within = story.apply("1--slow-90s", f"{grace}=120", spec=BALANCED)
    assert (rollout(within)["verdict"], story.code) == ("serving", 0)
    found = rollout(story.apply("2--slow-600s", f"{grace}=30", spec=BALANCED))
    assert found["verdict"] == "not-serving"
    hint = found["post_mortem"]["hints"][0]
    assert hint["id"] == "health-status"
    assert "(now 30 s; the first such task lived" in hint["advice"]
    assert (story.code, hint["advice"] in story.screen) == (NOT_SERVING, True)


def test_a_deployment_that_takes_too_long_says_what_was_missing(story: Story) -> None:
    story.apply("1", spec=BALANCED)
    story.clock.stride = 20
    setting = "services.app.deployment.circuit_breaker.enabled=false"
    document = story.apply("2--timeout", setting, spec=BALANCED)
    assert (document["result"], story.code) == ("not-serving", 3)
    assert "still not settled after 1860 s: " in error(document)
    assert "0 of 2 tasks run" in error(document)
    assert "circuit breaker" not in error(document)
    assert rollout(document)["post_mortem"]["hints"][0]["id"] == "not-reachable"


def test_a_service_s_own_time_out_is_kept_to_and_is_no_drift(story: Story) -> None:
    own = "services.app.deployment={timeout_minutes: 10}"
    story.apply("1")
    document = story.apply("2--pull-20000s", own)
    assert "still not settled after 600 s: 0 of 2 tasks run, 2 pending" in error(document)
    assert rollout(document)["verdict"] == "waiting"
    story.apply("1", own)
    assert story.stack(SPEC, "1", ["services.app.deployment={timeout_minutes: 5}"]).plan().empty


ALARMED = """
overrides:
  ecs.service/app:
    deploymentConfiguration:
      alarms: {alarmNames: [errors], enable: true, rollback: true}
"""


def test_a_deployment_alarm_turns_it_back(story: Story) -> None:
    watch = story.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="errors", Namespace="n", MetricName="m", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    story.apply("1", spec=SPEC + ALARMED)
    story.clock.stride = 1
    story.clock.after(20, lambda: watch.set_alarm_state(
        AlarmName="errors", StateValue="ALARM", StateReason="too many errors"
    ))  # fmt: skip
    found = rollout(story.apply("2", spec=SPEC + ALARMED))
    assert (found["status"], found["alarms"]) == ("ROLLBACK_SUCCESSFUL", ["errors"])
    assert found["post_mortem"]["alarms"] == [{"name": "errors", "reason": "too many errors"}]
    assert found["post_mortem"]["first"] == "the alarm errors went off"
    assert story.code == NOT_SERVING
    assert "alarms   errors: too many errors" in story.screen
    command = found["post_mortem"]["hints"][0]["command"]
    assert command.endswith(f"--alarm-names errors --endpoint-url {story.endpoint}")


TWO = (
    SPEC.replace("stack: story", "stack: two")
    + """
  worker: {image: "nginx:crash"}
"""
)


def test_services_roll_at_the_same_time_and_each_has_its_own_verdict(story: Story) -> None:
    document = story.apply("1", spec=TWO)
    found = {one["address"]: one["verdict"] for one in document["rollouts"]}
    assert found == {"ecs.service/app": "serving", "ecs.service/worker": "not-serving"}
    assert document["result"] == "not-serving"
    order = [e.step.address for e in story.heard if e.details]
    assert order.index("ecs.service/worker") < len(order) - order[::-1].index("ecs.service/app")


@pytest.fixture
def narrow(story: Story) -> Story:
    """The same stacks seen by a role that may not read service deployments."""

    def refuse(**_: Any) -> None:
        raise refusal("AccessDeniedException")

    other = Story(story.endpoint)
    for operation in ("ListServiceDeployments", "DescribeServiceDeployments"):
        other.aws.session.events.register(f"before-call.ecs.{operation}", refuse)
    return other


def test_a_narrow_role_is_told_the_truth_and_that_it_is_judged_by_less(narrow: Story) -> None:
    found = rollout(narrow.apply("5"))
    assert (found["verdict"], found["judge"]) == ("serving", "deployments")
    assert found["notes"] == [DENIED_NOTE]
    document = narrow.apply("6--crash")
    found = rollout(document)
    assert (document["result"], found["judge"]) == ("not-serving", "deployments")
    assert found["post_mortem"]["tasks"][0]["containers"][0]["exit_code"] == 1


def test_another_s_deployment_meanwhile_is_told_as_such(story: Story) -> None:
    before = served(story.apply("1"))
    ecs = story.client("ecs")
    theirs = ecs.describe_task_definition(taskDefinition="story-task")["taskDefinition"]
    keys = ("family", "cpu", "memory", "networkMode", "requiresCompatibilities",
            "executionRoleArn", "containerDefinitions")  # fmt: skip
    made = ecs.register_task_definition(**{key: theirs[key] for key in keys})
    arn = made["taskDefinition"]["taskDefinitionArn"]
    story.clock.stride = 1
    story.clock.after(10, lambda: ecs.update_service(
        cluster=CLUSTER, service=SERVICE, taskDefinition=arn
    ))  # fmt: skip
    document = story.apply("2")
    found = rollout(document)
    assert (document["result"], found["verdict"]) == ("not-serving", "superseded")
    assert served(document) == before  # theirs goes on
    words = f"superseded by another deployment, of {arn.rpartition('/')[2]}"
    assert words in error(document)
    assert found["post_mortem"] is None
    assert story.code == NOT_SERVING
    assert words in story.screen


def test_an_interrupted_rollout_goes_on_and_can_be_rolled_back(story: Story) -> None:
    story.apply("1")
    stack = story.stack(SPEC, "3--pull-90s")
    story.clock.after(10, story.clock.stop)
    report = story.run(stack)
    document = stack.report_document(report)
    found = rollout(document)
    assert (document["result"], found["verdict"]) == ("interrupted", "waiting")
    assert found["missing"].startswith("0 of 2 tasks run")
    assert served(document).endswith(f"/{found['old']}")
    stack.roll_back(found["deployment"])
    CloudClock(story.endpoint).sleep(200)
    stands = look(story.aws, Watched(CLUSTER, SERVICE))
    assert (stands.status, stands.old, stands.new) == (
        "ROLLBACK_SUCCESSFUL", found["old"], found["new"],
    )  # fmt: skip
