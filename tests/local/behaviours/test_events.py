"""Events of ECS reach the topics of EventBridge's rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.local.cloud import Cloud
from provisioner.local.control import ask
from provisioner.local.events import found, text

from .conftest import Aws

behaviour = pytest.mark.behaviour
LOST = "sends nothing"
LONG = 1800
STOPPED = {
    "source": ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    "detail": {"lastStatus": ["STOPPED"], "$or": [{"stopCode": ["TaskFailedToStart"]}]},
}
FAILED = {
    "source": ["aws.ecs"],
    "detail-type": ["ECS Deployment State Change"],
    "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
}


def topic(aws: Aws, pattern: dict[str, Any], **target: Any) -> str:
    """Make a topic with two addresses, one of which has agreed, and a rule that sends to it."""
    sns, events = aws.client("sns"), aws.client("events")
    arn = str(sns.create_topic(Name="told")["TopicArn"])
    for address in ("me@shop.example", "you@shop.example"):
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=address)
    sns.confirm_subscription(TopicArn=arn, Token="me@shop.example")
    events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="rule", Targets=[{"Id": "topic", "Arn": arn, **target}])
    return arn


@behaviour(
    "EventBridge guide: eb-event-patterns", "A matching event is sent to the rule's topic", LOST
)
def test_a_stopped_task_is_sent(aws: Aws, cloud: Cloud) -> None:
    arn = topic(aws, STOPPED)
    aws.service(taskDefinition=aws.image("nginx:missing"), desiredCount=1)
    aws.advance(45)
    (sent,) = ask(cloud.endpoint, "outbox")
    assert (sent["topic"], sent["to"]) == (arn, ["me@shop.example"])
    event = json.loads(sent["message"])
    (task,) = [each for each in aws.tasks("STOPPED") if each["lastStatus"] == "STOPPED"]
    assert (event["source"], event["resources"]) == ("aws.ecs", [task["taskArn"]])
    assert event["detail"]["stoppedReason"] == task["stoppedReason"]
    assert event["detail"]["containers"][0]["reason"] == task["containers"][0]["reason"]
    assert event["detail"]["stoppedAt"].endswith("Z")


@behaviour(
    "EventBridge guide: eb-transform-target-input", "A template says it in other words", LOST
)
def test_a_failed_deployment_is_sent(aws: Aws, cloud: Cloud) -> None:
    paths = {"service": "$.resources[0]", "reason": "$.detail.reason"}
    transformer = {"InputPathsMap": paths, "InputTemplate": '"<service>: <reason>"'}
    topic(aws, FAILED, InputTransformer=transformer)
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    made = aws.service(taskDefinition=aws.image("nginx:crash"), deploymentConfiguration=breaker)
    aws.advance(LONG)
    (sent,) = ask(cloud.endpoint, "outbox")
    said = "ECS deployment circuit breaker: tasks failed to start."
    assert sent["message"] == f'"{made["serviceArn"]}: {said}"'


def test_a_disabled_rule_sends_nothing(aws: Aws, cloud: Cloud) -> None:
    topic(aws, STOPPED)
    aws.client("events").disable_rule(Name="rule")
    aws.service(taskDefinition=aws.image("nginx:missing"))
    aws.advance(60)
    assert ask(cloud.endpoint, "outbox") == []


def test_what_is_published_is_in_the_outbox_and_is_sent_nowhere(aws: Aws, cloud: Cloud) -> None:
    sns = aws.client("sns")
    arn = sns.create_topic(Name="told")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="https", Endpoint="https://shop.example/hook")
    sns.publish(TopicArn=arn, Message="hello", Subject="greetings")
    (sent,) = ask(cloud.endpoint, "outbox")
    assert (sent["subject"], sent["message"], sent["sender"]) == ("greetings", "hello", "Publish")
    assert sent["to"] == []  # nobody has agreed there
    assert len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]) == 1


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, '{"detail": {"a": [1, {"b": "x"}]}}'),
        ({"Input": '{"k": 1}'}, '{"k": 1}'),
        ({"InputPath": "$.detail.a[1]"}, '{"b": "x"}'),
        (
            {"InputTransformer": {"InputPathsMap": {"b": "$.detail.a[1].b", "c": "$.no[0]"},
                                  "InputTemplate": '"<b>"\n"<c>"'}},
            '"x"\n""',
        ),
    ],
)  # fmt: skip
def test_a_target_says_what_it_wants_of_an_event(target: dict[str, Any], expected: str) -> None:
    assert text(target, {"detail": {"a": [1, {"b": "x"}]}}) == expected


@pytest.mark.parametrize("path", ["$.a.b", "$.a[3]", "$.nothing"])
def test_what_is_not_at_a_path_is_none(path: str) -> None:
    assert found({"a": [1]}, path) is None
