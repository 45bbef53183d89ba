"""Which actions an operation needs beside its own."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.local.access.actions import Need, Owner, needs

OWNER = Owner("aws", "eu-west-1", "123456789012")
ROLE = "arn:aws:iam::123456789012:role/passed"
HOOK = {"lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"], "roleArn": ROLE}


@pytest.mark.parametrize(
    ("service", "operation", "params", "to"),
    [
        ("ecs", "RegisterTaskDefinition", {"taskRoleArn": ROLE}, "ecs-tasks"),
        ("ecs", "RunTask", {"overrides": {"executionRoleArn": ROLE}}, "ecs-tasks"),
        (
            "ecs",
            "CreateService",
            {"loadBalancers": [{}, {"advancedConfiguration": {"roleArn": ROLE}}]},
            "ecs",
        ),
        ("ecs", "UpdateService", {"deploymentConfiguration": {"lifecycleHooks": [HOOK]}}, "ecs"),
        ("scheduler", "CreateSchedule", {"Target": {"RoleArn": ROLE}}, "scheduler"),
        ("events", "PutTargets", {"Targets": [{"Id": "a"}, {"RoleArn": ROLE}]}, "events"),
        ("chatbot", "CreateSlackChannelConfiguration", {"IamRoleArn": ROLE}, "chatbot"),
    ],
)
def test_a_role_is_passed(service: str, operation: str, params: dict[str, Any], to: str) -> None:
    found = [each for each in needs(service, operation, params, OWNER) if "Pass" in each.action]
    assert found == [Need("iam:PassRole", ROLE, f"{to}.amazonaws.com")]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListObjectsV2", "s3:ListBucket"),
        ("PutBucketEncryption", "s3:PutEncryptionConfiguration"),
        ("PutBucketPolicy", "s3:PutBucketPolicy"),
    ],
)
def test_some_actions_have_another_name(operation: str, action: str) -> None:
    assert [each.action for each in needs("s3", operation, {}, OWNER)] == [action]


@pytest.mark.parametrize(
    ("service", "operation", "params", "resources"),
    [
        ("ecs", "CreateCluster", {"clusterName": "c"}, ["cluster/c"]),
        ("ecs", "CreateCluster", {}, ["cluster/default"]),
        ("ecs", "RegisterTaskDefinition", {"family": "f"}, ["task-definition/f:*"]),
        ("ecs", "ExecuteCommand", {"cluster": "c", "task": "t"}, ["cluster/c", "task/c/t"]),
        ("logs", "FilterLogEvents", {"logGroupName": "/g"}, ["log-group:/g:log-stream:"]),
        (
            "logs",
            "GetLogEvents",
            {"logGroupName": "/g", "logStreamName": "s"},
            ["log-group:/g:log-stream:s"],
        ),
    ],
)
def test_what_an_operation_acts_on(
    service: str, operation: str, params: dict[str, Any], resources: list[str]
) -> None:
    found = [each.resource for each in needs(service, operation, params, OWNER)]
    assert found == [OWNER.arn(service, each) for each in resources]


@pytest.mark.parametrize(
    ("operation", "field", "kind"),
    [
        ("StopServiceDeployment", "serviceDeploymentArn", "service-deployment"),
        ("DescribeServiceDeployments", "serviceDeploymentArns", "service-deployment"),
        ("DescribeServiceRevisions", "serviceRevisionArns", "service-revision"),
    ],
)
def test_deployments_and_revisions_are_their_services(
    operation: str, field: str, kind: str
) -> None:
    part = OWNER.arn("ecs", f"{kind}/c/web/123")
    given: Any = [part] if field.endswith("s") else part
    found = [each.resource for each in needs("ecs", operation, {field: given}, OWNER)]
    assert found == [part, OWNER.arn("ecs", "service/c/web")]
