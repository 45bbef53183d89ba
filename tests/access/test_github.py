"""Who may take which role, exactly."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.access.github import PipelineRole, Repository, Setting, roles
from provisioner.spec.load import load
from tests.support.blueprints import SPECS

OLD = "repo:oak/tree"
NEW = "repo:oak@1/tree@2"


def setting(branch: str = "main", approval: str = "") -> Setting:
    loaded = load(SPECS / "oaktree.yaml", environment="dev", environ={})
    return Setting(loaded.spec, "dev", "ap-southeast-1", "123456789012", branch, approval)


def made(**options: str) -> dict[str, PipelineRole]:
    repository = Repository("oak", "tree", "1", "2")
    return {role.name: role for role in roles(setting(**options), repository)}


def condition(role: PipelineRole) -> dict[str, Any]:
    (statement,) = role.trust["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"]["Federated"] == (
        "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    )
    found: dict[str, Any] = statement["Condition"]
    return found


@pytest.mark.parametrize(
    ("role", "reasons"),
    [
        ("plan", ["pull_request", "ref:refs/heads/main"]),
        ("apply", ["environment:dev"]),
        ("build", ["ref:refs/heads/main"]),
    ],
)
def test_a_role_trusts_these_tokens_in_both_forms(role: str, reasons: list[str]) -> None:
    assert condition(made()[f"github-oaktree-dev-{role}"]) == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": [
                f"{form}:{reason}" for form in (OLD, NEW) for reason in reasons
            ],
        }
    }


def test_branch_and_environment_can_be_called_otherwise() -> None:
    found = made(branch="trunk", approval="production")
    said = {name: str(condition(role)) for name, role in found.items()}
    assert "refs/heads/trunk" in said["github-oaktree-dev-build"]
    assert "environment:production" in said["github-oaktree-dev-apply"]


def test_without_numbers_there_is_the_old_form_alone() -> None:
    assert Repository("oak", "tree").subjects("pull_request") == [f"{OLD}:pull_request"]


def test_the_plan_role_only_reads_and_the_build_role_only_pushes() -> None:
    found = made()

    def actions(role: str) -> set[str]:
        policies = found[f"github-oaktree-dev-{role}"].policies
        return {a for one in policies for s in one["Statement"] for a in s["Action"]}

    reads = ("Describe", "List", "Get", "BatchGet", "Filter", "Check")
    assert all(one.partition(":")[2].startswith(reads) for one in actions("plan"))
    assert {one.partition(":")[0] for one in actions("build")} == {"ecr"}
    _, pull, push = found["github-oaktree-dev-build"].policies[0]["Statement"]
    repository = "arn:aws:ecr:ap-southeast-1:123456789012:repository/oaktree-"
    assert push["Resource"] == [f"{repository}dev"]
    assert "ecr:PutImage" in push["Action"]
    # What was tested in another environment is copied from there.
    assert pull["Resource"] == [f"{repository}*", f"{repository}dev"]
    assert all(one.startswith(("ecr:Batch", "ecr:Get")) for one in pull["Action"])


def test_no_role_may_write_to_the_roles_of_the_pipeline() -> None:
    """Who applies cannot give themselves more."""
    own = "arn:aws:iam::123456789012:role/github-oaktree-dev-apply"
    for policy in made()["github-oaktree-dev-apply"].policies:
        for statement in policy["Statement"]:
            if any(one.startswith("iam:") for one in statement["Action"]):
                patterns = statement["Resource"]
                reading = patterns == "*" or statement["Sid"].startswith("Read")
                assert reading or not any(own.startswith(one.rstrip("*")) for one in patterns)
