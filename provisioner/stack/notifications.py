"""The topic that alarms and failed deployments go to, who reads it, and the rules that feed it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Lookup, Ref, Resource, text
from provisioner.engine.owner import REGION
from provisioner.spec.watching import Notifications, Slack
from provisioner.stack import identity
from provisioner.stack.context import Context, ref

TOPIC = "sns.topic"
SUBSCRIPTION = "sns.subscription"
SLACK = "chatbot.slack_channel_configuration"
RULE = "events.rule"
NAME = "alarms"
ROLE = "slack"
CLOUDWATCH_READS = ["cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"]
DEPLOYMENTS = "deployment-failed"
TASKS = "task-stopped"


def build(context: Context) -> Iterator[Resource]:
    """Everything between an alarm and a person."""
    spec = context.spec.notifications
    if spec is None:
        return
    if spec.topic is None:
        yield _topic(context, spec)
        yield from (_mail(context, endpoint) for endpoint in spec.email)
        if spec.slack:
            yield _slack_role(context)
            yield _slack(context, spec.slack)
    if spec.deployments:
        yield _deployment_rule(context, spec)
        yield _task_rule(context, spec)


def actions(context: Context) -> list[str | Ref]:
    """What an alarm does: it tells the topic, if there is one."""
    spec = context.spec.notifications
    return [_target(spec)] if spec else []


def outputs(context: Context) -> dict[str, Any]:
    """The topic, and who has not agreed yet to hear of it."""
    spec = context.spec.notifications
    if spec is None:
        return {}
    found: dict[str, Any] = {"topic_arn": _target(spec)}
    if spec.email:
        found["email"] = {
            endpoint: ref(SUBSCRIPTION, f"email/{endpoint}", "State") for endpoint in spec.email
        }
    return {"notifications": found}


def _target(spec: Notifications) -> str | Ref:
    topic = spec.topic
    if topic is None:
        return ref(TOPIC, NAME)
    known = topic.name if topic.name and topic.name.startswith("arn:") else None
    return known or Lookup("topic").ref("Arn")


def _topic(context: Context, spec: Notifications) -> Resource:
    name = context.names.of(NAME)
    properties = {
        "Name": name,
        "Attributes": {
            "Policy": _policy(context, name),
            "DisplayName": context.names.owner,
            "KmsMasterKeyId": spec.kms_key,
        },
    }
    return context.resource(TOPIC, NAME, properties)


def _policy(context: Context, name: str) -> dict[str, Any]:
    """Alarms of this account and EventBridge may publish, nobody without TLS.

    EventBridge takes no conditions in a topic's policy: with one, its events are dropped silently.
    Source: EventBridge user guide, Amazon SNS permissions.
    """
    topic = context.arn("sns", name)
    publish = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}
    alarms = {
        "StringEquals": {"aws:SourceAccount": context.account.ref("Account")},
        "ArnLike": {"aws:SourceArn": context.arn("cloudwatch", "alarm:*")},
    }
    statements = [
        {
            **publish,
            "Sid": "Alarms",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Condition": alarms,
        },
        {**publish, "Sid": "Events", "Principal": {"Service": "events.amazonaws.com"}},
        {
            **publish,
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _mail(context: Context, endpoint: str) -> Resource:
    properties = {"TopicArn": ref(TOPIC, NAME), "Protocol": "email", "Endpoint": endpoint}
    made = context.resource(SUBSCRIPTION, f"email/{endpoint}", properties)
    return replace(made, tags={})  # it can carry none


def _slack_role(context: Context) -> Resource:
    """What the channel shows beside an alarm: its graph. Nothing else can be asked there."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "chatbot.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": context.account.ref("Account")}},
    }
    reads = {"Effect": "Allow", "Action": CLOUDWATCH_READS, "Resource": "*"}
    properties = {
        "RoleName": context.names.role(ROLE, "app"),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "InlinePolicies": {"slack": {"Version": "2012-10-17", "Statement": [reads]}},
        "ManagedPolicyArns": [],
    }
    return _everywhere(context, context.resource(identity.ROLE, ROLE, properties))


def _slack(context: Context, spec: Slack) -> Resource:
    """The guardrail is written out: without one, AWS's is AdministratorAccess."""
    partition = context.account.ref("Partition")
    guardrail = text("arn:", partition, ":iam::aws:policy/CloudWatchReadOnlyAccess")
    properties = {
        "ConfigurationName": f"{context.names.of('slack')}-{context.names.region}",
        "SlackTeamId": spec.workspace,
        "SlackChannelId": spec.channel,
        "SnsTopicArns": [ref(TOPIC, NAME)],
        "IamRoleArn": ref(identity.ROLE, ROLE),
        "LoggingLevel": "ERROR",
        "GuardrailPolicyArns": [guardrail],
        "UserAuthorizationRequired": False,
    }
    return _everywhere(context, context.resource(SLACK, NAME, properties))


def _everywhere(context: Context, resource: Resource) -> Resource:
    """What belongs to no region says which region's stack it is part of."""
    return replace(resource, tags={**resource.tags, REGION: context.names.region})


def _deployment_rule(context: Context, spec: Notifications) -> Resource:
    """Events name the service in `resources`; those of this cluster begin alike."""
    cluster = context.cluster_name
    pattern = {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        "resources": [{"prefix": context.arn("ecs", "service/", cluster, "/")}],
        "detail": {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
    }
    paths = {"service": "$.resources[0]", "reason": "$.detail.reason"}
    words = ("A deployment has failed", "<service>: <reason>")
    return _rule(context, spec, DEPLOYMENTS, pattern, paths, words)


def _task_rule(context: Context, spec: Notifications) -> Resource:
    """Tasks of services that crashed, did not start or failed a check; not those scaled away.

    Source: ECS developer guide, task state change events and stop codes.
    """
    pattern = {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {
            "clusterArn": [context.cluster],
            "lastStatus": ["STOPPED"],
            "group": [{"prefix": "service:"}],
            "$or": [
                {"stopCode": ["TaskFailedToStart", "EssentialContainerExited"]},
                {"stoppedReason": [{"prefix": "Task failed"}]},
            ],
        },
    }
    paths = {
        "service": "$.detail.group",
        "code": "$.detail.stopCode",
        "reason": "$.detail.stoppedReason",
        "task": "$.detail.taskArn",
    }
    words = ("A task has stopped", "<service>: <code>: <reason> (<task>)")
    return _rule(context, spec, TASKS, pattern, paths, words)


def _rule(
    context: Context,
    spec: Notifications,
    name: str,
    pattern: dict[str, Any],
    paths: dict[str, str],
    words: tuple[str, str],
) -> Resource:
    target = {
        "Id": "topic",
        "Arn": _target(spec),
        "InputTransformer": {
            "InputPathsMap": paths,
            "InputTemplate": _template(context, *words, slack=spec.slack is not None),
        },
    }
    properties = {
        "Name": context.names.of(name, limit=64),
        "Description": f"{words[0]} ({context.names.owner})",
        "EventPattern": pattern,
        "State": "ENABLED",
        "Targets": [target],
    }
    return context.resource(RULE, name, properties)


def _template(context: Context, title: str, details: str, *, slack: bool) -> str:
    """Words for a mail; in a channel only the schema of custom notifications is shown.

    Source: Amazon Q Developer in chat applications administrator guide, custom notifications.
    """
    title = f"{title} in {context.names.owner}"
    if not slack:
        return f'"{title}"\n"{details}"'
    content = {"textType": "client-markdown", "title": title, "description": details}
    return json.dumps({"version": "1.0", "source": "custom", "content": content})
