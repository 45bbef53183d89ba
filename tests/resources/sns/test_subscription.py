from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Resource
from provisioner.resources import KINDS
from tests.cloud.bench import Bench
from tests.cloud.sent import check_sent, only, sent


@pytest.fixture
def topic(bench: Bench) -> Resource:
    return Resource("sns.topic", "alarms", {"Name": f"{bench.name}-alarms"})


def mail(topic: Resource, endpoint: str) -> Resource:
    properties = {"TopicArn": topic.ref(), "Protocol": "email", "Endpoint": endpoint}
    return Resource("sns.subscription", f"email/{endpoint}", properties)


def arn(bench: Bench) -> str:
    return f"arn:aws:sns:ap-southeast-1:123456789012:{bench.name}-alarms"


def agree(bench: Bench, endpoint: str) -> None:
    bench.client("sns").confirm_subscription(TopicArn=arn(bench), Token=endpoint)


def test_it_is_asked_for_once_however_long_the_answer_takes(bench: Bench, topic: Resource) -> None:
    """Every Subscribe sends a mail. The plan after an apply is empty while nobody has answered."""
    one = mail(topic, "ops@oak.example")
    check_sent(
        bench.apply(topic, one),
        sent("CreateTopic"),
        only("Subscribe", TopicArn=arn(bench), Protocol="email", Endpoint="ops@oak.example"),
    )
    assert bench.find(one).outputs["State"] == "waits for its confirmation"
    assert bench.apply(topic, one) == []
    agree(bench, "ops@oak.example")
    assert bench.apply(topic, one) == []
    assert bench.find(one).outputs["State"] == "confirmed"


def test_one_that_leaves_is_unsubscribed(bench: Bench, topic: Resource) -> None:
    one, two = mail(topic, "one@oak.example"), mail(topic, "two@oak.example")
    bench.apply(topic, one, two)
    agree(bench, "one@oak.example")
    check_sent(bench.apply(topic, two), sent("Unsubscribe"))


def test_one_that_nobody_has_confirmed_cannot_be_taken_back(bench: Bench, topic: Resource) -> None:
    """SNS gives it no name; it lapses, and if somebody agrees before that, it goes then."""
    one = mail(topic, "late@oak.example")
    bench.apply(topic, one)
    bench.check_settled(topic)
    agree(bench, "late@oak.example")
    check_sent(bench.apply(topic), sent("Unsubscribe"))


def test_waiting_or_not_it_goes_with_its_topic(bench: Bench, topic: Resource) -> None:
    one = mail(topic, "one@oak.example")
    bench.apply(topic, one)
    KINDS[one.kind].delete(bench.aws.writable(), bench.find(one))
    with bench.tap.recording() as recording:
        KINDS[topic.kind].delete(bench.aws.writable(), bench.find(topic))
    assert recording.operations == ["DeleteTopic"]


def test_somebody_who_left_is_asked_again(bench: Bench, topic: Resource) -> None:
    one = mail(topic, "one@oak.example")
    bench.apply(topic, one)
    agree(bench, "one@oak.example")
    sns = bench.client("sns")
    sns.unsubscribe(SubscriptionArn=bench.find(one).id)
    check_sent(bench.apply(topic, one), sent("Subscribe"))


@pytest.mark.parametrize("protocol", ["https", "sms"])
def test_other_protocols_are_left_alone(bench: Bench, topic: Resource, protocol: str) -> None:
    bench.apply(topic)
    endpoints: dict[str, Any] = {"https": "https://a.example", "sms": "+4915112345678"}
    bench.client("sns").subscribe(
        TopicArn=arn(bench), Protocol=protocol, Endpoint=endpoints[protocol]
    )
    bench.check_settled(topic)


def test_another_topic_is_another_subscription(bench: Bench, topic: Resource) -> None:
    one = mail(topic, "one@oak.example")
    bench.apply(topic, one)
    agree(bench, "one@oak.example")
    other = Resource("sns.topic", "alarms", {"Name": f"{bench.name}-other"})
    operations = [call.operation for call in bench.apply(other, one)]
    assert operations[:2] == ["CreateTopic", "Subscribe"]
    assert "DeleteTopic" in operations


def test_a_stack_without_a_topic_asks_nothing(bench: Bench) -> None:
    with bench.tap.recording() as recording:
        bench.observe()
    assert {call.operation for call in recording.calls} == {"GetResources"}
