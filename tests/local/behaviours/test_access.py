"""What IAM refuses an assumed role, with `enforce_iam`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from provisioner.local.cloud import Cloud

from .conftest import DEFINITION, Aws

behaviour = pytest.mark.behaviour
ACCOUNT = "123456789012"
ECS = f"arn:aws:ecs:eu-west-1:{ACCOUNT}"
LOGIC = "IAM: policy evaluation logic"
REFERENCE = "Service Authorization Reference"


class Role:
    """An assumed role whose one policy is what a test gives it."""

    def __init__(self, aws: Aws, endpoint: str) -> None:
        self.aws, self.endpoint = aws, endpoint
        arn = aws.role("caller")
        found = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        self._credentials = {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def may(self, *statements: dict[str, Any]) -> None:
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Resource": "*", **each} for each in statements],
        }
        self.aws.iam.put_role_policy(
            RoleName="caller", PolicyName="p", PolicyDocument=json.dumps(document)
        )

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint or None,
            region_name="eu-west-1",
            **self._credentials,
        )


@pytest.fixture
def role(aws: Aws, cloud: Cloud, adjust: Callable[..., None]) -> Role:
    made = Role(aws, cloud.endpoint)
    adjust(enforce_iam=True)
    return made


@behaviour(LOGIC, "What no policy allows is refused, with the action and the resource", "allows it")
def test_what_no_policy_allows_is_refused(aws: Aws, role: Role) -> None:
    aws.service()
    ecs = role.client("ecs")
    request = {"cluster": "c", "service": "web", "desiredCount": 2}
    caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/caller/test"
    assert aws.refused("AccessDeniedException", ecs.update_service, **request) == (
        f"User: {caller} is not authorized to perform: ecs:UpdateService on resource:"
        f" {ECS}:service/c/web because no identity-based policy allows the ecs:UpdateService action"
    )
    role.may({"Action": "ecs:Update*", "Resource": f"{ECS}:service/c/*"})
    assert ecs.update_service(**request)["service"]["desiredCount"] == 2
    assert aws.ecs.update_service(**request)["service"]["desiredCount"] == 2


@behaviour(LOGIC, "A Deny beats every Allow, and is named as such", "allows it")
def test_a_deny_beats_an_allow(aws: Aws, role: Role) -> None:
    role.may({"Action": "*"}, {"Effect": "Deny", "Action": "ecs:Delete*"})
    ecs = role.client("ecs")
    ecs.create_cluster(clusterName="c")
    words = aws.refused("AccessDeniedException", ecs.delete_cluster, cluster="c")
    assert words.endswith("with an explicit deny in an identity-based policy")


@behaviour(LOGIC, "A Resource limits an Allow to what it names", "allows all")
def test_a_resource_limits_an_allow(aws: Aws, role: Role) -> None:
    for name in ("one", "other"):
        aws.ecs.create_cluster(clusterName=name)
    role.may({"Action": "ecs:DeleteCluster", "Resource": f"{ECS}:cluster/one"})
    role.client("ecs").delete_cluster(cluster="one")
    aws.refused("AccessDeniedException", role.client("ecs").delete_cluster, cluster="other")


@behaviour("EC2: error codes", "EC2 says UnauthorizedOperation", "allows it")
def test_ec2_has_a_code_of_its_own(aws: Aws, role: Role) -> None:
    group = aws.security_group()
    words = aws.refused(
        "UnauthorizedOperation", role.client("ec2").delete_security_group, GroupId=group
    )
    assert words.startswith("You are not authorized to perform this operation. User: ")
    assert f":security-group/{group} because" in words


@behaviour("IAM, ELB: common errors", "Services of the query protocol say AccessDenied", "allow it")
@pytest.mark.parametrize(
    ("service", "operation", "request_", "resource"),
    [
        ("iam", "get_role", {"RoleName": "caller"}, f"arn:aws:iam::{ACCOUNT}:role/caller"),
        ("elbv2", "describe_load_balancers", {}, "*"),
    ],
)
def test_query_services_say_access_denied(
    aws: Aws, role: Role, service: str, operation: str, request_: dict[str, Any], resource: str
) -> None:
    call = getattr(role.client(service), operation)
    assert f"on resource: {resource} because" in aws.refused("AccessDenied", call, **request_)


@behaviour(
    "IAM: iam:PassRole", "A role is passed by who may pass it to that service", "asks nobody"
)
def test_passing_a_role_is_an_action(aws: Aws, role: Role) -> None:
    arn = aws.role("app")
    request = {**DEFINITION, "executionRoleArn": arn}
    ecs = role.client("ecs")
    role.may({"Action": "ecs:RegisterTaskDefinition"})
    words = aws.refused("AccessDeniedException", ecs.register_task_definition, **request)
    assert f"iam:PassRole on resource: {arn} because" in words
    for service, allowed in (("ec2.amazonaws.com", False), ("ecs-tasks.amazonaws.com", True)):
        condition = {"StringEquals": {"iam:PassedToService": service}}
        passing = {"Action": "iam:PassRole", "Resource": arn, "Condition": condition}
        role.may({"Action": "ecs:RegisterTaskDefinition"}, passing)
        if allowed:
            ecs.register_task_definition(**request)
        else:
            aws.refused("AccessDeniedException", ecs.register_task_definition, **request)


@behaviour("IAM: PassRole", "RunTask passes the roles of its task definition", "asks nobody")
def test_running_a_task_passes_its_roles(aws: Aws, role: Role) -> None:
    arn, run = aws.role("app"), {"Action": "ecs:RunTask"}
    aws.ecs.create_cluster(clusterName="c")
    request = {"cluster": "c", "launchType": "FARGATE", "networkConfiguration": aws.network()}
    request["taskDefinition"] = aws.define(executionRoleArn=arn)
    ecs = role.client("ecs")
    role.may(run)
    words = aws.refused("AccessDeniedException", ecs.run_task, **request)
    assert f"iam:PassRole on resource: {arn} because" in words
    role.may(run, {"Action": "iam:PassRole", "Resource": arn})
    ecs.run_task(**request)


@behaviour(
    "IAM: condition keys", "aws:PrincipalArn of a session is the ARN of its role", "ignores it"
)
def test_the_principal_is_the_role(aws: Aws, role: Role) -> None:
    ecs = role.client("ecs")
    for principal in ("sts::{}:assumed-role/caller/test", "iam::{}:role/caller"):
        condition = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:{principal.format(ACCOUNT)}"}}
        role.may({"Action": "ecs:ListClusters", "Condition": condition})
        if principal.startswith("sts"):
            aws.refused("AccessDeniedException", ecs.list_clusters)
        else:
            ecs.list_clusters()


@behaviour(REFERENCE, "Tags of a request and of a resource are conditions", "ignores them")
def test_tags_are_conditions(aws: Aws, role: Role) -> None:
    role.may(
        {
            "Action": ["ecs:CreateCluster", "ecs:TagResource"],
            "Condition": {"StringEquals": {"aws:RequestTag/stack": "mine"}},
        },
        {
            "Action": "ecs:DeleteCluster",
            "Condition": {"StringLike": {"aws:ResourceTag/stack": "mi*"}},
        },
    )
    ecs = role.client("ecs")
    aws.refused("AccessDeniedException", ecs.create_cluster, clusterName="c")
    ecs.create_cluster(clusterName="c", tags=[{"key": "stack", "value": "mine"}])
    aws.ecs.create_cluster(clusterName="d", tags=[{"key": "stack", "value": "yours"}])
    aws.refused("AccessDeniedException", ecs.delete_cluster, cluster="d")
    ecs.delete_cluster(cluster="c")


def test_tags_of_a_role_are_conditions(aws: Aws, role: Role) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/stack": "mine"}}
    role.may({"Action": "iam:GetRole", "Condition": condition})
    for name in ("one", "other"):
        aws.role(name)
    aws.iam.tag_role(RoleName="one", Tags=[{"Key": "stack", "Value": "mine"}])
    role.client("iam").get_role(RoleName="one")
    aws.refused("AccessDenied", role.client("iam").get_role, RoleName="other")


@behaviour("ECS: tag on creation", "Tags in a create need ecs:TagResource, too", "does not ask")
def test_tagging_on_creation_is_an_action(aws: Aws, role: Role) -> None:
    role.may({"Action": "ecs:CreateCluster"})
    ecs = role.client("ecs")
    ecs.create_cluster(clusterName="c")
    words = aws.refused(
        "AccessDeniedException",
        ecs.create_cluster,
        clusterName="d",
        tags=[{"key": "a", "value": "b"}],
    )
    assert "perform: ecs:TagResource" in words


@behaviour(REFERENCE, "ecs:cluster is the ARN of a request's cluster", "ignores it")
def test_the_cluster_is_a_condition(aws: Aws, role: Role) -> None:
    aws.service()
    condition = {"ArnEquals": {"ecs:cluster": f"{ECS}:cluster/c"}}
    role.may({"Action": "ecs:ListTasks", "Condition": condition})
    role.client("ecs").list_tasks(cluster="c")
    aws.refused("AccessDeniedException", role.client("ecs").list_tasks, cluster="d")


@behaviour(REFERENCE, "A log group's ARN ends in :* for all but its tags", "does not compare")
def test_a_log_group_is_named_with_its_streams(aws: Aws, role: Role) -> None:
    arn = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/web"
    logs = role.client("logs")
    role.may({"Action": "logs:CreateLogGroup", "Resource": arn})
    aws.refused("AccessDeniedException", logs.create_log_group, logGroupName="/web")
    role.may({"Action": "logs:CreateLogGroup", "Resource": f"{arn}:*"})
    logs.create_log_group(logGroupName="/web")


@behaviour(REFERENCE, "A secret is named by its whole ARN", "allows all, too")
def test_a_secret_is_known_by_its_arn(aws: Aws, role: Role) -> None:
    arn = aws.secrets.create_secret(Name="s", SecretString="x")["ARN"]
    role.may({"Action": "secretsmanager:GetSecretValue", "Resource": arn})
    assert role.client("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == "x"


@behaviour(LOGIC, "An attached policy counts as an inline one", "allows all")
def test_attached_policies_count(aws: Aws, role: Role) -> None:
    ecs = role.client("ecs")
    aws.refused("AccessDeniedException", ecs.list_clusters)
    policy = "arn:aws:iam::aws:policy/AmazonECS_FullAccess"
    aws.iam.attach_role_policy(RoleName="caller", PolicyArn=policy)
    ecs.list_clusters()


@behaviour("API_GetCallerIdentity", "Everybody may ask who they are", "answers, too")
def test_everybody_may_ask_who_they_are(role: Role) -> None:
    assert role.client("sts").get_caller_identity()["Arn"].endswith("assumed-role/caller/test")


def test_a_condition_that_cannot_be_told_is_no_answer(aws: Aws, role: Role) -> None:
    condition = {"NumericLessThan": {"s3:max-keys": "10"}}
    role.may({"Action": "ecs:ListClusters", "Condition": condition})
    assert "NumericLessThan" in aws.refused("NotImplemented", role.client("ecs").list_clusters)


def test_a_boundary_and_a_deleted_role_allow_less(aws: Aws, role: Role) -> None:
    role.may({"Action": "*"})
    role.client("ecs").list_clusters()
    boundary = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    aws.iam.put_role_permissions_boundary(RoleName="caller", PermissionsBoundary=boundary)
    words = aws.refused("AccessDeniedException", role.client("ecs").list_clusters)
    assert words.endswith("because no permissions boundary allows the ecs:ListClusters action")
    aws.iam.delete_role_policy(RoleName="caller", PolicyName="p")
    aws.iam.delete_role(RoleName="caller")
    aws.refused("AccessDeniedException", role.client("ecs").list_clusters)


def trusting(aws: Aws, principal: object, name: str = "web", **statement: object) -> str:
    """Make a role that trusts somebody; its ARN."""
    allow = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **statement}
    return aws.role(name, json.dumps({"Version": "2012-10-17", "Statement": [allow]}))


ASSUME = "STS API: AssumeRole"


@behaviour(ASSUME, "A role that is absent is not assumed: AccessDenied", "accepts it")
def test_an_absent_role_is_not_assumed(aws: Aws) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/absent"
    request = {"RoleArn": arn, "RoleSessionName": "test"}
    words = aws.refused("AccessDenied", aws.client("sts").assume_role, **request)
    assert words == (
        f"User: arn:aws:sts::{ACCOUNT}:user/moto is not authorized to perform: sts:AssumeRole on"
        f" resource: {arn}"
    )


@behaviour(
    "STS API: AssumeRoleWithWebIdentity",
    "A token does not open a role that is absent: AccessDenied",
    "accepts it",
)
def test_a_token_opens_no_absent_role(aws: Aws) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/absent"
    request = {"RoleArn": arn, "RoleSessionName": "test", "WebIdentityToken": "token"}
    aws.refused("AccessDenied", aws.client("sts").assume_role_with_web_identity, **request)


@behaviour(ASSUME, "A role is assumed by whom its trust policy names", "accepts anybody")
def test_a_role_is_assumed_by_whom_it_trusts(aws: Aws, adjust: Callable[..., None]) -> None:
    assume = aws.client("sts").assume_role
    other = trusting(aws, {"AWS": "210987654321"}, "other")
    account = trusting(aws, {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}, "mine")
    guarded = trusting(
        aws, "*", "guarded", Condition={"StringEquals": {"sts:ExternalId": "secret"}}
    )
    adjust(enforce_iam=True)
    aws.refused("AccessDenied", assume, RoleArn=other, RoleSessionName="test")
    assume(RoleArn=account, RoleSessionName="test")
    aws.refused("AccessDenied", assume, RoleArn=guarded, RoleSessionName="test")
    assume(RoleArn=guarded, RoleSessionName="test", ExternalId="secret")


@behaviour(ASSUME, "Sessions last as long as their role allows", "accepts any time")
def test_sessions_last_as_long_as_their_role_allows(aws: Aws) -> None:
    arn = trusting(aws, {"AWS": ACCOUNT})
    request = {"RoleArn": arn, "RoleSessionName": "test"}
    sts = aws.client("sts")
    for seconds in (3601, 43_201):
        aws.refused("ValidationError", sts.assume_role, **request, DurationSeconds=seconds)
    aws.iam.update_role(RoleName="web", MaxSessionDuration=7200)
    sts.assume_role(**request, DurationSeconds=7200)


@behaviour(ASSUME, "A session of a role assumes another for an hour at most", "accepts any time")
def test_sessions_of_sessions_last_an_hour(aws: Aws, cloud: Cloud) -> None:
    trusting(aws, {"AWS": ACCOUNT}, "long")
    aws.iam.update_role(RoleName="long", MaxSessionDuration=7200)
    arn = f"arn:aws:iam::{ACCOUNT}:role/long"
    sts = Role(aws, cloud.endpoint).client("sts")
    request = {"RoleArn": arn, "RoleSessionName": "test"}
    words = aws.refused("ValidationError", sts.assume_role, **request, DurationSeconds=7200)
    assert "role chaining" in words
    sts.assume_role(**request, DurationSeconds=3600)
