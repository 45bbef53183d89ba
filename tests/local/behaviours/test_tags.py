"""Tags that ECS and Elastic Load Balancing refuse, and where they show."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from .conftest import Aws

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
INVALID = "InvalidParameterException"
TAG = "ELB API: AddTags"


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": "v"} for key in keys]


def lower(*keys: str) -> list[dict[str, str]]:
    return [{"key": key, "value": "v"} for key in keys]


def many(number: int) -> list[str]:
    return [f"key-{each}" for each in range(number)]


@pytest.mark.parametrize("key", ["aws:team", "AWS:team"])
@behaviour("ECS API: Tag", "Tag keys that begin with aws: are AWS's, in any case", ACCEPTED)
def test_keys_of_aws_are_no_tags_of_ecs(aws: Aws, key: str) -> None:
    aws.refused(INVALID, aws.ecs.create_cluster, clusterName="d", tags=lower(key))
    aws.refused(INVALID, aws.define, tags=lower(key))
    request = aws.service_request()
    aws.refused(INVALID, aws.ecs.create_service, **request, tags=lower(key))
    made = aws.ecs.create_service(**request)["service"]["serviceArn"]
    aws.refused(INVALID, aws.ecs.tag_resource, resourceArn=made, tags=lower(key))
    aws.refused(INVALID, aws.ecs.untag_resource, resourceArn=made, tagKeys=[key])
    aws.ecs.tag_resource(resourceArn=made, tags=lower("awsome"))


@behaviour("ECS API: Tag", "A tag key is given once", ACCEPTED)
def test_keys_of_ecs_are_given_once(aws: Aws) -> None:
    aws.refused(INVALID, aws.ecs.create_cluster, clusterName="d", tags=lower("a", "a"))
    aws.ecs.create_cluster(clusterName="d", tags=lower("a", "A"))


@behaviour(TAG, "Tag keys that begin with aws: are AWS's", ACCEPTED)
def test_keys_of_aws_are_no_tags_of_load_balancers(aws: Aws) -> None:
    aws.refused("ValidationError", aws.balancer, Tags=tags("aws:team"))
    aws.refused("ValidationError", aws.group, Tags=tags("Aws:team"))
    request = {"ResourceArns": [aws.balancer()]}
    aws.refused("ValidationError", aws.elbv2.add_tags, **request, Tags=tags("aws:team"))
    aws.refused("ValidationError", aws.elbv2.remove_tags, **request, TagKeys=["aws:team"])


@behaviour(TAG, "A tag key is given once: DuplicateTagKeys", ACCEPTED)
def test_keys_of_load_balancers_are_given_once(aws: Aws) -> None:
    aws.refused("DuplicateTagKeys", aws.balancer, Tags=tags("a", "a"))
    request = {"ResourceArns": [aws.balancer()], "Tags": tags("a", "a")}
    aws.refused("DuplicateTagKeys", aws.elbv2.add_tags, **request)


@behaviour(TAG, "What it has may have fifty tags: TooManyTags", "has room for ten")
def test_fifty_tags_are_the_most(aws: Aws) -> None:
    keys = many(51)
    aws.refused("TooManyTags", aws.balancer, Tags=tags(*keys))
    arn = aws.balancer(Tags=tags(*keys[:30]))
    aws.elbv2.add_tags(ResourceArns=[arn], Tags=tags(*keys[20:50]))
    request = {"ResourceArns": [arn], "Tags": tags(keys[50])}
    aws.refused("TooManyTags", aws.elbv2.add_tags, **request)


@behaviour(
    "Tagging guide: supported services", "Tasks are in the index of tags while they run", "of none"
)
def test_tasks_are_in_the_index(aws: Aws) -> None:
    aws.service(tags=lower("team"), propagateTags="SERVICE")
    aws.advance(60)
    index, (task,) = aws.client("resourcegroupstaggingapi"), aws.tasks()
    asked = {"TagFilters": [{"Key": "team"}], "ResourceTypeFilters": ["ecs:task"]}
    found = index.get_resources(**asked)["ResourceTagMappingList"]
    assert [each["ResourceARN"] for each in found] == [task["taskArn"]]
    aws.ecs.update_service(cluster="c", service="web", desiredCount=0)
    aws.advance(600)
    assert index.get_resources(**asked)["ResourceTagMappingList"] == []


@behaviour("EC2 API: CreateTags", "Tag keys are not AWS's, and given once", ACCEPTED)
def test_keys_of_ec2_are_checked(aws: Aws) -> None:
    def made(*keys: str) -> None:
        specified = [{"ResourceType": "vpc", "Tags": tags(*keys)}]
        aws.ec2.create_vpc(CidrBlock="10.98.0.0/16", TagSpecifications=specified)

    code = "InvalidParameterValue"
    for keys in (["aws:team"], ["team", "team"]):
        with pytest.raises(ClientError, match=code):
            made(*keys)
        aws.refused(code, aws.ec2.create_tags, Resources=[aws.vpc()], Tags=tags(*keys))
    made("team", "Team")


@behaviour("IAM API: TagRole", "Tag keys that begin with aws: are AWS's: InvalidInput", ACCEPTED)
def test_keys_of_aws_are_no_tags_of_roles(aws: Aws) -> None:
    aws.role()
    words = aws.refused("InvalidInput", aws.iam.tag_role, RoleName="web", Tags=tags("aws:team"))
    assert words == "aws: prefixed tag key names are not allowed for external use."
    aws.iam.tag_role(RoleName="web", Tags=tags("team"))
