from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import NotOwned, StepFailed
from provisioner.resources.events.rule import _check
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
TOPIC = "arn:aws:sns:ap-southeast-1:123456789012:alarms"
PATTERN = {"source": ["aws.ecs"], "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]}}
TARGET = {
    "Id": "topic",
    "Arn": TOPIC,
    "InputTransformer": {
        "InputPathsMap": {"reason": "$.detail.reason"},
        "InputTemplate": '"It failed: <reason>"',
    },
}


@pytest.fixture
def rule(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "Name": f"{bench.name}-failed",
            "Description": "A deployment has failed.",
            "EventPattern": PATTERN,
            "State": "ENABLED",
            "Targets": [TARGET],
        }
        return changed(Resource("events.rule", "failed", properties, {"team": "oak"}), changes)

    return wanted


def test_it_is_made_with_tags_and_then_given_its_targets(bench: Bench, rule: Make) -> None:
    wanted = rule()
    first, second = bench.apply(wanted)
    tags = sorted(first.arguments["Tags"], key=lambda tag: tag["Key"])
    assert (first.operation, tags) == ("PutRule", bench.tags(wanted))
    check_sent([second], only("PutTargets", Rule=f"{bench.name}-failed", Targets=[TARGET]))


def test_a_change_sends_the_whole_rule_and_no_tags(bench: Bench, rule: Make) -> None:
    bench.apply(rule())
    (call,) = bench.apply(rule(Description="Another."))
    assert {"Name", "Description", "EventPattern", "State"} == call.arguments.keys()


def test_targets_come_and_go_by_their_ids(bench: Bench, rule: Make) -> None:
    bench.apply(rule())
    other = {"Id": "other", "Arn": TOPIC}
    bench.check(
        rule(Targets=[other]),
        writes=[
            sent("PutTargets", Targets=[other]),
            only("RemoveTargets", Rule=f"{bench.name}-failed", Ids=["topic"]),
        ],
    )


def test_its_targets_go_before_it(bench: Bench, rule: Make) -> None:
    bench.apply(rule())
    check_sent(bench.apply(), sent("RemoveTargets"), sent("DeleteRule"))


def off(events: Any, live: Live) -> None:
    events.disable_rule(Name=live.properties["Name"])


def aside(events: Any, live: Live) -> None:
    events.remove_targets(Rule=live.properties["Name"], Ids=["topic"])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (off, {"State": ("DISABLED", "ENABLED")}, sent("PutRule", State="ENABLED")),
        (aside, {"Targets": ([], [TARGET])}, sent("PutTargets")),
    ],
    ids=["off", "aside"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    rule: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(rule(), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, rule: Make) -> None:
    bench.apply(rule())
    bench.delete_twice(rule())


def test_another_tag_is_set_without_the_rest(bench: Bench, rule: Make) -> None:
    arn = f"arn:aws:events:ap-southeast-1:123456789012:rule/{bench.name}-failed"
    tags = [{"Key": "team", "Value": "tree"}]
    bench.check_retag(rule(), only("TagResource", ResourceARN=arn, Tags=tags))


def test_one_of_somebody_else_is_refused(bench: Bench, rule: Make) -> None:
    bench.client("events").put_rule(Name=f"{bench.name}-failed", EventPattern='{"source": ["a"]}')
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(rule())


def test_an_entry_that_failed_is_a_failure() -> None:
    """PutTargets answers 200 although it has put nothing."""
    entry = {"TargetId": "topic", "ErrorCode": "NotThere", "ErrorMessage": "no such topic"}
    with pytest.raises(StepFailed, match="topic: NotThere: no such topic"):
        _check({"FailedEntryCount": 1, "FailedEntries": [entry]})
