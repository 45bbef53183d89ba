from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import NotOwned
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": "*",
        }
    ],
}


@pytest.fixture
def topic(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        attributes = {"Policy": POLICY, "DisplayName": "oak", "KmsMasterKeyId": None}
        properties = {"Name": f"{bench.name}-alarms", "Attributes": attributes}
        return changed(Resource("sns.topic", "alarms", properties, {"team": "oak"}), changes)

    return wanted


def arn(bench: Bench) -> str:
    return f"arn:aws:sns:ap-southeast-1:123456789012:{bench.name}-alarms"


def test_it_is_made_with_its_policy_in_one_call(bench: Bench, topic: Make) -> None:
    (call,) = bench.apply(topic())
    assert call.operation == "CreateTopic"
    assert call.arguments["Name"] == f"{bench.name}-alarms"


def test_each_attribute_is_a_call_of_its_own(bench: Bench, topic: Make) -> None:
    bench.apply(topic())
    key = "arn:aws:kms:ap-southeast-1:123456789012:key/1"
    bench.check(
        topic(Attributes={"DisplayName": "birch", "KmsMasterKeyId": key}),
        writes=[
            only(
                "SetTopicAttributes",
                TopicArn=arn(bench),
                AttributeName=name,
                AttributeValue=value,
            )
            for name, value in (("DisplayName", "birch"), ("KmsMasterKeyId", key))
        ],
    )
    bench.check(topic(), writes=[sent("SetTopicAttributes"), sent("SetTopicAttributes")])


def test_another_name_is_made_first(bench: Bench, topic: Make) -> None:
    bench.apply(topic())
    calls = bench.apply(topic(Name=f"other-{bench.name}"))
    assert [call.operation for call in calls] == ["CreateTopic", "DeleteTopic"]
    check_sent(bench.apply(), sent("DeleteTopic"))


def open_to_all(sns: Any, live: Live) -> None:
    statement = {**POLICY["Statement"][0], "Principal": "*"}  # type: ignore[dict-item]  # a mapping
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=live.id, AttributeName="Policy", AttributeValue=document)


def renamed(sns: Any, live: Live) -> None:
    sns.set_topic_attributes(TopicArn=live.id, AttributeName="DisplayName", AttributeValue="elm")


@pytest.mark.parametrize(
    ("spoil", "field", "write"),
    [
        (open_to_all, "Attributes", sent("SetTopicAttributes", AttributeName="Policy")),
        (renamed, "Attributes", sent("SetTopicAttributes", AttributeName="DisplayName")),
    ],
    ids=["policy", "name"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench, topic: Make, spoil: Callable[[Any, Live], None], field: str, write: Sent
) -> None:
    bench.apply(topic())
    spoil(bench.client("sns"), bench.find(topic()))
    (step,) = bench.plan(topic()).steps
    assert {change.field for change in step.changes} == {field}
    bench.check(topic(), writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, topic: Make) -> None:
    bench.apply(topic())
    bench.delete_twice(topic())


def test_another_tag_is_set_without_the_rest(bench: Bench, topic: Make) -> None:
    bench.check_retag(topic(), sent("TagResource", ResourceArn=arn(bench)))


def test_one_of_somebody_else_is_refused(bench: Bench, topic: Make) -> None:
    bench.client("sns").create_topic(Name=f"{bench.name}-alarms")
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(topic())
