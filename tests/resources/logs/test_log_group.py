from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import PlanError
from provisioner.resources.logs.log_group import LogGroup
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
KIND = LogGroup()


@pytest.fixture
def group(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {"logGroupName": f"/ecs/{bench.name}-web", "retentionInDays": 30}
        return changed(Resource("logs.log_group", "web", properties, {"team": "oak"}), changes)

    return wanted


def test_it_is_made_with_its_tags_and_then_gets_its_retention(bench: Bench, group: Make) -> None:
    wanted, name = group(), f"/ecs/{bench.name}-web"
    tags = {item["Key"]: item["Value"] for item in bench.tags(wanted)}
    check_sent(
        bench.apply(wanted),
        only("CreateLogGroup", logGroupName=name, tags=tags),
        only("PutRetentionPolicy", logGroupName=name, retentionInDays=30),
    )


@pytest.mark.parametrize(
    ("days", "write"),
    [
        (7, sent("PutRetentionPolicy", retentionInDays=7)),
        (None, sent("DeleteRetentionPolicy")),
    ],
)
def test_its_retention_is_changed_in_place(
    bench: Bench, group: Make, days: int | None, write: Sent
) -> None:
    bench.apply(group())
    bench.check(group(retentionInDays=days), writes=[write])


KEYS = [f"arn:aws:kms:ap-southeast-1:123456789012:key/{number}" for number in (1, 2)]


def test_its_key_is_set_and_changed_and_never_taken_away(bench: Bench, group: Make) -> None:
    check_sent(
        bench.apply(group(kmsKeyId=KEYS[0])),
        sent("CreateLogGroup", kmsKeyId=KEYS[0]),
        sent("PutRetentionPolicy"),
    )
    bench.check(group(kmsKeyId=KEYS[1]), writes=[sent("AssociateKmsKey", kmsKeyId=KEYS[1])])
    bench.check_settled(group())
    bench.check_settled(group(kmsKeyId=None))


def test_one_that_never_expires_needs_no_second_call(bench: Bench, group: Make) -> None:
    check_sent(bench.apply(group(retentionInDays=None)), sent("CreateLogGroup"))


def test_another_name_is_refused(bench: Bench, group: Make) -> None:
    bench.apply(group())
    with pytest.raises(PlanError, match="logGroupName"):
        bench.plan(group(logGroupName="/somewhere/else"))


def test_one_that_is_named_longer_is_another(bench: Bench, group: Make) -> None:
    bench.client("logs").create_log_group(logGroupName=f"/ecs/{bench.name}-web-2")
    bench.apply(group())
    bench.check_settled(group())
    check_sent(bench.apply(), sent("DeleteLogGroup", logGroupName=f"/ecs/{bench.name}-web"))


def test_an_unusual_name_is_found_again(bench: Bench, group: Make) -> None:
    odd = group(logGroupName=f"/other/{bench.name}")
    bench.apply(odd)
    check_sent(bench.apply(), sent("DeleteLogGroup", logGroupName=f"/other/{bench.name}"))


def expires_sooner(logs: Any, live: Live) -> None:
    logs.put_retention_policy(logGroupName=live.properties["logGroupName"], retentionInDays=1)


def expires_never(logs: Any, live: Live) -> None:
    logs.delete_retention_policy(logGroupName=live.properties["logGroupName"])


def retagged(logs: Any, live: Live) -> None:
    logs.tag_resource(resourceArn=live.id, tags={"team": "birch"})


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (expires_sooner, {"retentionInDays": (1, 30)}, sent("PutRetentionPolicy")),
        (expires_never, {"retentionInDays": (None, 30)}, sent("PutRetentionPolicy")),
        (retagged, {"tags.team": ("birch", "oak")}, sent("TagResource", tags={"team": "oak"})),
    ],
    ids=["sooner", "never", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    group: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(group(), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, group: Make) -> None:
    bench.apply(group())
    bench.delete_twice(group())


def test_another_tag_is_set_without_the_rest(bench: Bench, group: Make) -> None:
    bench.check_retag(group(), only("TagResource", resourceArn=_arn(bench), tags={"team": "tree"}))


def _arn(bench: Bench) -> str:
    """TagResource wants the ARN without the `:*` that DescribeLogGroups ends it with."""
    region = bench.aws.region
    return f"arn:aws:logs:{region}:123456789012:log-group:/ecs/{bench.name}-web"


def test_what_aws_answers_is_no_difference() -> None:
    real = {
        "logGroupName": "/ecs/web",
        "creationTime": 1767225600000,
        "retentionInDays": 30,
        "metricFilterCount": 0,
        "arn": "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/web:*",
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
        "logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/web",
        "deletionProtectionEnabled": False,
    }
    live = KIND._live(str(real["logGroupArn"]), real, {})
    want = {"logGroupName": "/ecs/web", "retentionInDays": 30}
    assert differences(want, live.properties, KIND.rules) == ()
    assert live.outputs["Arn"] == real["logGroupArn"]
