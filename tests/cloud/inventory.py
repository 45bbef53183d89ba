"""What there is, asked of every service itself and not of the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.owner import ADDRESS, STACK

Client = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing with its tags."""

    kind: str
    id: str
    tags: Mapping[str, str]

    @property
    def address(self) -> str:
        """What its tag says it is."""
        return self.tags.get(ADDRESS, "")


def owned(client: Client, stack: str) -> dict[str, Found]:
    """Address to the one thing there; fails where two things claim to be the same.

    Of task definitions the newest revision counts; older ones are there on purpose.
    """
    mine = list(_of(stack, everything(client)))
    newest = {found.address: found for found in mine}
    many = Counter(found.address for found in mine if found.kind != "ecs.task_definition")
    twice = sorted(address for address, count in many.items() if count > 1)
    assert twice == [], f"more than one of {twice}"
    return newest


def one(client: Client, stack: str, address: str) -> Found:
    """The one thing at an address; asks its service alone."""
    reads = SERVICES[address.partition(".")[0]]
    mine = _of(stack, (found for read in reads for found in read(client)))
    (found,) = (found for found in mine if found.address == address)
    return found


def everything(client: Client) -> Iterator[Found]:
    """All things of the kinds that a stack is made of, owned or not."""
    for reads in SERVICES.values():
        for read in reads:
            yield from read(client)


def _of(stack: str, items: Iterable[Found]) -> Iterator[Found]:
    return (found for found in items if found.tags.get(STACK) == stack)


def _ec2(client: Client) -> Iterator[Found]:
    ec2 = client("ec2")
    for group in ec2.describe_security_groups()["SecurityGroups"]:
        if group["GroupName"] != "default":
            yield Found("ec2.security_group", group["GroupId"], _tags(group.get("Tags")))
    for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]:
        tags = _tags(rule.get("Tags"))
        yield Found("ec2.security_group_rule", rule["SecurityGroupRuleId"], tags)


def _network(client: Client) -> Iterator[Found]:
    """Those of stacks: reading the landing zones takes longer than all of the rest."""
    ec2, ours = client("ec2"), [{"Name": "tag-key", "Values": [STACK]}]
    tagged = ec2.describe_tags(Filters=[{"Name": "key", "Values": [STACK]}])["Tags"]
    if all(tag["ResourceId"].startswith("sg") for tag in tagged):
        return
    parts = (
        ("vpc", ec2.describe_vpcs, "Vpcs", "VpcId"),
        ("subnet", ec2.describe_subnets, "Subnets", "SubnetId"),
        (
            "internet_gateway",
            ec2.describe_internet_gateways,
            "InternetGateways",
            "InternetGatewayId",
        ),
        ("elastic_ip", ec2.describe_addresses, "Addresses", "AllocationId"),
        ("nat_gateway", ec2.describe_nat_gateways, "NatGateways", "NatGatewayId"),
        ("route_table", ec2.describe_route_tables, "RouteTables", "RouteTableId"),
        ("vpc_endpoint", ec2.describe_vpc_endpoints, "VpcEndpoints", "VpcEndpointId"),
    )
    for kind, describe, result, number in parts:
        for item in describe(Filters=ours)[result]:
            if item.get("State") != "deleted":  # remembered for an hour
                yield Found(f"ec2.{kind}", item[number], _tags(item.get("Tags")))


def _elbv2(client: Client) -> Iterator[Found]:
    elb = client("elbv2")
    balancers = [b["LoadBalancerArn"] for b in elb.describe_load_balancers()["LoadBalancers"]]
    groups = [g["TargetGroupArn"] for g in elb.describe_target_groups()["TargetGroups"]]
    listeners = [
        listener["ListenerArn"]
        for arn in balancers
        for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    ]
    rules = [
        rule["RuleArn"]
        for arn in listeners
        for rule in elb.describe_rules(ListenerArn=arn)["Rules"]
        if not rule["IsDefault"]
    ]
    kinds = {
        **dict.fromkeys(balancers, "elbv2.load_balancer"),
        **dict.fromkeys(groups, "elbv2.target_group"),
        **dict.fromkeys(listeners, "elbv2.listener"),
        **dict.fromkeys(rules, "elbv2.listener_rule"),
    }
    for some in _by(20, list(kinds)):
        for item in elb.describe_tags(ResourceArns=some)["TagDescriptions"]:
            yield Found(kinds[item["ResourceArn"]], item["ResourceArn"], _tags(item["Tags"]))


