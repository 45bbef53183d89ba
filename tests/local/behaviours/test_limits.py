"""Characters, sizes and numbers of names, values and policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.conftest import TRUST

from .conftest import Aws

behaviour = pytest.mark.behaviour
QUOTAS = "IAM guide: reference_iam-quotas"
LIFECYCLE = "ECR guide: lifecycle_policy_parameters"
HOUR = 3600


def policy(**change: object) -> str:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **change}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def long(characters: int) -> str:
    """Return a policy of about that size."""
    return policy(Sid="x" * characters)


@behaviour(QUOTAS, "A role's inline policies have 10,240 characters together", "accepts more")
def test_inline_policies_are_small_together(aws: Aws) -> None:
    aws.role()
    aws.iam.put_role_policy(RoleName="web", PolicyName="a", PolicyDocument=long(6000))
    aws.iam.put_role_policy(RoleName="web", PolicyName="a", PolicyDocument=long(6000))
    request = {"RoleName": "web", "PolicyName": "b", "PolicyDocument": long(6000)}
    words = aws.refused("LimitExceeded", aws.iam.put_role_policy, **request)
    assert words == "Maximum policy size of 10240 bytes exceeded for role web"


@behaviour(QUOTAS, "A managed policy has at most 6,144 characters", "accepts more")
def test_managed_policies_are_small(aws: Aws) -> None:
    request = {"PolicyName": "p", "PolicyDocument": long(6144)}
    aws.refused("LimitExceeded", aws.iam.create_policy, **request)


@behaviour(QUOTAS, "A trust policy has at most 2,048 characters", "accepts more")
def test_trust_policies_are_small(aws: Aws) -> None:
    document = json.loads(TRUST)
    document["Statement"][0]["Sid"] = "x" * 2048
    trust = json.dumps(document)
    aws.refused("LimitExceeded", aws.role, trust=trust)


@behaviour(QUOTAS, "A role has at most ten managed policies", "accepts more")
def test_a_role_has_ten_managed_policies(aws: Aws) -> None:
    aws.role()
    arns = [
        aws.iam.create_policy(PolicyName=f"p{n}", PolicyDocument=policy())["Policy"]["Arn"]
        for n in range(11)
    ]
    for arn in [*arns[:10], arns[0]]:
        aws.iam.attach_role_policy(RoleName="web", PolicyArn=arn)
    request = {"RoleName": "web", "PolicyArn": arns[10]}
    words = aws.refused("LimitExceeded", aws.iam.attach_role_policy, **request)
    assert words == "Cannot exceed quota for PoliciesPerRole: 10"


@behaviour("IAM API: CreateRole", "Names of roles have some characters, and 64", "accepts any")
@pytest.mark.parametrize("name", ["a b", "a/b", "a" * 65])
def test_names_of_roles(aws: Aws, name: str) -> None:
    aws.refused("ValidationError", aws.role, name=name)


@behaviour("IAM API: CreateRole", "Sessions of a role last one to twelve hours", "accepts any")
def test_sessions_of_roles(aws: Aws) -> None:
    request = {"RoleName": "r", "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 43_201}
    aws.refused("ValidationError", aws.iam.create_role, **request)


@behaviour("IAM API: PutRolePolicy", "A policy of a role has no principal", "accepts it")
def test_a_policy_of_a_role_has_no_principal(aws: Aws) -> None:
    aws.role()
    request = {"RoleName": "web", "PolicyName": "p", "PolicyDocument": policy(Principal="*")}
    aws.refused("MalformedPolicyDocument", aws.iam.put_role_policy, **request)


@behaviour("IAM API: CreateRole", "A trust policy is about STS, of no resource", "accepts any")
@pytest.mark.parametrize("change", [{"Resource": "*", "Action": "sts:AssumeRole"}, {}])
def test_a_trust_policy_is_about_sts(aws: Aws, change: dict[str, str]) -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", **change}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    aws.refused("MalformedPolicyDocument", aws.role, trust=trust)


@behaviour(
    "SNS API: CreateTopic",
    "A topic is made again with tags and attributes that it has, and no others",
    "accepts any",
)
def test_a_topic_is_made_again_as_it_is(aws: Aws) -> None:
    sns = aws.client("sns")
    request: dict[str, Any] = {
        "Name": "t",
        "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}],
        "Attributes": {"DisplayName": "x", "FifoTopic": "false"},
    }
    made = sns.create_topic(**request)["TopicArn"]
    sames: tuple[dict[str, Any], ...] = (
        {},
        {"Tags": request["Tags"][:1]},
        {"Attributes": {"DisplayName": "x"}},
        request,
    )
    for same in sames:
        assert sns.create_topic(**{"Name": "t", **same})["TopicArn"] == made
    other: dict[str, Any] = {"Name": "t", "Tags": [{"Key": "a", "Value": "2"}]}
    assert "different tags" in aws.refused("InvalidParameter", sns.create_topic, **other)
    other = {"Name": "t", "Attributes": {"DisplayName": "y"}}
    assert "different attributes" in aws.refused("InvalidParameter", sns.create_topic, **other)


@behaviour(
    "ACM API: RequestCertificate",
    "A token means one certificate for an hour",
    "takes the second request's names over",
)
def test_a_token_means_one_certificate_for_an_hour(aws: Aws) -> None:
    acm = aws.client("acm")

    def requested(domain: str = "a.example", **more: object) -> str:
        request = {"ValidationMethod": "DNS", "IdempotencyToken": "token", **more}
        return str(acm.request_certificate(DomainName=domain, **request)["CertificateArn"])

    first = requested()
    assert requested(SubjectAlternativeNames=["b.a.example"]) == first
    found = acm.describe_certificate(CertificateArn=first)["Certificate"]
    assert found["SubjectAlternativeNames"] == ["a.example"]
    assert requested("b.example") != first
    aws.advance(HOUR)
    assert requested() != first


@behaviour("ACM API: RequestCertificate", "A token has letters, digits, _, and 32", "accepts any")
def test_a_token_has_some_characters(aws: Aws) -> None:
    request = {"DomainName": "a.example", "IdempotencyToken": "a-b"}
    aws.refused("ValidationException", aws.client("acm").request_certificate, **request)


@behaviour(
    "SSM guide: parameter-store-advanced-parameters",
    "A standard parameter has 4,096 characters, an advanced one 8,192",
    "accepts more",
)
def test_parameters_are_small(aws: Aws) -> None:
    request = {"Name": "/a", "Type": "String", "Value": "x" * 4097}
    words = aws.refused("ValidationException", aws.ssm.put_parameter, **request)
    assert words.startswith("Standard tier parameters support a maximum parameter value of 4096")
    aws.ssm.put_parameter(**request, Tier="Advanced")
    aws.ssm.put_parameter(**request, Overwrite=True)
    large = {**request, "Name": "/b", "Value": "x" * 8193, "Tier": "Advanced"}
    aws.refused("ValidationException", aws.ssm.put_parameter, **large)


@behaviour("SSM API: PutParameter", "Names of parameters are whole, of few symbols", "accepts any")
@pytest.mark.parametrize("name", ["/a b", "/a:b", "a/b"])
def test_names_of_parameters(aws: Aws, name: str) -> None:
    aws.refused("ValidationException", aws.ssm.put_parameter, Name=name, Value="1", Type="String")


@behaviour("SSM API: PutParameter", "A hierarchy has 15 levels", "accepts more")
def test_levels_of_parameters(aws: Aws) -> None:
    request = {"Value": "1", "Type": "String"}
    aws.ssm.put_parameter(Name="/a" * 15, **request)
    code = "HierarchyLevelLimitExceededException"
    aws.refused(code, aws.ssm.put_parameter, Name="/a" * 16, **request)


@behaviour("Secrets Manager API: CreateSecret", "Names have some characters", "accepts any")
@pytest.mark.parametrize("name", ["a b", "a:b", "a" * 513])
def test_names_of_secrets(aws: Aws, name: str) -> None:
    aws.refused("ValidationException", aws.secrets.create_secret, Name=name, SecretString="x")


@behaviour("Secrets Manager API: PutSecretValue", "A value has 65,536 bytes", "accepts more")
def test_secrets_are_small(aws: Aws) -> None:
    aws.secrets.create_secret(Name="s", SecretString="x" * 65_536)
    request = {"SecretId": "s", "SecretString": "x" * 65_537}
    aws.refused("ValidationException", aws.secrets.put_secret_value, **request)


@behaviour(
    "Secrets Manager API: CreateSecret", "A secret is a text or bytes, not both", "accepts both"
)
def test_a_secret_is_a_text_or_bytes(aws: Aws) -> None:
    request = {"Name": "s", "SecretString": "x", "SecretBinary": b"x"}
    aws.refused("InvalidParameterException", aws.secrets.create_secret, **request)


@behaviour("Logs API: CreateLogGroup", "Names of log groups have some characters", "accepts any")
@pytest.mark.parametrize("name", ["a b", "a:b"])
def test_names_of_log_groups(aws: Aws, name: str) -> None:
    aws.refused("InvalidParameterException", aws.logs.create_log_group, logGroupName=name)


@behaviour("Logs API: CreateLogStream", "Names of streams have no : and no *", "accepts them")
def test_names_of_log_streams(aws: Aws) -> None:
    aws.logs.create_log_group(logGroupName="g")
    request = {"logGroupName": "g", "logStreamName": "a:b"}
    aws.refused("InvalidParameterException", aws.logs.create_log_stream, **request)


@behaviour("Logs API: PutMetricFilter", "A metric filter has a log group that exists", "accepts it")
def test_a_metric_filter_has_a_log_group(aws: Aws) -> None:
    metric = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}
    request = {"logGroupName": "g", "filterName": "f", "filterPattern": ""}
    put = aws.logs.put_metric_filter
    aws.refused("ResourceNotFoundException", put, **request, metricTransformations=[metric])


@behaviour("ECR API: CreateRepository", "Names of repositories have up to 256", "accepts more")
def test_names_of_repositories(aws: Aws) -> None:
    request = {"repositoryName": "a" * 257}
    aws.refused("InvalidParameterException", aws.ecr.create_repository, **request)


def expiring(priority: int = 1, **change: object) -> dict[str, Any]:
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5}
    found = {name: value for name, value in {**selection, **change}.items() if value is not None}
    return {"rulePriority": priority, "selection": found, "action": {"type": "expire"}}


@behaviour(LIFECYCLE, "Rules are ordered, complete, and those of any tag the last", "accepts them")
@pytest.mark.parametrize(
    "rules",
    [
        [expiring(), expiring(tagStatus="untagged")],
        [expiring(), expiring(2, tagStatus="untagged")],
        [expiring(tagStatus="tagged")],
        [expiring(tagPrefixList=["a"])],
        [expiring(countType="sinceImagePushed")],
        [expiring(countUnit="days")],
    ],
    ids=["one priority", "any first", "no tags", "tags", "no unit", "unit"],
)
def test_lifecycle_policies(aws: Aws, rules: list[dict[str, Any]]) -> None:
    aws.ecr.create_repository(repositoryName="app")
    request = {"repositoryName": "app", "lifecyclePolicyText": json.dumps({"rules": rules})}
    aws.refused("InvalidParameterException", aws.ecr.put_lifecycle_policy, **request)


def test_a_lifecycle_policy_that_is_right(aws: Aws) -> None:
    aws.ecr.create_repository(repositoryName="app")
    days = {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}
    rules = [expiring(1, tagStatus="tagged", tagPatternList=["v*"]), expiring(3)]
    rules.append(expiring(2, tagStatus="untagged", **days))
    text = json.dumps({"rules": rules})
    aws.ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=text)


@behaviour(
    "IAM guide: reference_policies_grammar",
    "A statement of a trust policy has an effect, a principal and an action",
    "accepts less",
)
@pytest.mark.parametrize("missing", ["Effect", "Principal", "Action"])
def test_a_trust_policy_is_complete(aws: Aws, missing: str) -> None:
    document = json.loads(TRUST)
    del document["Statement"][0][missing]
    words = aws.refused("MalformedPolicyDocument", aws.role, trust=json.dumps(document))
    assert words == f"Missing required field {missing}"


@behaviour("IAM guide: reference_policies_grammar", "A policy has statements", "accepts it")
def test_a_trust_policy_has_statements(aws: Aws) -> None:
    aws.refused("MalformedPolicyDocument", aws.role, trust='{"Version": "2012-10-17"}')


@behaviour("SNS API: SetTopicAttributes", "A topic has attributes of AWS's", "accepts any")
def test_attributes_of_topics(aws: Aws) -> None:
    sns = aws.client("sns")
    given = {"Attributes": {"DisplyName": "Shop"}}
    words = aws.refused("InvalidParameter", sns.create_topic, Name="alarms", **given)
    assert "DisplyName" in words
    topic = sns.create_topic(Name="alarms", Attributes={"DisplayName": "Shop"})["TopicArn"]
    change = {"TopicArn": topic, "AttributeName": "DisplyName", "AttributeValue": "Shop"}
    words = aws.refused("InvalidParameter", sns.set_topic_attributes, **change)
    assert words == "Invalid parameter: AttributeName"
    sns.set_topic_attributes(**{**change, "AttributeName": "DisplayName"})


@behaviour("SNS API: SetTopicAttributes", "The policy of a topic is JSON", "fails")
def test_the_policy_of_a_topic_is_json(aws: Aws) -> None:
    sns = aws.client("sns")
    change = {"TopicArn": sns.create_topic(Name="t")["TopicArn"], "AttributeName": "Policy"}
    set_ = sns.set_topic_attributes
    aws.refused("InvalidParameter", set_, **change, AttributeValue='{"Statement"')


@behaviour(
    "IAM guide: reference_policies_elements_principal", "A service is one of AWS's", "accepts any"
)
@pytest.mark.parametrize("service", ["ecs-tasks", "ecs-tasks.amazonaws", "Ecs.amazonaws.com "])
def test_a_trusted_service_is_one(aws: Aws, service: str) -> None:
    trust = TRUST.replace("ecs-tasks.amazonaws.com", service)
    words = aws.refused("MalformedPolicyDocument", aws.role, trust=trust)
    assert words == f'Invalid principal in policy: "SERVICE":"{service}"'


@behaviour("IAM guide: reference_policies_grammar", "An effect is Allow or Deny", "accepts any")
def test_an_effect_is_one_of_two(aws: Aws) -> None:
    aws.refused("MalformedPolicyDocument", aws.role, trust=TRUST.replace("Allow", "allow"))


@behaviour("IAM API: CreateRole", "A path begins and ends with a slash", "accepts any")
@pytest.mark.parametrize("path", ["team", "/team", "team/"])
def test_a_path_is_between_slashes(aws: Aws, path: str) -> None:
    request = {"RoleName": "r", "AssumeRolePolicyDocument": TRUST}
    aws.refused("ValidationError", aws.iam.create_role, **request, Path=path)
    aws.iam.create_role(**request, Path="/team/web/")


@behaviour("IAM API: CreateRole", "The boundary of a role is a policy that is there", "accepts any")
def test_a_boundary_is_there(aws: Aws) -> None:
    absent = "arn:aws:iam::123456789012:policy/absent"
    request = {"RoleName": "r", "AssumeRolePolicyDocument": TRUST}
    create = aws.iam.create_role
    words = aws.refused("NoSuchEntity", create, **request, PermissionsBoundary=absent)
    assert words == f"Scope ARN: {absent} does not exist or is not attachable."
    create(**request, PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess")


@behaviour("IAM API: DeletePolicy", "A policy goes after its other versions", "deletes it")
def test_a_policy_goes_after_its_versions(aws: Aws) -> None:
    arn = aws.iam.create_policy(PolicyName="p", PolicyDocument=policy())["Policy"]["Arn"]
    aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(Effect="Deny"))
    aws.refused("DeleteConflict", aws.iam.delete_policy, PolicyArn=arn)
    aws.iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    aws.iam.delete_policy(PolicyArn=arn)
