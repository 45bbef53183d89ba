"""`overrides:` and `resources:`: what is said about them, and what becomes of them."""

from __future__ import annotations

import pytest

from provisioner.errors import SpecError
from provisioner.examine import examine
from provisioner.spec.load import load_text
from tests.support.blueprints import at, shop, wanted

HEAD = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-2]}
services: {app: {image: nginx}}
"""
CASES: dict[str, tuple[str, list[str]]] = {
    "an address that nothing has": (
        "overrides: {ecs.service/ap: {desiredCount: 1}}",
        ["4:13: nothing has this address; did you mean `ecs.service/app`?"],
    ),
    "a property that the kind has not": (
        "overrides: {ecs.service/app: {desiredCout: 1}}",
        ["4:44: ecs.service has no property desiredCout; did you mean `desiredCount`?"],
    ),
    "a field that AWS does not know": (
        "overrides:\n  ecs.service/app:\n"
        "    networkConfiguration: {awsvpcConfiguration: {subnetz: [a]}}",
        [
            '6:59: Unknown parameter in networkConfiguration.awsvpcConfiguration: "subnetz",'
            " must be one of: subnets, securityGroups, assignPublicIp"
        ],
    ),
    "a value of the wrong type": (
        "overrides: {ecs.service/app: {desiredCount: many}}",
        [
            "4:45: Invalid type for parameter desiredCount, value: many, type: <class 'str'>,"
            " valid types: <class 'int'>"
        ],
    ),
    "a null for what AWS never takes away": (
        "overrides: {ecs.service/app: {propagateTags: null}}",
        [
            "4:46: Invalid null for parameter propagateTags: AWS changes it and never takes it"
            " away; write the value that it is to have"
        ],
    ),
    "a null further down": (
        "overrides:\n  ecs.cluster/main:\n    settings: {containerInsights: null}\n",
        [
            "6:35: Invalid null for parameter settings.containerInsights: AWS changes it and never"
            " takes it away; write the value that it is to have"
        ],
    ),
    "a null for a whole mapping": (
        "overrides: {ecs.cluster/main: {settings: null}}",
        [
            "4:42: Invalid null for parameter settings: AWS changes it and never takes it away;"
            " write the value that it is to have"
        ],
    ),
    "a kind that is not there": (
        "resources: {logs.log_grup/x: {logGroupName: /x}}",
        ["4:13: there is no kind logs.log_grup; did you mean `logs.log_group`?"],
    ),
    "what the spec makes already": (
        "resources: {logs.log_group/app: {logGroupName: /x}}",
        ["4:13: the spec makes this already; change it under `overrides:`"],
    ),
    "what cannot stand alone": (
        "resources: {elbv2.rule_priorities/x: {Priorities: []}}",
        ["4:13: comes and goes with its elbv2.listener; it cannot be made alone"],
    ),
    "a reference that leads nowhere": (
        "overrides: {ecs.service/app: {taskDefinition: '${ecs.task_definition/ap.Arn}'}}",
        [
            "4:47: nothing has the address ecs.task_definition/ap;"
            " did you mean `ecs.task_definition/app`?"
        ],
    ),
    "a reference that makes no sense": (
        "resources: {logs.log_group/x: {logGroupName: '${ecs.service/app.Name}'}}",
        ["4:13: logs.log_group cannot refer to ecs.service"],
    ),
    "what is missing": (
        "resources: {logs.log_group/x: {retentionInDays: 5}}",
        ['4:13: Missing required parameter in input: "logGroupName"'],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_said_where_it_stands(name: str) -> None:
    body, lines = CASES[name]
    with pytest.raises(SpecError) as caught:
        examine(load_text(HEAD + body, "f", environ={}))
    found = [f"{one.line}:{one.column}: {one.message}" for one in caught.value.problems]
    assert found == lines


def test_mappings_merge_and_named_items_merge_by_name() -> None:
    blueprint = shop(
        "services: {app: {image: nginx:1}}\noverrides:\n  ecs.task_definition/app:\n"
        "    containerDefinitions: [{name: shop-app, interactive: true}]\n"
        "  ecs.service/app:\n    deploymentConfiguration: {maximumPercent: 150}\n",
        balancer="",
    )
    (container,) = wanted(blueprint, "ecs.task_definition/app")["containerDefinitions"]
    assert (container["interactive"], container["image"]) == (True, "nginx:1")
    rollout = wanted(blueprint, "ecs.service/app")["deploymentConfiguration"]
    assert (rollout["maximumPercent"], rollout["minimumHealthyPercent"]) == (150, 100)


def test_a_raw_resource_refers_to_others_and_carries_the_stacks_tags() -> None:
    blueprint = shop(
        "tags: {team: oak}\nservices: {app: {image: nginx:1}}\nresources:\n"
        "  ec2.security_group_rule/more:\n"
        "    GroupId: ${ec2.security_group/app.Id}\n    IsEgress: false\n"
        "    IpProtocol: tcp\n    FromPort: 22\n    ToPort: 22\n"
        "    CidrIpv4: 10.0.0.0/8\n",
        balancer="",
    )
    made = at(blueprint, "ec2.security_group_rule/more")
    assert str(made.properties["GroupId"]) == "${ec2.security_group/app.Id}"
    assert made.tags == {"team": "oak"}


def test_a_role_says_which_regions_stack_it_belongs_to() -> None:
    blueprint = shop(
        "services: {app: {image: nginx:1}}\nresources:\n  iam.role/more:\n"
        "    RoleName: shop-more\n    AssumeRolePolicyDocument: {Statement: []}\n",
        balancer="",
    )
    assert at(blueprint, "iam.role/more").tags["provisioner:region"] == "eu-west-1"
