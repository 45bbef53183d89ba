"""What tasks may do, and what ECS may do to start them: nothing that is not needed."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.stack import Blueprint
from tests.support.blueprints import oaktree, shop, wanted

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
OWN = [
    "arn:aws:ecs:ap-southeast-1:*:service/oaktree-cluster-dev/oaktree-service-dev",
    "arn:aws:ecs:ap-southeast-1:*:service-revision/oaktree-cluster-dev/oaktree-service-dev/*",
]
WITHOUT_RESOURCE = (
    "ecr:GetAuthorizationToken",
    "ecs:ListTasks",
    "elasticloadbalancing:DescribeTargetHealth",
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""Service authorization reference: no resource type that a service's own statement could name."""
EXECUTION, TASK = "iam.role/app-execution", "iam.role/app-task"


def statements(blueprint: Blueprint, address: str) -> list[dict[str, Any]]:
    """All statements of all inline policies of a role."""
    policies = wanted(blueprint, address)["InlinePolicies"]
    return [one for document in policies.values() for one in document["Statement"]]


def allowed(blueprint: Blueprint, address: str) -> dict[str, list[str]]:
    """Action to resources."""
    return {
        action: one["Resource"]
        for one in statements(blueprint, address)
        for action in one["Action"]
        if one["Effect"] == "Allow"
    }


def service(body: str) -> Blueprint:
    return shop(f"services: {{app: {{image: nginx:1, {body}}}}}", balancer="")


def test_the_execution_role_pulls_one_image_and_writes_one_log() -> None:
    account = "ap-southeast-1:${lookup.account.Account}"
    repository = [
        "arn:${lookup.account.Partition}:ecr:" + account + ":repository/oaktree-dev",
    ]
    group = [
        "arn:${lookup.account.Partition}:logs:" + account + ":log-group:/ecs/oaktree-dev:*",
    ]
    assert allowed(oaktree("dev"), EXECUTION) == {
        "ecr:GetAuthorizationToken": ["*"],
        "ecr:BatchCheckLayerAvailability": repository,
        "ecr:BatchGetImage": repository,
        "ecr:GetDownloadUrlForLayer": repository,
        "logs:CreateLogStream": group,
        "logs:PutLogEvents": group,
    }


def test_oaktrees_task_may_ask_about_its_own_service_and_nothing_else() -> None:
    place = "arn:aws:ecs:ap-southeast-1:*:"
    assert allowed(oaktree("dev"), TASK) == {
        "ecs:DescribeServices": OWN,
        "ecs:DescribeServiceRevisions": OWN,
        "ecs:DescribeTasks": [f"{place}task/oaktree-cluster-dev/*"],
        "ecs:ListTasks": ["*"],
        "elasticloadbalancing:DescribeTargetHealth": ["*"],
    }
    (listing,) = (
        one for one in statements(oaktree("dev"), TASK) if "ecs:ListTasks" in one["Action"]
    )
    assert listing["Condition"] == {
        "ArnLike": {"ecs:cluster": f"{place}cluster/oaktree-cluster-dev"}
    }


def test_an_image_from_elsewhere_needs_no_pull_permission() -> None:
    assert sorted(allowed(service(""), EXECUTION)) == ["logs:CreateLogStream", "logs:PutLogEvents"]


SECRETS: dict[str, tuple[str, str, list[str]]] = {
    "a secret": (SECRET, "secretsmanager:GetSecretValue", [SECRET]),
    "a key of a secret": (SECRET + ":password::", "secretsmanager:GetSecretValue", [SECRET]),
    "a parameter": (
        "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db",
        "ssm:GetParameters",
        ["arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db"],
    ),
}


@pytest.mark.parametrize(("value", "action", "resources"), SECRETS.values(), ids=SECRETS)
def test_the_execution_role_reads_the_secrets_that_are_named(
    value: str, action: str, resources: list[str]
) -> None:
    assert allowed(service(f'secrets: {{DB: "{value}"}}'), EXECUTION)[action] == resources


def test_one_secret_with_several_keys_is_named_once() -> None:
    body = f'secrets: {{USER: "{SECRET}:user::", PASSWORD: "{SECRET}:password::"}}'
    assert allowed(service(body), EXECUTION)["secretsmanager:GetSecretValue"] == [SECRET]


def test_the_task_role_may_do_nothing_where_nothing_is_written() -> None:
    role = wanted(service(""), TASK)
    assert (role["InlinePolicies"], role["ManagedPolicyArns"]) == ({}, [])


def test_the_task_role_may_do_what_is_written() -> None:
    allow = (
        "{actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'],"
        " conditions: {StringEquals: {'aws:SourceAccount': '1'}}}"
    )
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    blueprint = service(f"task_role: {{allow: [{allow}], managed_policies: ['{policy}']}}")
    assert statements(blueprint, TASK) == [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::b/*"],
            "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
        }
    ]
    assert wanted(blueprint, TASK)["ManagedPolicyArns"] == [policy]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_only_what_knows_no_resource_is_for_everything(environment: str) -> None:
    blueprint = oaktree(environment)
    for address in (EXECUTION, TASK):
        for action, resources in allowed(blueprint, address).items():
            assert (resources == ["*"]) is (action in WITHOUT_RESOURCE)
            assert "*" not in action


@pytest.mark.parametrize("address", [EXECUTION, TASK])
def test_only_ecs_tasks_of_this_account_and_region_become_it(address: str) -> None:
    assert wanted(oaktree("dev"), address)["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "${lookup.account.Account}"},
                "ArnLike": {
                    "aws:SourceArn": "arn:${lookup.account.Partition}:ecs:ap-southeast-1:"
                    "${lookup.account.Account}:*"
                },
            },
        }
    ]


def test_a_private_image_by_its_uri_can_be_pulled() -> None:
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1"
    blueprint = shop(f'services: {{app: {{image: "{image}"}}}}', balancer="")
    assert allowed(blueprint, EXECUTION)["ecr:BatchGetImage"] == [
        "arn:${lookup.account.Partition}:ecr:eu-west-1:123456789012:repository/team/app"
    ]


def test_roles_say_which_region_they_belong_to() -> None:
    blueprint = oaktree("dev")
    roles = [one for one in blueprint.resources if one.kind == "iam.role"]
    assert {role.tags["provisioner:region"] for role in roles} == {"ap-southeast-1"}
