"""What Elastic Load Balancing and EC2 do and refuse."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws, forward

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"


@behaviour(
    "ELB API: DeleteLoadBalancer",
    "A load balancer with deletion protection is not deleted",
    "deletes it",
)
def test_deletion_protection_protects(aws: Aws) -> None:
    arn = aws.balancer()
    for value in ("true", "false"):
        attributes = [{"Key": "deletion_protection.enabled", "Value": value}]
        aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)
        if value == "true":
            aws.refused(
                "OperationNotPermitted", aws.elbv2.delete_load_balancer, LoadBalancerArn=arn
            )
    aws.elbv2.delete_load_balancer(LoadBalancerArn=arn)


@pytest.mark.parametrize("name", ["-web", "web-", "internal-web", "w" * 33, "we_b"])
@behaviour(
    "ELB API: CreateLoadBalancer",
    "Names have 32 letters, digits and inner hyphens, and no internal- before",
    "checks the length only",
)
def test_names_are_checked(aws: Aws, name: str) -> None:
    aws.refused("ValidationError", aws.balancer, Name=name)
    aws.refused("ValidationError", aws.group, name=name)


@behaviour("ELB API: CreateLoadBalancer", "A load balancer needs subnets in two zones", ACCEPTED)
def test_one_zone_is_too_few(aws: Aws) -> None:
    aws.refused("InvalidConfigurationRequest", aws.balancer, Subnets=aws.subnets()[:1])


@behaviour("ELB API: CreateLoadBalancer", "A load balancer takes one subnet of a zone", ACCEPTED)
def test_two_subnets_of_a_zone_are_too_many(aws: Aws) -> None:
    both = [*aws.subnets(), aws.subnets("private")[0]]
    assert "same Availability Zone" in aws.refused(
        "InvalidConfigurationRequest", aws.balancer, Subnets=both
    )


@behaviour(
    "ELB API: CreateLoadBalancer",
    "A load balancer's security groups exist",
    "fails with an internal error",
)
def test_unknown_security_groups_are_refused(aws: Aws) -> None:
    aws.refused("InvalidSecurityGroup", aws.balancer, SecurityGroups=["sg-0123456789abcdef0"])


@behaviour(
    "ELB API: CreateLoadBalancer",
    "A load balancer's subnets exist: SubnetNotFound",
    "has EC2's word for it",
)
def test_unknown_subnets_are_refused(aws: Aws) -> None:
    both = [aws.subnets()[0], "subnet-0123456789abcdef0"]
    aws.refused("SubnetNotFound", aws.balancer, Subnets=both)
    mapped = [{"SubnetId": each} for each in both]
    create = aws.elbv2.create_load_balancer
    aws.refused("SubnetNotFound", create, Name="web", SubnetMappings=mapped)


@behaviour("ELB API: SetSubnets", "New subnets exist: SubnetNotFound", "refuses, too")
def test_unknown_subnets_are_not_set(aws: Aws) -> None:
    both = [aws.subnets()[0], "subnet-0123456789abcdef0"]
    request = {"LoadBalancerArn": aws.balancer(), "Subnets": both}
    aws.refused("SubnetNotFound", aws.elbv2.set_subnets, **request)


@behaviour("ELB API: DeleteRule", "A listener's default rule is not deleted", "fails")
def test_a_default_rule_is_not_deleted(aws: Aws) -> None:
    group = aws.group()
    listener = aws.listener(aws.balancer(), group)
    rule = aws.rule(listener, group, 1)
    default = default_rule(aws, listener)
    aws.refused("OperationNotPermitted", aws.elbv2.delete_rule, RuleArn=default)
    aws.elbv2.delete_rule(RuleArn=rule)


@behaviour("ELB API: SetRulePriorities", "A default rule keeps its place", "updates it")
def test_a_default_rule_is_not_reordered(aws: Aws) -> None:
    default = default_rule(aws, aws.listener(aws.balancer(), aws.group()))
    priorities = [{"RuleArn": default, "Priority": 7}]
    change = aws.elbv2.set_rule_priorities
    aws.refused("OperationNotPermitted", change, RulePriorities=priorities)


def default_rule(aws: Aws, listener: str) -> str:
    rules = aws.elbv2.describe_rules(ListenerArn=listener)["Rules"]
    return next(str(each["RuleArn"]) for each in rules if each["IsDefault"])


@behaviour("ELB API: ModifyListener", "A port has one listener: DuplicateListener", ACCEPTED)
def test_a_listener_does_not_move_to_a_port_in_use(aws: Aws) -> None:
    balancer, group = aws.balancer(), aws.group()
    aws.listener(balancer, group)
    other, change = aws.listener(balancer, group, port=81), aws.elbv2.modify_listener
    aws.refused("DuplicateListener", change, ListenerArn=other, Port=80)
    for port in (81, 82):
        change(ListenerArn=other, Port=port)


@behaviour(
    "ELB API: LoadBalancerState",
    "A new load balancer is provisioning for minutes",
    "until it is described once",
)
def test_a_load_balancer_is_provisioned_first(aws: Aws) -> None:
    aws.balancer()
    for seconds, state in ((0, "provisioning"), (60, "provisioning"), (60, "active")):
        aws.advance(seconds)
        (found,) = aws.elbv2.describe_load_balancers(Names=["web"])["LoadBalancers"]
        assert found["State"]["Code"] == state
    aws.elbv2.get_waiter("load_balancer_available").wait(Names=["web"])


@behaviour(
    "ELB API: CreateLoadBalancer",
    "Repeating a CreateLoadBalancer, -TargetGroup or -Listener returns the first",
    "refuses, or makes another",
)
def test_repeated_creates_return_the_first(aws: Aws) -> None:
    assert aws.balancer() == aws.balancer()
    assert aws.group() == aws.group()
    assert aws.listener(aws.balancer(), aws.group()) == aws.listener(aws.balancer(), aws.group())


@behaviour(
    "ELB API: CreateLoadBalancer",
    "Repeating one with other settings is refused as a duplicate",
    "refuses the target group only",
)
def test_creates_that_differ_are_duplicates(aws: Aws) -> None:
    balancer, group = aws.balancer(), aws.group()
    aws.listener(balancer, group)
    aws.refused("DuplicateLoadBalancerName", aws.balancer, Scheme="internal")
    aws.refused("DuplicateTargetGroupName", aws.group, Port=81)
    other = aws.group("other")
    aws.refused("DuplicateListener", aws.listener, balancer=balancer, group=other)


@behaviour(
    "ELB API: CreateTargetGroup",
    "A health check's timeout is smaller than its interval",
    "refuses, too",
)
def test_a_timeout_is_smaller_than_the_interval(aws: Aws) -> None:
    aws.refused(
        "ValidationError", aws.group, HealthCheckIntervalSeconds=10, HealthCheckTimeoutSeconds=10
    )


@behaviour(
    "ELB API: DeleteTargetGroup",
    "A target group that a rule forwards to is not deleted",
    "refuses, too",
)
def test_a_target_group_in_use_is_not_deleted(aws: Aws) -> None:
    group = aws.group()
    listener = aws.listener(aws.balancer(), group)
    aws.refused("ResourceInUse", aws.elbv2.delete_target_group, TargetGroupArn=group)
    aws.elbv2.delete_listener(ListenerArn=listener)
    aws.elbv2.delete_target_group(TargetGroupArn=group)


@behaviour("ELB API: CreateListener", "A target group serves one load balancer", ACCEPTED)
def test_a_target_group_serves_one_load_balancer(aws: Aws) -> None:
    group = aws.group()
    aws.listener(aws.balancer(), group)
    other = aws.balancer(Name="other")
    aws.refused("TargetGroupAssociationLimit", aws.listener, balancer=other, group=group)
    aws.rule(aws.listener(aws.balancer(), group), group, 1)


@behaviour("ELB API: CreateListener", "An HTTPS listener needs a certificate", ACCEPTED)
def test_a_listener_without_certificate_is_refused(aws: Aws) -> None:
    request = {"LoadBalancerArn": aws.balancer(), "Port": 443, "Protocol": "HTTPS"}
    aws.refused(
        "ValidationError",
        aws.elbv2.create_listener,
        **request,
        DefaultActions=[forward(aws.group())],
    )


@behaviour(
    "planx-new#1051", "A listener of HTTP has no certificate and no security policy", ACCEPTED
)
def test_a_plain_listener_encrypts_nothing(aws: Aws) -> None:
    group = aws.group()
    listener = {"ListenerArn": aws.listener(balancer := aws.balancer(), group)}
    policy = {"SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}
    request = {"LoadBalancerArn": balancer, "Port": 81, "DefaultActions": [forward(group)]}
    create, change = aws.elbv2.create_listener, aws.elbv2.modify_listener
    words = aws.refused("ValidationError", create, **request, Protocol="HTTP", **policy)
    assert words == "An SSL policy cannot be specifed for HTTP listeners"
    aws.refused("ValidationError", change, **listener, **policy)
    some = {"Certificates": [{"CertificateArn": CERTIFICATE}]}
    words = aws.refused("ValidationError", change, **listener, **some)
    assert words == "A certificate cannot be specified for HTTP listeners"
    aws.refused("ValidationError", aws.elbv2.add_listener_certificates, **listener, **some)


@behaviour(
    "ELB API: CreateRule",
    "An application load balancer forwards to groups of HTTP and HTTPS: IncompatibleProtocols",
    ACCEPTED,
)
def test_protocols_fit(aws: Aws) -> None:
    group, other = aws.group(), aws.group("other", Protocol="TCP")
    listener = aws.listener(aws.balancer(), group)
    request = {"listener": listener, "group": other, "priority": 1}
    aws.refused("IncompatibleProtocols", aws.rule, **request)
    change = aws.elbv2.modify_listener
    aws.refused(
        "IncompatibleProtocols", change, ListenerArn=listener, DefaultActions=[forward(other)]
    )


@behaviour(
    "ELB API: SetSecurityGroups",
    "A load balancer, its subnets, security groups and target groups are of one VPC",
    ACCEPTED,
)
def test_a_load_balancer_is_in_one_vpc(aws: Aws) -> None:
    other = aws.ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    zone = {"VpcId": other, "CidrBlock": "10.99.0.0/24", "AvailabilityZone": "eu-west-1b"}
    subnet = aws.ec2.create_subnet(**zone)["Subnet"]["SubnetId"]
    group = aws.ec2.create_security_group(GroupName="o", Description="o", VpcId=other)["GroupId"]
    first = aws.ec2.describe_subnets(SubnetIds=aws.subnets())["Subnets"]
    near = next(s["SubnetId"] for s in first if s["AvailabilityZone"] != "eu-west-1b")
    code = "InvalidConfigurationRequest"
    aws.refused(code, aws.balancer, Subnets=[near, subnet])
    aws.refused(code, aws.balancer, SecurityGroups=[group])
    arn = aws.balancer()
    aws.refused(code, aws.elbv2.set_subnets, LoadBalancerArn=arn, Subnets=[near, subnet])
    change = aws.elbv2.set_security_groups
    aws.refused(code, change, LoadBalancerArn=arn, SecurityGroups=[group])
    stranger, own = aws.group("stranger", VpcId=other), aws.group()
    aws.refused(code, aws.listener, balancer=arn, group=stranger)
    listener = aws.listener(arn, own)
    aws.refused(code, aws.rule, listener=listener, group=stranger, priority=1)


@behaviour(
    "ELB API: DescribeTags", "One that is not there fails DescribeTags for all", "says it has none"
)
def test_tags_are_of_what_is_there(aws: Aws) -> None:
    group, other = aws.group(), aws.group("other")
    aws.elbv2.delete_target_group(TargetGroupArn=other)
    describe = aws.elbv2.describe_tags
    aws.refused("TargetGroupNotFound", describe, ResourceArns=[group, other])
    listener = aws.listener(aws.balancer(), group)
    rule = aws.rule(listener, group, 1)
    describe(ResourceArns=[group, listener, rule])
    aws.elbv2.delete_rule(RuleArn=rule)
    aws.refused("RuleNotFound", describe, ResourceArns=[rule])


@behaviour("ELB API: DeleteRule", "A rule is deleted once: RuleNotFound", ACCEPTED)
def test_a_rule_is_deleted_once(aws: Aws) -> None:
    group = aws.group()
    rule = aws.rule(aws.listener(aws.balancer(), group), group, 1)
    aws.elbv2.delete_rule(RuleArn=rule)
    aws.refused("RuleNotFound", aws.elbv2.delete_rule, RuleArn=rule)


@behaviour("ELB API: CreateRule", "A priority is given once", "accepts 50,001")
def test_a_priority_in_use_is_refused(aws: Aws) -> None:
    group = aws.group()
    listener = aws.listener(aws.balancer(), group)
    aws.rule(listener, group, 1)
    aws.refused("PriorityInUse", aws.rule, listener=listener, group=group, priority=1, path="/b")
    aws.refused("ValidationError", aws.rule, listener=listener, group=group, priority=50_001)


@behaviour(
    "ELB API: SetRulePriorities",
    "Two priorities are swapped in one SetRulePriorities",
    "raises PriorityInUse",
)
def test_priorities_are_swapped(aws: Aws) -> None:
    group = aws.group()
    listener = aws.listener(aws.balancer(), group)
    rules = [aws.rule(listener, group, each, f"/{each}") for each in (1, 2)]
    swapped = [{"RuleArn": arn, "Priority": each} for arn, each in zip(rules, (2, 1), strict=True)]
    aws.elbv2.set_rule_priorities(RulePriorities=swapped)
    assert [each["RuleArn"] for each in aws.elbv2.describe_rules(ListenerArn=listener)["Rules"]][
        :2
    ] == rules[::-1]


@behaviour(
    "ALB guide: load-balancer-limits",
    "A rule has at most five condition values",
    "refuses two, too",
)
def test_a_rule_has_five_values(aws: Aws) -> None:
    group = aws.group()
    listener = aws.listener(aws.balancer(), group)
    values = [f"/{number}" for number in range(6)]
    conditions = [{"Field": "path-pattern", "Values": values}]
    request = {"ListenerArn": listener, "Priority": 1, "Conditions": conditions}
    aws.refused("ValidationError", aws.elbv2.create_rule, **request, Actions=[forward(group)])


@behaviour("aws-load-balancer-controller#4306", "The values of a condition are unique", ACCEPTED)
def test_values_of_conditions_are_unique(aws: Aws) -> None:
    twice = {"HostHeaderConfig": {"Values": ["a.example.com", "a.example.com"]}}
    words = aws.refused("ValidationError", aws.elbv2.create_rule, **rule(aws, twice))
    assert words == "Condition values must be unique"


@behaviour("ack community#2759", "A condition has its values in one of the two places", ACCEPTED)
def test_values_of_conditions_are_in_one_place(aws: Aws) -> None:
    both = {"Values": ["a.example.com"], "HostHeaderConfig": {"Values": ["a.example.com"]}}
    words = aws.refused("ValidationError", aws.elbv2.create_rule, **rule(aws, both))
    assert words == (
        "You cannot provide both Values and 'HostHeaderConfig' for a condition of type"
        " 'host-header'"
    )


def rule(aws: Aws, condition: dict[str, Any]) -> dict[str, Any]:
    """Return what CreateRule is asked for a condition on the host."""
    group = aws.group()
    return {
        "ListenerArn": aws.listener(aws.balancer(), group),
        "Priority": 1,
        "Conditions": [{"Field": "host-header", **condition}],
        "Actions": [forward(group)],
    }


@behaviour("ELB API: Action", "A forward is shown in both its forms", "shows what was sent")
def test_a_forward_is_shown_in_both_forms(aws: Aws) -> None:
    group = aws.group()
    arn = aws.listener(aws.balancer(), group)
    (listener,) = aws.elbv2.describe_listeners(ListenerArns=[arn])["Listeners"]
    (action,) = listener["DefaultActions"]
    assert (
        action["TargetGroupArn"]
        == action["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]
        == group
    )
    assert "SslPolicy" not in listener


@behaviour(
    "terraform-provider-aws#1671",
    "A deleted load balancer's network interfaces stay for minutes and hold its groups",
    "has none",
)
def test_interfaces_of_a_load_balancer_linger(aws: Aws) -> None:
    group = aws.security_group()
    arn = aws.balancer(SecurityGroups=[group])
    aws.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    aws.refused("DependencyViolation", aws.ec2.delete_security_group, GroupId=group)
    aws.advance(61)
    aws.ec2.delete_security_group(GroupId=group)


@behaviour(
    "ELB API: DeleteLoadBalancer", "Deleting a load balancer that is gone succeeds", "succeeds, too"
)
def test_deleting_what_is_gone_succeeds(aws: Aws) -> None:
    arn = aws.balancer()
    for _ in range(2):
        aws.elbv2.delete_load_balancer(LoadBalancerArn=arn)


@behaviour(
    "API_DeleteLoadBalancer", "Only the ARN of a load balancer deletes one", "ignores any other"
)
def test_another_arn_deletes_no_load_balancer(aws: Aws) -> None:
    delete = aws.elbv2.delete_load_balancer
    assert "not a valid load balancer ARN" in aws.refused(
        "ValidationError", delete, LoadBalancerArn=aws.group()
    )


@behaviour(
    "terraform-provider-aws#265",
    "A security group that another one's rule names is not deleted",
    "deletes it",
)
def test_a_referenced_security_group_is_not_deleted(aws: Aws) -> None:
    one, other = aws.security_group("one"), aws.security_group("other")
    allowed = [
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": one}]}
    ]
    aws.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=allowed)
    aws.refused("DependencyViolation", aws.ec2.delete_security_group, GroupId=one)
    aws.ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=allowed)
    aws.ec2.delete_security_group(GroupId=one)


@behaviour(
    "VPC guide: default-security-group", "The default security group is not deleted", "deletes it"
)
def test_the_default_group_stays(aws: Aws) -> None:
    filters = [
        {"Name": "group-name", "Values": ["default"]},
        {"Name": "vpc-id", "Values": [aws.vpc()]},
    ]
    (group,) = aws.ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    aws.refused("CannotDelete", aws.ec2.delete_security_group, GroupId=group["GroupId"])


@behaviour(
    "EC2 API: DeleteSecurityGroup",
    "A name stands for a security group of the default VPC only",
    "fails with an internal error",
)
def test_a_group_of_another_vpc_has_no_name(aws: Aws) -> None:
    aws.security_group("web")
    gone = aws.ec2.delete_security_group
    aws.refused("InvalidGroup.NotFound", gone, GroupName="web")
    aws.refused("CannotDelete", gone, GroupName="default")


@behaviour(
    "EC2 API: CreateSecurityGroup",
    "Names of security groups differ in more than case, and are not like ids",
    "compares exactly",
)
def test_security_group_names_are_checked(aws: Aws) -> None:
    aws.security_group("web")
    aws.refused("InvalidGroup.Duplicate", aws.security_group, name="WEB")
    aws.refused("InvalidParameterValue", aws.security_group, name="sg-web")


@behaviour(
    "EC2 API: errors-overview",
    "A rule that is there already is refused as a duplicate",
    "refuses, too",
)
def test_a_rule_is_authorized_once(aws: Aws) -> None:
    allowed = [
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ]
    request = {"GroupId": aws.security_group(), "IpPermissions": allowed}
    aws.ec2.authorize_security_group_ingress(**request)
    aws.refused("InvalidPermission.Duplicate", aws.ec2.authorize_security_group_ingress, **request)


@behaviour(
    "EC2 API: IpPermission",
    "A rule of a security group has a protocol, ports and a description of EC2's",
    "accepts any",
)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"FromPort": 90}, "Invalid TCP/UDP port range (90:80)"),
        ({"ToPort": 65_536}, "TCP/UDP port (65536) out of range"),
        ({"IpProtocol": "http"}, "Invalid value 'http' for IP protocol. Unknown protocol."),
        ({"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "café"}]}, "Invalid rule descr"),
    ],
    ids=["order", "port", "protocol", "description"],
)
def test_permissions_are_checked(aws: Aws, change: dict[str, Any], words: str) -> None:
    group, authorize = aws.security_group(), aws.ec2.authorize_security_group_ingress
    plain = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    asked = {**plain, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], **change}
    said = aws.refused("InvalidParameterValue", authorize, GroupId=group, IpPermissions=[asked])
    assert said.startswith(words)
