"""`iam-policy` and `github-role`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.engine.policy import Purpose
from tests.cli.conftest import Command
from tests.cloud.servers import ACCOUNT
from tests.cloud.world import OAKTREE, World

HERE = (str(OAKTREE), "-e", "dev")
ROLE = ("github-role", "--repository", "oak/tree", "--owner-id", "1", "--repository-id", "2")
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
OTHER = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
})  # fmt: skip
AUDIENCE = "sts.amazonaws.com"
NAMES = ["apply", "build", "plan"]


@pytest.mark.parametrize("purpose", ["plan", "deploy", "run", "exec"])
def test_a_policy_needs_no_aws(command: Command, purpose: Purpose) -> None:
    ran = command("iam-policy", *HERE, "--for", purpose, "--account", ACCOUNT)
    assert (ran.code, ran.err) == (0, "")
    assert ran.document["Version"] == "2012-10-17"


def test_one_that_is_too_long_comes_in_parts(command: Command) -> None:
    asked = ("iam-policy", *HERE, "--for", "apply", "--account", ACCOUNT)
    whole = command(*asked)
    assert "these are 2 policies" in whole.err
    assert [command(*asked, "--part", n).document for n in ("1", "2")] == whole.document
    over = command(*asked, "--part", "3")
    assert (over.code, over.err) == (64, "error: --part 3: there are 2\n")


def test_the_account_is_that_of_the_credentials(on: Command) -> None:
    document = on("iam-policy", "--for", "deploy").document
    arns = {one for s in document["Statement"] for one in s["Resource"] if one != "*"}
    assert {one.split(":")[4] for one in arns} == {ACCOUNT}


def test_roles_are_printed(command: Command) -> None:
    document = command(ROLE[0], *HERE, *ROLE[1:], "--account", ACCOUNT).document
    assert document["provider"]["Arn"] == PROVIDER
    assert sorted(document["roles"]) == [f"github-oaktree-dev-{name}" for name in NAMES]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--repository", "oak"), "expected OWNER/NAME"),
        (("--repository", "oak/*"), "expected OWNER/NAME"),
        (("--repository", "oak/tree", "--owner-id", "1"), "both or none"),
        (("--repository", "oak/tree", "--apply", "--delete"), "one of them"),
    ],
)
def test_what_cannot_be_meant(command: Command, arguments: tuple[str, ...], words: str) -> None:
    ran = command("github-role", *HERE, "--account", ACCOUNT, *arguments)
    assert ran.code == 64
    assert words in ran.err


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("12345", "expected twelve digits, or *"),
        ("999999999999", f"the spec is for {ACCOUNT} alone"),
    ],
)
@pytest.mark.parametrize("verb", [("iam-policy", "--for", "plan"), ROLE])
def test_an_account_that_cannot_be_meant(
    command: Command, verb: tuple[str, ...], account: str, words: str
) -> None:
    ran = command(verb[0], str(OAKTREE), "-e", "prod", *verb[1:], "--account", account)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == f"error: --account {account}: {words}\n"


def test_only_the_old_form_is_a_warning(command: Command) -> None:
    ran = command("github-role", *HERE, "--account", ACCOUNT, "--repository", "oak/tree")
    assert "--owner-id and --repository-id" in ran.err
    assert "@" not in json.dumps(
        [role["AssumeRolePolicyDocument"] for role in ran.document["roles"].values()]
    )


def named(world: World) -> dict[str, Any]:
    iam = world.client("iam")
    roles = [one["RoleName"] for one in iam.list_roles()["Roles"]]
    policies = [one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]]
    return {"roles": sorted(roles), "policies": sorted(policies)}


def test_roles_are_made_once_changed_and_deleted(on: Command, world: World) -> None:
    iam = world.client("iam")
    before = named(world)
    made = on(*ROLE, "--apply")
    assert made.code == 0, made.err
    assert "created identity provider token.actions.githubusercontent.com" in made.out
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    assert provider["ClientIDList"] == [AUDIENCE]
    names = [f"github-oaktree-dev-{name}" for name in NAMES]
    assert [one for one in named(world)["roles"] if one.startswith("github-")] == names
    attached = iam.list_attached_role_policies(RoleName=names[0])["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == [f"{names[0]}-1", f"{names[0]}-2"]

    assert on(*ROLE, "--apply").out == "Nothing to do.\n"

    arn = attached[0]["PolicyArn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=OTHER, SetAsDefault=True)
    assert on(*ROLE, "--apply").out == f"changed policy {names[0]}-1\n"
    moved = on(*ROLE, "--apply", "--branch", "trunk").out
    assert moved == f"updated role {names[1]}\nupdated role {names[2]}\n"

    gone = on(*ROLE, "--delete")
    assert gone.code == 0, gone.err
    assert named(world) == before
    iam.get_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    assert on(*ROLE, "--delete").out == "Nothing to do.\n"


def test_what_is_somebody_elses_stays(on: Command, world: World) -> None:
    iam = world.client("iam")
    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["theirs", AUDIENCE]
    )
    iam.create_policy(PolicyName="github-oaktree-dev-build-1", PolicyDocument=OTHER)
    ran = on(*ROLE, "--apply")
    assert (ran.code, ran.out) == (4, "")
    assert "policy github-oaktree-dev-build-1: there is one of this name" in ran.err
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    assert provider["ClientIDList"] == ["theirs", AUDIENCE]
    on(*ROLE, "--delete")
    assert "github-oaktree-dev-build-1" in named(world)["policies"]
