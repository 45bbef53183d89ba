"""What WAF does and refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Aws

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
SEEN = {
    "SampledRequestsEnabled": True,
    "CloudWatchMetricsEnabled": True,
    "MetricName": "web",
}


def rule(name: str, statement: dict[str, Any], priority: int = 0, **change: Any) -> dict[str, Any]:
    group = {"ManagedRuleGroupStatement", "RuleGroupReferenceStatement"} & statement.keys()
    action: dict[str, Any] = (
        {"OverrideAction": {"None": {}}} if group else {"Action": {"Block": {}}}
    )
    given = {"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": SEEN}
    return {**given, **action, **change}


def managed(name: str = "AWSManagedRulesCommonRuleSet") -> dict[str, Any]:
    return {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}


def matching(arn: str) -> dict[str, Any]:
    return {"IPSetReferenceStatement": {"ARN": arn}}


class Firewall:
    """WAF, and one thing of each kind, called `web`."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.waf = aws, aws.client("wafv2")
        self.of = {"Name": "web", "Scope": "REGIONAL"}

    def acl(self, *rules: dict[str, Any], **request: Any) -> dict[str, Any]:
        settings = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN}
        request = {**self.of, **settings, "Rules": list(rules), **request}
        made: dict[str, Any] = self.waf.create_web_acl(**request)["Summary"]
        return made

    def addresses(self, *addresses: str, **request: Any) -> dict[str, Any]:
        request = {**self.of, "IPAddressVersion": "IPV4", "Addresses": list(addresses), **request}
        made: dict[str, Any] = self.waf.create_ip_set(**request)["Summary"]
        return made

    def found(self, acl: dict[str, Any]) -> dict[str, Any]:
        answer = self.waf.get_web_acl(**self.of, Id=acl["Id"])
        return {**answer["WebACL"], "LockToken": answer["LockToken"]}

    def key(self, found: dict[str, Any]) -> dict[str, Any]:
        return {**self.of, "Id": found["Id"], "LockToken": found["LockToken"]}

    def associated(self, balancer: str) -> str | None:
        found = self.waf.get_web_acl_for_resource(ResourceArn=balancer).get("WebACL") or {}
        name: str | None = found.get("Name")
        return name


@pytest.fixture
def fire(aws: Aws) -> Firewall:
    return Firewall(aws)


def active(aws: Aws) -> str:
    balancer = aws.balancer()
    aws.advance(200)
    return balancer


@behaviour(
    "WAF API: CreateWebACL",
    "Names of web ACLs and IP sets are given once",
    "refuses with another code",
)
def test_names_are_given_once(aws: Aws, fire: Firewall) -> None:
    fire.acl()
    aws.refused("WAFDuplicateItemException", fire.acl)
    fire.addresses("10.0.0.0/8")
    aws.refused("WAFDuplicateItemException", fire.addresses, Addresses=[])


@behaviour(
    "WAF API: UpdateWebACL", "A lock token that is not fresh changes nothing", "refuses, too"
)
def test_a_stale_token_is_refused(aws: Aws, fire: Firewall) -> None:
    old = fire.acl()
    request = {"DefaultAction": {"Block": {}}, "VisibilityConfig": SEEN}
    fire.waf.update_web_acl(**fire.key(old), **request)
    aws.refused("WAFOptimisticLockException", fire.waf.update_web_acl, **fire.key(old), **request)
    aws.refused("WAFOptimisticLockException", fire.waf.delete_web_acl, **fire.key(old))


@behaviour("WAF API: UpdateWebACL", "UpdateWebACL replaces all of it", "keeps what is left out")
def test_an_update_replaces_everything(fire: Firewall) -> None:
    made = fire.acl(rule("a", managed()), Description="d", TokenDomains=["example.com"])
    settings = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN}
    fire.waf.update_web_acl(**fire.key(made), **settings)
    found = fire.found(made)
    assert (found["Rules"], found["Description"], found.get("TokenDomains")) == ([], "", None)
    assert found["Capacity"] == 0


@behaviour(
    "WAF API: DeleteWebACL", "A web ACL that protects something is not deleted", "deletes it"
)
def test_an_associated_web_acl_is_not_deleted(aws: Aws, fire: Firewall) -> None:
    acl, balancer = fire.acl(), active(aws)
    fire.waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
    aws.refused("WAFAssociatedItemException", fire.waf.delete_web_acl, **fire.key(acl))
    fire.waf.disassociate_web_acl(ResourceArn=balancer)
    fire.waf.delete_web_acl(**fire.key(acl))


@behaviour(
    "WAF guide: web-acl-associating-aws-resource",
    "A resource has one web ACL: another takes its place",
    "keeps the first",
)
def test_a_resource_has_one_web_acl(aws: Aws, fire: Firewall) -> None:
    balancer = active(aws)
    for name in ("one", "two"):
        acl = fire.acl(Name=name)
        fire.waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
        assert fire.associated(balancer) == name


