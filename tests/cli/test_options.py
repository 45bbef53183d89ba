"""Options, their environment variables, and which of several wins."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from provisioner.spec.load import load, load_text
from tests.cli.conftest import Command
from tests.cloud.servers import ROOT
from tests.cloud.world import OAKTREE, World

ROLE = "arn:aws:iam::123456789012:role/deployer"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--var", "image_tag"], 64, "expected NAME=VALUE"),
        (["--var", "=v2"], 64, "expected NAME=VALUE"),
        (["--var", "image_tga=v2"], 64, "did you mean `image_tag`"),
        (["--set", "services.app.cpu"], 64, "expected PATH=VALUE"),
        (["--set", "services.app.cpuu=512"], 65, "did you mean"),
        (["--set", "services.app.cpu=half"], 65, "services.app.cpu"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_values_are_refused(
    command: Command, arguments: list[str], code: int, words: str
) -> None:
    ran = command("validate", str(OAKTREE), "-e", "dev", *arguments)
    assert ran.code == code
    assert words in ran.err


@pytest.mark.parametrize(
    ("flags", "variables"),
    [
        (["-e", "prod"], {"PROVISIONER_ENV": "prod"}),
        (["--var", "image_tag=v2"], {"PROVISIONER_VAR": "image_tag=v2"}),
        (
            ["--set", "services.app.cpu=512", "--set", "services.app.memory_mib=1024"],
            {"PROVISIONER_SET": "services.app.cpu=512 services.app.memory_mib=1024"},
        ),
    ],
    ids=["-e", "--var", "--set"],
)
def test_flags_of_the_spec_are_variables_too(
    command: Command, flags: list[str], variables: dict[str, str]
) -> None:
    with_env = [] if "PROVISIONER_ENV" in variables or "-e" in flags else ["-e", "dev"]
    render = ["validate", str(OAKTREE), "--render", *with_env]
    flagged = command(*render, *flags)
    assert flagged.code == 0
    assert command(*render, **variables) == flagged
    assert command("validate", str(OAKTREE), "--render", "-e", "dev").out != flagged.out


def test_a_flag_is_stronger_than_its_variable(command: Command) -> None:
    render = ["validate", str(OAKTREE), "--render", "-e", "dev"]
    assert command(*render, PROVISIONER_ENV="prod") == command(*render)


def test_flags_of_apply_are_variables_too(on: Command, world: World) -> None:
    ran = on("teardown", PROVISIONER_YES="1", PROVISIONER_JSON="1", PROVISIONER_PARALLELISM="3")
    assert ran.code == 0
    assert ran.document["result"] == "done"
    assert on("teardown", "-y", PROVISIONER_PARALLELISM="many").code == 64


@pytest.mark.parametrize(
    ("flag", "spec", "variables", "region"),
    [
        ("eu-west-1", "us-east-1", {"AWS_REGION": "us-east-2"}, "eu-west-1"),
        (None, "us-east-1", {"AWS_REGION": "us-east-2"}, "us-east-1"),
        (None, None, {"AWS_REGION": "us-east-2", "AWS_DEFAULT_REGION": "us-west-1"}, "us-east-2"),
        (None, None, {"AWS_DEFAULT_REGION": "us-west-1"}, "us-west-1"),
        (None, "us-east-1", {"PROVISIONER_REGION": "eu-west-3"}, "eu-west-3"),
    ],
    ids=["--region", "region:", "AWS_REGION", "AWS_DEFAULT_REGION", "PROVISIONER_REGION"],
)
def test_region(
    on: Command,
    world: World,
    tmp_path: Path,
    flag: str | None,
    spec: str | None,
    variables: dict[str, str],
    region: str,
) -> None:
    world.spec = without_region(tmp_path, spec)
    ran = on("status", "--json", *(["--region", flag] if flag else []), **variables)
    assert ran.document["region"] == region


def test_no_region_at_all_is_a_usage_error(on: Command, world: World, tmp_path: Path) -> None:
    world.spec = without_region(tmp_path, None)
    ran = on("plan")
    assert ran.code == 64
    assert "no region: give --region" in ran.err
    assert world.tap.calls() == []


def without_region(directory: Path, instead: str | None) -> Path:
    line = f"region: {instead}\n" if instead else ""
    spec = directory / "spec.yaml"
    spec.write_text(OAKTREE.read_text().replace("region: ap-southeast-1\n", line))
    return spec


def test_the_endpoint_s_flag_is_stronger_than_its_variable(
    on: Command, world: World, nowhere: str
) -> None:
    for variable in ("AWS_ENDPOINT_URL", "PROVISIONER_ENDPOINT_URL"):
        ran = on("status", "--endpoint-url", world.tap.endpoint, **{variable: nowhere})
        assert ran.code == 0
    assert len(world.tap.calls()) > 0


@pytest.mark.parametrize(
    "beside",
    [["--endpoint-url", "http://127.0.0.1:9"], ["--profile", "dev"], ["--assume-role-arn", ROLE]],
    ids=lambda beside: beside[0],
)
def test_local_is_an_aws_of_its_own(command: Command, beside: list[str]) -> None:
    ran = command("plan", str(OAKTREE), "-e", "dev", "--local", *beside)
    assert ran.code == 64
    assert "--local is an AWS of its own" in ran.err


def test_a_role_is_assumed_on_the_wire(on: Command, world: World) -> None:
    world.client("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=json.dumps(TRUST))
    with world.tap.recording() as recording:
        assert on("status", "--assume-role-arn", ROLE).code == 0
    first, *rest = recording.calls
    assert (first.operation, first.arguments["RoleArn"]) == ("AssumeRole", ROLE)
    assert len(rest) > 0
    assert "AssumeRole" not in {call.operation for call in rest}


def test_a_dry_run_is_a_plan(on: Command) -> None:
    assert on("apply", "--dry-run", "--json") == on("plan", "--json")


def test_destroy_is_teardown(on: Command) -> None:
    assert on("destroy", "-y") == on("teardown", "-y")


def test_validate_looks_at_every_environment_or_one(command: Command) -> None:
    assert command("validate", str(OAKTREE)).out == f"{OAKTREE}: valid (dev, staging, prod)\n"
    assert command("validate", str(OAKTREE), "-e", "dev").out == f"{OAKTREE}: valid (dev)\n"


def test_a_rendered_spec_means_the_same(command: Command) -> None:
    ran = command("validate", str(OAKTREE), "-e", "prod", "--render")
    assert ran.code == 0
    meant = load(OAKTREE, environment="prod").spec.model_copy(update={"environments": {}})
    assert load_text(ran.out, "rendered.yaml").spec == meant
    assert "${" not in ran.out


def test_schema_is_the_one_in_specs(command: Command) -> None:
    current = json.loads((ROOT / "specs" / "provisioner.schema.json").read_text())
    assert command("schema").document == current


def test_version(command: Command) -> None:
    assert command("--version").out == f"provisioner, version {version('provisioner')}\n"