def _ecs(client: Client) -> Iterator[Found]:
    ecs = client("ecs")
    clusters = ecs.list_clusters()["clusterArns"]
    for arn in clusters:
        (cluster,) = ecs.describe_clusters(clusters=[arn], include=["TAGS"])["clusters"]
        if cluster["status"] == "INACTIVE":
            continue
        yield Found("ecs.cluster", arn, _tags(cluster.get("tags")))
        names = ecs.get_paginator("list_services").paginate(cluster=arn)
        services = [service for page in names for service in page["serviceArns"]]
        for some in _by(10, services):
            answer = ecs.describe_services(cluster=arn, services=some, include=["TAGS"])
            for service in answer["services"]:
                if service["status"] == "INACTIVE":
                    continue
                yield Found("ecs.service", service["serviceArn"], _tags(service.get("tags")))
    pages = ecs.get_paginator("list_task_definitions").paginate(status="ACTIVE")
    for arn in (arn for page in pages for arn in page["taskDefinitionArns"]):
        answer = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
        yield Found("ecs.task_definition", arn, _tags(answer.get("tags")))


def _iam(client: Client) -> Iterator[Found]:
    iam = client("iam")
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            tags = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
            yield Found("iam.role", role["Arn"], _tags(tags))


def _logs(client: Client) -> Iterator[Found]:
    logs = client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        arn = group["arn"].removesuffix(":*")
        yield Found("logs.log_group", arn, logs.list_tags_for_resource(resourceArn=arn)["tags"])


def _ecr(client: Client) -> Iterator[Found]:
    ecr = client("ecr")
    for repository in ecr.describe_repositories()["repositories"]:
        arn = repository["repositoryArn"]
        tags = ecr.list_tags_for_resource(resourceArn=arn)["tags"]
        yield Found("ecr.repository", arn, _tags(tags))


def _scheduler(client: Client) -> Iterator[Found]:
    """A schedule has no tags: its group has, and its description says its address."""
    scheduler = client("scheduler")
    try:
        groups = scheduler.list_schedule_groups()["ScheduleGroups"]
    except ClientError:  # a server that knows no schedules has none
        return
    for group in groups:
        tags = _tags(scheduler.list_tags_for_resource(ResourceArn=group["Arn"])["Tags"])
        if group["Name"] != "default":
            yield Found("scheduler.schedule_group", group["Arn"], tags)
        for item in scheduler.list_schedules(GroupName=group["Name"])["Schedules"]:
            found = scheduler.get_schedule(GroupName=group["Name"], Name=item["Name"])
            address = found.get("Description", "").removeprefix(f"{ADDRESS}=")
            yield Found("scheduler.schedule", found["Arn"], {**tags, ADDRESS: address})


def _s3(client: Client) -> Iterator[Found]:
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        try:
            tags = s3.get_bucket_tagging(Bucket=name)["TagSet"]
        except ClientError:  # NoSuchTagSet
            tags = []
        yield Found("s3.bucket", name, _tags(tags))


SERVICES: Mapping[str, tuple[Callable[[Client], Iterator[Found]], ...]] = {
    "ec2": (_ec2, _network),
    "elbv2": (_elbv2,),
    "ecs": (_ecs,),
    "iam": (_iam,),
    "logs": (_logs,),
    "ecr": (_ecr,),
    "s3": (_s3,),
    "scheduler": (_scheduler,),
}


def _tags(items: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """A list of tags in upper or lower case as a mapping."""
    lower = [{key.lower(): value for key, value in item.items()} for item in items or ()]
    return {item["key"]: item.get("value", "") for item in lower}


def _by(size: int, items: list[str]) -> list[list[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
