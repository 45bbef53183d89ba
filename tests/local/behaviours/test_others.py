"""What IAM, ECR, CloudWatch Logs, Secrets Manager and Systems Manager refuse."""

from __future__ import annotations

import json

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
)
MANIFEST = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}


@behaviour("IAM API: CreateRole", "A trust policy is JSON", "accepts it")
def test_a_trust_policy_is_json(aws: Aws) -> None:
    aws.refused("MalformedPolicyDocument", aws.role, trust="{no json")


@behaviour("IAM API: DeleteRole", "A role with policies is not deleted", "refuses, too")
def test_a_role_with_policies_is_not_deleted(aws: Aws) -> None:
    aws.role()
    aws.iam.put_role_policy(RoleName="web", PolicyName="p", PolicyDocument=POLICY)
    aws.refused("DeleteConflict", aws.iam.delete_role, RoleName="web")


@behaviour("IAM API: CreateRole", "Names of roles differ in more than case", "compares exactly")
def test_role_names_ignore_case(aws: Aws) -> None:
    aws.role("web")
    aws.refused("EntityAlreadyExists", aws.role, name="WEB")


@behaviour(
    "IAM guide: troubleshoot_iam-ec2", "A role that a trust policy names exists", "accepts it"
)
def test_a_trust_policy_names_roles_that_exist(aws: Aws) -> None:
    arn = "arn:aws:iam::123456789012:role/absent"
    trust = json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}}]}
    )
    assert "Invalid principal" in aws.refused("MalformedPolicyDocument", aws.role, trust=trust)


@behaviour(
    "ECR API: DeleteRepository", "A repository with images is deleted by force only", "refuses, too"
)
def test_a_repository_with_images_is_not_deleted(aws: Aws) -> None:
    aws.ecr.create_repository(repositoryName="app")
    aws.ecr.put_image(repositoryName="app", imageManifest=json.dumps(MANIFEST), imageTag="1")
    aws.refused("RepositoryNotEmptyException", aws.ecr.delete_repository, repositoryName="app")
    aws.ecr.delete_repository(repositoryName="app", force=True)


@behaviour("ECR API: PutImage", "An immutable tag is not pushed again", "refuses with another code")
def test_an_immutable_tag_stays(aws: Aws) -> None:
    aws.ecr.create_repository(repositoryName="app", imageTagMutability="IMMUTABLE")
    request = {"repositoryName": "app", "imageTag": "1"}
    aws.ecr.put_image(**request, imageManifest=json.dumps(MANIFEST))
    again = json.dumps({**MANIFEST, "layers": []})
    aws.refused("ImageTagAlreadyExistsException", aws.ecr.put_image, **request, imageManifest=again)


@behaviour(
    "ECR API: DescribeRepositories",
    "DescribeRepositories fails if one of them is absent",
    "does so, too",
)
def test_one_absent_repository_fails_the_call(aws: Aws) -> None:
    aws.ecr.create_repository(repositoryName="app")
    aws.refused(
        "RepositoryNotFoundException",
        aws.ecr.describe_repositories,
        repositoryNames=["app", "other"],
    )


@behaviour("Logs API: CreateLogGroup", "A log group is created once", "refuses, too")
def test_a_log_group_is_created_once(aws: Aws) -> None:
    aws.logs.create_log_group(logGroupName="/web")
    aws.refused("ResourceAlreadyExistsException", aws.logs.create_log_group, logGroupName="/web")


@behaviour(
    "Logs API: PutRetentionPolicy", "Only some numbers of days are a retention", "accepts any"
)
def test_a_retention_is_one_of_a_list(aws: Aws) -> None:
    aws.logs.create_log_group(logGroupName="/web")
    request = {"logGroupName": "/web", "retentionInDays": 31}
    aws.refused("InvalidParameterException", aws.logs.put_retention_policy, **request)


@behaviour("Logs API: CreateLogGroup", "Names of log groups do not begin with aws/", "accepts them")
def test_some_log_groups_are_reserved(aws: Aws) -> None:
    aws.refused("InvalidParameterException", aws.logs.create_log_group, logGroupName="aws/web")


@behaviour(
    "terraform-provider-aws#4467",
    "A secret's name is not free in its recovery window: InvalidRequestException",
    "says ResourceExistsException",
)
def test_a_secret_in_its_recovery_window_is_in_the_way(aws: Aws) -> None:
    aws.secrets.create_secret(Name="s", SecretString="x")
    aws.secrets.delete_secret(SecretId="s")
    assert "already scheduled for deletion" in aws.refused(
        "InvalidRequestException", aws.secrets.create_secret, Name="s", SecretString="x"
    )
    assert "DeletedDate" in aws.secrets.describe_secret(SecretId="s")
    aws.secrets.restore_secret(SecretId="s")


@behaviour(
    "Secrets Manager API: PutSecretValue",
    "A secret in its recovery window gets no value",
    "puts one",
)
def test_a_deleted_secret_gets_no_value(aws: Aws) -> None:
    arn = aws.secrets.create_secret(Name="s", SecretString="x")["ARN"]
    aws.secrets.delete_secret(SecretId="s")
    for name in ("s", arn):
        request = {"SecretId": name, "SecretString": "y"}
        words = aws.refused("InvalidRequestException", aws.secrets.put_secret_value, **request)
        assert "marked for deletion" in words
    aws.secrets.restore_secret(SecretId="s")
    aws.secrets.put_secret_value(SecretId="s", SecretString="y")


@behaviour(
    "Secrets Manager API: UpdateSecret",
    "A secret in its recovery window is not changed",
    "refuses, too",
)
def test_a_deleted_secret_is_not_changed(aws: Aws) -> None:
    aws.secrets.create_secret(Name="s", SecretString="x")
    aws.secrets.delete_secret(SecretId="s")
    request = {"SecretId": "s", "SecretString": "y"}
    aws.refused("InvalidRequestException", aws.secrets.update_secret, **request)


@behaviour(
    "Secrets Manager API: CreateSecret", "A second secret of a name is refused", "refuses, too"
)
def test_a_secret_is_created_once(aws: Aws) -> None:
    aws.secrets.create_secret(Name="s", SecretString="x")
    aws.refused("ResourceExistsException", aws.secrets.create_secret, Name="s", SecretString="y")


@behaviour(
    "terraform-provider-aws#18550",
    "A parameter is not overwritten and tagged in one call",
    "refuses, too",
)
def test_overwriting_takes_no_tags(aws: Aws) -> None:
    request = {"Name": "/a", "Value": "1", "Type": "String", "Overwrite": True}
    aws.refused(
        "ValidationException", aws.ssm.put_parameter, **request, Tags=[{"Key": "a", "Value": "b"}]
    )


@behaviour(
    "SSM API: PutParameter", "A parameter is created once unless it is overwritten", "refuses, too"
)
def test_a_parameter_is_created_once(aws: Aws) -> None:
    request = {"Name": "/a", "Value": "1", "Type": "String"}
    aws.ssm.put_parameter(**request)
    aws.refused("ParameterAlreadyExists", aws.ssm.put_parameter, **request)
    aws.ssm.put_parameter(**request, Overwrite=True)


@behaviour(
    "SSM API: PutParameter", "Names of parameters do not begin with aws or ssm", "refuses, too"
)
def test_some_parameter_names_are_reserved(aws: Aws) -> None:
    aws.refused(
        "ValidationException", aws.ssm.put_parameter, Name="/ssm/a", Value="1", Type="String"
    )
