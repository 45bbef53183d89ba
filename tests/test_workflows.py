"""The pipeline's files: what linters do not ask, and the scripts that the workflows run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.access.github import Repository, Setting, roles
from provisioner.spec.load import load
from tests.cloud.world import World
from tests.pipeline.conftest import Server, server
from tests.pipeline.test_actions import read_outputs

__all__ = ["server"]

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
USES = re.compile(r"uses: (?P<action>\S+)(?P<comment>.*)")
PINNED = re.compile(r"[\w-]+/[\w/-]+@[0-9a-f]{40}")
COMMANDS = sorted([*WORKFLOWS, ROOT / "action.yml"])
SHA = "0123456789abcdef0123456789abcdef01234567"


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    return found


def every_job() -> list[Any]:
    return [
        pytest.param(job, id=f"{path.stem}-{name}")
        for path in WORKFLOWS
        for name, job in jobs(path).items()
    ]


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_every_foreign_action_is_pinned_to_a_commit_and_says_which_release(path: Path) -> None:
    for found in USES.finditer(path.read_text()):
        if not found["action"].startswith("./"):
            assert PINNED.fullmatch(found["action"]), found["action"]
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", found["comment"]), found["action"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_no_permission_but_what_its_jobs_ask_for(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {}


@pytest.mark.parametrize("job", every_job())
def test_every_job_ends_some_time_and_says_what_it_may(job: dict[str, Any]) -> None:
    assert "permissions" in job
    assert "uses" in job or job["timeout-minutes"] <= 45


@pytest.mark.parametrize("job", every_job())
def test_a_token_for_aws_and_one_for_comments_are_never_in_the_same_job(
    job: dict[str, Any],
) -> None:
    assert not {"id-token", "pull-requests"} <= job["permissions"].keys()


def test_a_fork_s_pull_request_is_only_validated() -> None:
    plan = jobs(GITHUB / "workflows" / "plan.yml")
    # `head.repo.fork` would be true of every branch of a repository that is itself a fork, and
    # nothing of a repository that has been deleted.
    here = "github.event.pull_request.head.repo.full_name == github.repository"
    assert plan["plan"]["if"] == here
    assert plan["validate"]["permissions"] == {"contents": "read"}


def test_only_the_environment_s_job_may_write() -> None:
    release = jobs(GITHUB / "workflows" / "release.yml")
    assert release["apply"]["environment"]["name"] == "${{ inputs.environment }}"
    assert [name for name, job in release.items() if "}}-apply" in str(job)] == ["apply"]


def test_a_plan_whose_fingerprint_was_lost_is_not_applied() -> None:
    release = jobs(GITHUB / "workflows" / "release.yml")
    (applying,) = [one for one in release["apply"]["steps"] if one.get("id") == "apply"]
    assert applying["with"]["expect"] == "${{ needs.plan.outputs.fingerprint || 'none' }}"


def test_the_roles_are_those_of_github_role() -> None:
    said = "".join(path.read_text() for path in WORKFLOWS)
    found = re.findall(r"role-to-assume: (.*)", said)
    for environment in ("dev", "staging", "prod"):
        spec = load(ROOT / "specs" / "oaktree.yaml", environment=environment, environ={}).spec
        setting = Setting(spec, environment, "ap-southeast-1", "123456789012")
        names = {one.name for one in roles(setting, Repository("oak", "tree"))}
        filled = {re.sub(r"\$\{\{ \w+\.environment }}", environment, one) for one in found}
        assert {one.partition(":role/")[2] for one in filled} == names


def command(
    world: World, tmp_path: Path, name: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """A command as the action runs it."""
    variables = {
        "COMMAND": name,
        "SPEC": str(world.spec),
        "OUT": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
        "PROVISIONER_ENV": "dev",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        **more,
    }
    return subprocess.run(
        ["sh", str(GITHUB / "run.sh")],
        env=world.environ(variables),
        cwd=world.directory,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_action_s_commands(world: World, tmp_path: Path) -> None:
    job = {"GITHUB_ACTIONS": "true"}
    assert command(world, tmp_path, "validate").returncode == 0
    planned = command(world, tmp_path, "plan", **job)
    assert planned.stdout == (tmp_path / "plan.md").read_text()
    outputs = read_outputs((tmp_path / "outputs").read_text())
    assert outputs["has_changes"] == "true"
    refused = command(world, tmp_path, "apply", PROVISIONER_EXPECT="another")
    assert refused.returncode == 4
    expect = outputs["fingerprint"]
    applied = command(world, tmp_path, "apply", PROVISIONER_EXPECT=expect, **job)
    assert applied.returncode == 0
    assert "load_balancer_dns_name" in applied.stdout
    assert '"result": "done"' in (tmp_path / "report.json").read_text()
    assert command(world, tmp_path, "dance").returncode == 64


def smoke(*arguments: str, seconds: str = "20") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(GITHUB / "smoke.py"), *arguments],
        env={**os.environ, "SMOKE_SECONDS": seconds},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_smoke_test_waits_until_the_new_version_answers(server: Server) -> None:
    server.answers = [(503, {}, {}), (200, {"git_sha": SHA}, {})]
    assert smoke(f"{server.url}/", SHA).stdout == f"{server.url}/version: {SHA}\n"
    assert [one.path for one in server.asked] == ["/version", "/version"]


def test_the_smoke_test_fails_while_another_version_answers(server: Server) -> None:
    server.answers = [(200, {"git_sha": "old"}, {})]
    ran = smoke(server.url, SHA, seconds="0")
    assert (ran.returncode, ran.stderr) == (1, f"{server.url}/version: old; expected {SHA}\n")


def test_the_smoke_test_needs_an_address() -> None:
    ran = smoke("", SHA)
    assert (ran.returncode, ran.stderr) == (1, "nothing is no address\n")