@behaviour(
    "WAF API: ListResourcesForWebACL", "A web ACL tells what it protects", "has no such operation"
)
def test_a_web_acl_lists_its_resources(aws: Aws, fire: Firewall) -> None:
    acl, balancer = fire.acl(), active(aws)
    fire.waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
    for kind, wanted in (("APPLICATION_LOAD_BALANCER", [balancer]), ("API_GATEWAY", [])):
        found = fire.waf.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType=kind)
        assert found["ResourceArns"] == wanted


@behaviour(
    "ELB API: DeleteLoadBalancer",
    "A deleted load balancer is protected no more",
    "keeps the association",
)
def test_a_deleted_balancer_frees_its_web_acl(aws: Aws, fire: Firewall) -> None:
    acl, balancer = fire.acl(), active(aws)
    fire.waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=balancer)
    aws.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    assert fire.associated(balancer) is None


@behaviour("WAF API: AssociateWebACL", "Only what is there is associated", "accepts any resource")
def test_what_is_not_there_is_not_associated(aws: Aws, fire: Firewall) -> None:
    acl, balancer = fire.acl(), active(aws)
    for change in ({"ResourceArn": f"{balancer}0"}, {"WebACLArn": f"{acl['ARN']}0"}):
        request = {"WebACLArn": acl["ARN"], "ResourceArn": balancer, **change}
        aws.refused("WAFNonexistentItemException", fire.waf.associate_web_acl, **request)


@behaviour(
    "aws-load-balancer-controller#2022",
    "A load balancer that is provisioning is not protected",
    ACCEPTED,
)
def test_a_new_balancer_is_not_associated(aws: Aws, fire: Firewall) -> None:
    request = {"WebACLArn": fire.acl()["ARN"], "ResourceArn": aws.balancer()}
    aws.refused("WAFNonexistentItemException", fire.waf.associate_web_acl, **request)


@behaviour("terraform-provider-aws#17527", "A new web ACL protects nothing for a minute", ACCEPTED)
def test_a_new_web_acl_is_unavailable(
    adjust: Callable[..., None], aws: Aws, fire: Firewall
) -> None:
    balancer = active(aws)
    adjust(consistency=True)
    acl = fire.acl()
    request = {"WebACLArn": acl["ARN"], "ResourceArn": balancer}
    aws.refused("WAFUnavailableEntityException", fire.waf.associate_web_acl, **request)
    aws.advance(61)
    fire.waf.associate_web_acl(**request)
    fire.waf.disassociate_web_acl(ResourceArn=balancer)
    aws.refused("WAFAssociatedItemException", fire.waf.delete_web_acl, **fire.key(acl))
    aws.advance(31)
    fire.waf.delete_web_acl(**fire.key(acl))


@behaviour("WAF API: CreateWebACL", "An IP set that a rule names is there", ACCEPTED)
def test_referenced_sets_are_there(aws: Aws, fire: Firewall) -> None:
    arn = fire.addresses()["ARN"]
    either = {"OrStatement": {"Statements": [matching(arn), matching(f"{arn}0")]}}
    aws.refused("WAFNonexistentItemException", fire.acl, Rules=[rule("a", either)])


@behaviour("WAF API: DeleteIPSet", "An IP set that a rule names is not deleted", "deletes it")
def test_a_referenced_set_is_not_deleted(aws: Aws, fire: Firewall) -> None:
    addresses = fire.addresses("10.0.0.0/8")
    acl = fire.acl(rule("a", {"NotStatement": {"Statement": matching(addresses["ARN"])}}))
    aws.refused("WAFAssociatedItemException", fire.waf.delete_ip_set, **fire.key(addresses))
    fire.waf.delete_web_acl(**fire.key(acl))
    fire.waf.delete_ip_set(**fire.key(addresses))


@pytest.mark.parametrize("address", ["10.0.0.1", "0.0.0.0/0", "::1/128", "somewhere"])
@behaviour(
    "WAF API: CreateIPSet", "Addresses of an IP set are ranges of its version, none is /0", ACCEPTED
)
def test_addresses_are_checked(aws: Aws, fire: Firewall, address: str) -> None:
    aws.refused("WAFInvalidParameterException", fire.addresses, Addresses=[address])


@behaviour("WAF API: Rule", "Rules of a web ACL have names and priorities of their own", ACCEPTED)
def test_rules_are_distinct(aws: Aws, fire: Firewall) -> None:
    one, two = rule("a", managed()), rule("b", managed("AWSManagedRulesLinuxRuleSet"))
    for second in (two, {**two, "Name": "a", "Priority": 1}):
        aws.refused("WAFInvalidParameterException", fire.acl, Rules=[one, second])


