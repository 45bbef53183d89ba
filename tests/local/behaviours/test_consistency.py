"""What is new is not there for everybody at once, and what is gone not gone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour


@pytest.fixture(autouse=True)
def _consistency(adjust: Callable[..., None], aws: Aws) -> None:
    aws.vpc()  # the landing zone is older
    adjust(consistency=True)


@behaviour(
    "IAM guide: troubleshoot_general_eventual-consistency",
    "A new role is not found for some seconds",
    "is found at once",
)
def test_a_new_role_is_not_found_at_once(aws: Aws) -> None:
    aws.role()
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    inline = {"RoleName": "web", "PolicyName": "p", "PolicyDocument": document}
    aws.refused("NoSuchEntity", aws.iam.get_role, RoleName="web")
    aws.refused("NoSuchEntity", aws.iam.put_role_policy, **inline)
    assert aws.iam.list_roles()["Roles"] == []
    aws.refused("EntityAlreadyExists", aws.role)
    aws.advance(6)
    assert aws.iam.get_role(RoleName="web")["Role"]["RoleName"] == "web"
    aws.iam.put_role_policy(**inline)


@behaviour(
    "IAM guide: troubleshoot_general_eventual-consistency",
    "A deleted role is found for some seconds",
    "is gone at once",
)
def test_a_deleted_role_lingers(aws: Aws) -> None:
    aws.role()
    aws.advance(6)
    aws.iam.delete_role(RoleName="web")
    assert aws.iam.get_role(RoleName="web")["Role"]["RoleName"] == "web"
    aws.refused("NoSuchEntity", aws.iam.delete_role, RoleName="web")
    aws.advance(6)
    aws.refused("NoSuchEntity", aws.iam.get_role, RoleName="web")


@behaviour(
    "EC2 guide: eventual-consistency",
    "A new security group is not found for some seconds, and a deleted one is",
    "at once",
)
def test_security_groups_are_late(aws: Aws) -> None:
    group = aws.security_group()
    of = {"GroupIds": [group]}
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    allow = {"GroupId": group, "IpPermissions": [rule]}
    aws.refused("InvalidGroup.NotFound", aws.ec2.describe_security_groups, **of)
    aws.refused("InvalidGroup.NotFound", aws.ec2.authorize_security_group_ingress, **allow)
    aws.advance(6)
    aws.ec2.authorize_security_group_ingress(**allow)
    aws.ec2.delete_security_group(GroupId=group)
    assert len(aws.ec2.describe_security_groups(**of)["SecurityGroups"]) == 1
    aws.refused("InvalidGroup.NotFound", aws.ec2.delete_security_group, GroupId=group)


@behaviour(
    "baseline-environment-on-aws#238", "ECS's role has to be made before a first cluster", "is not"
)
def test_a_first_cluster_waits_for_its_role(aws: Aws) -> None:
    words = aws.refused("InvalidParameterException", aws.ecs.create_cluster, clusterName="c")
    assert "Unable to assume the service linked role" in words
    aws.advance(6)
    aws.ecs.create_cluster(clusterName="c")


@behaviour("ECS API: RunTask", "A new cluster has no room for services yet", "has it at once")
def test_a_new_cluster_is_not_found_at_once(aws: Aws) -> None:
    aws.refused("InvalidParameterException", aws.ecs.create_cluster, clusterName="x")
    aws.advance(6)
    request = aws.service_request()
    aws.refused("ClusterNotFoundException", aws.ecs.create_service, **request)
    assert aws.ecs.describe_clusters(clusters=["c"])["failures"][0]["reason"] == "MISSING"
    aws.advance(4)
    aws.ecs.create_service(**request)


@behaviour(
    "Secrets Manager API: ListSecrets", "The list of secrets is five minutes late", "is current"
)
def test_the_list_of_secrets_is_late(aws: Aws) -> None:
    aws.secrets.create_secret(Name="s", SecretString="x")
    for seconds, count in ((0, 0), (299, 0), (2, 1)):
        aws.advance(seconds)
        assert len(aws.secrets.list_secrets()["SecretList"]) == count
    assert aws.secrets.describe_secret(SecretId="s")["Name"] == "s"


@behaviour("boto3#3341", "The tag index is late for what is new, and gone", "is current")
def test_the_tag_index_is_late(aws: Aws) -> None:
    index, tags = aws.client("resourcegroupstaggingapi"), [{"Key": "stack", "Value": "web"}]

    def count() -> int:
        found = index.get_resources(TagFilters=[{"Key": "stack"}])
        return len(found["ResourceTagMappingList"])

    group = aws.group(Tags=tags)
    assert count() == 0
    aws.advance(21)
    assert count() == 1
    aws.elbv2.delete_target_group(TargetGroupArn=group)
    assert count() == 1
    aws.advance(21)
    assert count() == 0
