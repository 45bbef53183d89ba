from __future__ import annotations

import pytest

from .conftest import Connect
from .test_ecs import DEFINITION

TAGS = {"owner": "us"}
UPPER = [{"Key": key, "Value": value} for key, value in TAGS.items()]
LOWER = [{"key": key, "value": value} for key, value in TAGS.items()]


@pytest.fixture
def tagged(client: Connect) -> dict[str, str]:
    """One tagged thing of each kind that moto leaves out or misnames: filter -> ARN."""
    ecs, elb = client("ecs"), client("elbv2")
    vpc = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    pair = [each["SubnetId"] for each in subnets["Subnets"]][:2]
    reply = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    balancer = elb.create_load_balancer(Name="b", Subnets=pair)["LoadBalancers"][0]
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=80,
        Protocol="HTTP",
        DefaultActions=reply,
        Tags=UPPER,
    )["Listeners"][0]["ListenerArn"]
    rule = elb.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/a"]}],
        Actions=reply,
        Tags=UPPER,
    )["Rules"][0]["RuleArn"]
    repository = client("ecr").create_repository(repositoryName="web", tags=UPPER)["repository"]
    client("logs").create_log_group(logGroupName="/web", tags=TAGS)
    ecs.create_cluster(clusterName="c")
    definition = ecs.register_task_definition(**DEFINITION, tags=LOWER)["taskDefinition"]
    service = ecs.create_service(
        cluster="c",
        serviceName="web",
        taskDefinition="web",
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": pair}},
        tags=LOWER,
    )["service"]
    return {
        "ecr:repository": repository["repositoryArn"],
        "ecs:service": service["serviceArn"],
        "ecs:task-definition": definition["taskDefinitionArn"],
        "elasticloadbalancing:listener": listener,
        "elasticloadbalancing:listener-rule": rule,
        "logs:log-group": "arn:aws:logs:eu-west-1:123456789012:log-group:/web",
    }


def test_every_kind_is_found_by_tag_and_by_type(client: Connect, tagged: dict[str, str]) -> None:
    api = client("resourcegroupstaggingapi")
    wanted = [{"Key": "owner", "Values": ["us"]}]
    for kind, arn in tagged.items():
        answer = api.get_resources(TagFilters=wanted, ResourceTypeFilters=[kind])
        found = [each["ResourceARN"] for each in answer["ResourceTagMappingList"]]
        assert found == [arn], kind
    everything = api.get_resources(TagFilters=wanted)["ResourceTagMappingList"]
    assert sorted(each["ResourceARN"] for each in everything) == sorted(tagged.values())


def test_every_kind_can_be_tagged_from_there(client: Connect, tagged: dict[str, str]) -> None:
    api = client("resourcegroupstaggingapi")
    arns = list(tagged.values())
    assert api.tag_resources(ResourceARNList=arns, Tags={"more": "x"})["FailedResourcesMap"] == {}
    found = api.get_resources(TagFilters=[{"Key": "more"}])["ResourceTagMappingList"]
    assert len(found) == len(tagged)
    api.untag_resources(ResourceARNList=arns, TagKeys=["more"])
    assert api.get_resources(TagFilters=[{"Key": "more"}])["ResourceTagMappingList"] == []