@behaviour("WAF API: Rule", "Rule groups have an OverrideAction, other rules an Action", ACCEPTED)
def test_groups_are_overridden(aws: Aws, fire: Firewall) -> None:
    given = rule("a", managed())
    action: dict[str, Any] = {"Action": {"Block": {}}}
    del given["OverrideAction"]
    for wrong in (given, given | action, given | action | {"OverrideAction": {"None": {}}}):
        aws.refused("WAFInvalidParameterException", fire.acl, Rules=[wrong])


@behaviour("terraform-aws-wafv2#23", "A rule group of AWS's is one that AWS has", ACCEPTED)
def test_managed_groups_are_known(aws: Aws, fire: Firewall) -> None:
    rules = [rule("a", managed("AWSManagedRulesMyOwn"))]
    words = aws.refused("WAFNonexistentItemException", fire.acl, Rules=rules)
    assert "AWSManagedRulesMyOwn by vendor AWS does not exist" in words
    groups = fire.waf.list_available_managed_rule_groups(Scope="REGIONAL")["ManagedRuleGroups"]
    assert "AWSManagedRulesCommonRuleSet" in {each["Name"] for each in groups}


@behaviour("WAF API: CheckCapacity", "CheckCapacity tells what rules cost", "has no such operation")
def test_capacity_is_told(fire: Firewall) -> None:
    rules = [rule("a", managed()), rule("b", {"GeoMatchStatement": {"CountryCodes": ["CH"]}}, 1)]
    told = fire.waf.check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"]
    assert told == 701
    assert fire.found(fire.acl(*rules))["Capacity"] == told


@behaviour("WAF guide: limits", "Rules of a web ACL cost at most 5,000 units", ACCEPTED)
def test_capacity_is_limited(aws: Aws, fire: Firewall) -> None:
    rules = [rule(f"r{each}", managed(), each) for each in range(8)]
    aws.refused("WAFLimitsExceededException", fire.acl, Rules=rules)


@behaviour(
    "WAF API: RateBasedStatement",
    "A rate is counted over 300 s unless it is told",
    "shows what was sent",
)
def test_rates_have_a_window(fire: Firewall) -> None:
    rate = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}
    (found,) = fire.found(fire.acl(rule("rate", rate)))["Rules"]
    assert found["Statement"]["RateBasedStatement"]["EvaluationWindowSec"] == 300


@behaviour(
    "WAF API: LoggingConfiguration",
    "Logs go to one place, called aws-waf-logs-…, that is there",
    ACCEPTED,
)
def test_logs_need_a_place(aws: Aws, fire: Firewall) -> None:
    group = "arn:aws:logs:eu-west-1:123456789012:log-group:"
    acl = fire.acl()
    logging: dict[str, Any] = {
        "ResourceArn": acl["ARN"],
        "LogDestinationConfigs": [f"{group}aws-waf-logs-web"],
        "RedactedFields": [{"SingleHeader": {"Name": "cookie"}}],
    }
    for code, change in (
        ("WAFInvalidParameterException", {"LogDestinationConfigs": [f"{group}web"]}),
        ("WAFNonexistentItemException", {"ResourceArn": f"{acl['ARN']}0"}),
        ("WAFLogDestinationPermissionIssueException", {}),
    ):
        request = {"LoggingConfiguration": {**logging, **change}}
        aws.refused(code, fire.waf.put_logging_configuration, **request)
    aws.logs.create_log_group(logGroupName="aws-waf-logs-web")
    fire.waf.put_logging_configuration(LoggingConfiguration=logging)
    found = fire.waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    assert {name: found[name] for name in logging} == logging


@behaviour(
    "WAF API: LoggingConfiguration", "A web ACL takes its logging along", "keeps the configuration"
)
def test_logging_goes_with_its_web_acl(aws: Aws, fire: Firewall) -> None:
    acl = fire.acl()
    aws.logs.create_log_group(logGroupName="aws-waf-logs-web")
    place = "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-web"
    logging = {"ResourceArn": acl["ARN"], "LogDestinationConfigs": [place]}
    fire.waf.put_logging_configuration(LoggingConfiguration=logging)
    fire.waf.delete_web_acl(**fire.key(acl))
    assert fire.waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"] == []


@behaviour(
    "Tagging API: supported-services",
    "Web ACLs and IP sets are in the tag index",
    "does not know them",
)
def test_firewalls_are_in_the_index(aws: Aws, fire: Firewall) -> None:
    tags = [{"Key": "stack", "Value": "web"}]
    wanted = {fire.acl(Tags=tags)["ARN"], fire.addresses(Tags=tags)["ARN"]}
    index = aws.client("resourcegroupstaggingapi")
    found = index.get_resources(TagFilters=[{"Key": "stack"}], ResourceTypeFilters=["wafv2"])
    assert {each["ResourceARN"] for each in found["ResourceTagMappingList"]} == wanted
