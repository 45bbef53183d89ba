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
