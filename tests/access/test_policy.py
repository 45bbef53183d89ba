"""What a policy says: names, tags, sizes."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from provisioner.access.policy import policies
from provisioner.engine.grant import Place
from provisioner.engine.policy import LIMIT, Purpose, size
from provisioner.spec.load import Loaded, load, load_text
from tests.support.blueprints import BALANCER, EVERY_LISTENER, EVERYTHING, HEAD, SPECS

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
ACCOUNT = "123456789012"
SMALL = load(SPECS / "oaktree.yaml", environment="dev", environ={})
LARGE = load_text(
    f"{HEAD}{EVERY_LISTENER}{EVERYTHING}\nenvironments: {{dev: {{}}}}\n",
    "shop.yaml",
    environment="dev",
    environ={},
)


def made(loaded: Loaded, purpose: Purpose) -> list[dict[str, Any]]:
    return policies(
        loaded.spec,
        purpose,
        environment=loaded.environment,
        region="eu-west-1",
        account=ACCOUNT,
    )


def statements(loaded: Loaded, purpose: Purpose) -> list[dict[str, Any]]:
    return [one for policy in made(loaded, purpose) for one in policy["Statement"]]


def where(found: list[dict[str, Any]], action: str) -> list[tuple[Any, Any]]:
    """Resources and condition of every statement with an action."""
    return [(s["Resource"], s.get("Condition")) for s in found if action in s["Action"]]


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("loaded", [SMALL, LARGE], ids=["small", "large"])
class TestSize:
    """IAM has limits."""

    def test_every_policy_fits(self, loaded: Loaded, purpose: Purpose) -> None:
        found = made(loaded, purpose)
        assert all(size(policy) <= LIMIT for policy in found)
        assert len(found) <= 10

    def test_statements_have_names_of_their_own(self, loaded: Loaded, purpose: Purpose) -> None:
        names = [one["Sid"] for one in statements(loaded, purpose)]
        assert len({*names}) == len(names)
        assert all(name.isalnum() for name in names)


def test_what_only_reads_is_one_policy() -> None:
    assert len(made(SMALL, "plan")) == 1
    assert len(made(SMALL, "deploy")) == 1


def test_names_are_in_arns_and_tags_are_for_the_rest() -> None:
    found = statements(SMALL, "apply")
    ecs = f"arn:aws:ecs:eu-west-1:{ACCOUNT}"
    ((resources, condition),) = where(found, "ecs:CreateService")
    assert f"{ecs}:service/oaktree-*-dev*/oaktree-*-dev*" in resources
    assert condition is None
    group = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/*"
    tag = {"aws:ResourceTag/provisioner:stack": "oaktree/dev"}
    assert where(found, "ec2:DeleteSecurityGroup") == [([group], {"StringEquals": tag})]


def test_no_rule_goes_into_a_group_of_others() -> None:
    """What may be tagged as ours must not be what it is put into."""
    for resources, condition in where(
        statements(SMALL, "apply"), "ec2:AuthorizeSecurityGroupEgress"
    ):
        keys = condition["StringEquals"]
        if any(":security-group/" in one for one in resources):
            assert "aws:ResourceTag/provisioner:stack" in keys


def test_only_the_roles_of_the_spec_are_passed() -> None:
    (passed,) = where(statements(SMALL, "deploy"), "iam:PassRole")
    role = f"arn:aws:iam::{ACCOUNT}:role/oaktree"
    assert passed == (
        [f"{role}-execution-dev-eu-west-1*", f"{role}-task-dev-eu-west-1*"],
        {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    )
    services = {
        str(condition["StringEquals"]["iam:PassedToService"])
        for _, condition in where(statements(LARGE, "apply"), "iam:PassRole")
    }
    assert services == {
        "chatbot.amazonaws.com",
        "ecs.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "scheduler.amazonaws.com",
    }


def test_a_key_is_allowed_that_the_spec_names() -> None:
    found = where(statements(LARGE, "apply"), "kms:GenerateDataKey")
    keys = {one for resources, _ in found for one in resources}
    assert keys == {f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{number}" for number in (1, 2)}


def test_a_part_that_the_spec_lacks_is_read_and_not_written() -> None:
    services = {
        action.partition(":")[0]
        for one in statements(SMALL, "apply")
        for action in one["Action"]
        if not one["Sid"].startswith("Read")
    }
    assert services == {"ec2", "ecr", "ecs", "elasticloadbalancing", "iam", "logs"}
    assert where(statements(SMALL, "plan"), "wafv2:ListWebACLs")


@pytest.mark.parametrize(
    ("owner", "name", "wide", "narrow"),
    [
        ("shop/dev", "shop-alb-dev", "shop-*", "shop-*-dev*"),
        ("shop/dev", "shop-dev", "shop-*", "shop-dev*"),
        ("shop/dev", "/ecs/shop-dev", "/ecs/shop-*", "/ecs/shop-dev*"),
        ("shop/dev", "shop/dev/key", "shop/*", "shop/dev*"),
        ("shop/dev", "/shop/dev/key", "/shop/*", "/shop/dev*"),
        ("shop/dev", "shop-shared", "shop-*", "shop-shared*"),
        ("shop/dev", "other", "other*", "other*"),
        ("shop", "shop-alb", "shop-*", "shop-*"),
    ],
)
def test_names_like_this_one(owner: str, name: str, wide: str, narrow: str) -> None:
    place = Place("aws", "eu-west-1", ACCOUNT, owner, {}, {})
    assert (place.pattern(name, wide=True), place.pattern(name, wide=False)) == (wide, narrow)


def test_arns_without_region_and_account() -> None:
    place = Place("aws-cn", "cn-north-1", ACCOUNT, "shop", {}, {})
    assert place.arn("s3:shop-logs") == "arn:aws-cn:s3:::shop-logs"
    assert place.arn("iam:role/a") == f"arn:aws-cn:iam::{ACCOUNT}:role/a"
    assert place.arn("cloudwatch:dashboard/a") == f"arn:aws-cn:cloudwatch::{ACCOUNT}:dashboard/a"
    assert place.arn("cloudwatch:alarm:a") == f"arn:aws-cn:cloudwatch:cn-north-1:{ACCOUNT}:alarm:a"


def test_groups_of_others_are_open_only_where_the_spec_names_them() -> None:
    group = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group"
    routed = "routes: [{default: true}]"
    body = f"services: {{app: {{image: nginx:1, port: 80, security_group: sg-1, {routed}}}}}"
    one = load_text(f"{HEAD}\n{BALANCER}\n{body}", "shop.yaml", environ={})
    found = where(statements(one, "apply"), "ec2:RevokeSecurityGroupIngress")
    assert ([f"{group}/sg-1"], None) in found
    assert all(condition for resources, condition in found if f"{group}/*" in resources)
