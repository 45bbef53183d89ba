"""`--json`: one document on stdout, with the keys that docs/reference/json.md promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cloud.world import OAKTREE, World

GIST = OAKTREE.with_name("gist.py")
PLAN = {
    "format_version", "stack", "environment", "account", "region", "changes", "unchanged",
    "kept", "retained", "summary", "warnings", "fingerprint",
}  # fmt: skip
CHANGE = {"address", "action", "reason", "effect", "name", "replaces", "fields"}
FIELD = {"path", "before", "after", "sensitive", "known", "forces"}
REPORT = {"format_version", "result", "steps", "retained", "outputs", "rollouts"}
STEP = {"address", "action", "outcome", "seconds", "error"}
STATUS = {
    "format_version", "stack", "environment", "account", "region", "services", "resources",
    "missing", "outputs", "healthy",
}  # fmt: skip
SERVICE = {
    "service_arn", "task_definition", "desired", "running", "rollout", "healthy", "deployment",
    "events",
}  # fmt: skip
PROBLEM = {"file", "line", "column", "path", "message"}
OUTPUTS = {"url", "load_balancer_dns_name", "cluster_arn", "services"}
EFFECTS = {"none", "in-place", "rolling", "interrupting", "destroys", "destroys-data"}


def keys(documents: list[dict[str, Any]]) -> set[frozenset[str]]:
    return {frozenset(document) for document in documents}


def test_the_documents_of_a_stack_s_life(on: Command) -> None:
    """One story, so that it is told once: plan, apply, status, plan, move a port, tear down."""
    ran = on("plan", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document.keys() == PLAN
    about = {"stack": "oaktree/dev", "environment": "dev", "region": "ap-southeast-1"}
    assert ran.document.items() >= {**about, "format_version": 1, "unchanged": 0}.items()
    assert ran.document["account"] == "123456789012"
    assert ran.document["summary"] == {"create": 16, "update": 0, "replace": 0, "delete": 0}
    check_changes(ran.document["changes"])

    ran = on("apply", "--json", "-y")
    assert ran.code == 0
    assert "created in" in ran.err
    check_report(ran.document, steps=16)
    outputs = ran.document["outputs"]
    assert outputs.keys() == OUTPUTS
    assert outputs["url"] == f"http://{outputs['load_balancer_dns_name']}"
    app = outputs["services"]["app"]
    assert app["service_arn"].endswith(":service/oaktree-cluster-dev/oaktree-service-dev")
    assert app["task_definition_arn"].endswith(":task-definition/oaktree-task-dev:1")

    ran = on("status", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document.keys() == STATUS
    assert ran.document.items() >= {**about, "format_version": 1, "missing": []}.items()
    assert ran.document["outputs"] == outputs
    assert ran.document["services"].keys() == {"app"}
    assert ran.document["services"]["app"].keys() == SERVICE
    assert keys(ran.document["resources"]) == {frozenset({"address", "id"})}
    assert len(ran.document["resources"]) == 16

    ran = on("apply", "--json", "-y")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == {
        "format_version": 1, "result": "done", "steps": [], "retained": [], "outputs": outputs,
        "rollouts": [],
    }  # fmt: skip

    ran = on("plan", "--json", "--set", "services.app.port=8080")
    check_changes(ran.document["changes"])
    replaced = [change for change in ran.document["changes"] if change["replaces"]]
    summary = ran.document["summary"]
    assert summary["replace"] * 2 == len(replaced)
    alone = [change for change in ran.document["changes"] if not change["replaces"]]
    created = [change["address"] for change in alone if change["action"] == "create"]
    assert created == ["ecs.task_definition/app"]  # a revision beside the old, not in its place
    assert (summary["create"], summary["delete"]) == (1, 0)
    pair = [change for change in replaced if change["address"] == "elbv2.target_group/app"]
    assert [change["action"] for change in pair] == ["create", "delete"]
    assert all(":targetgroup/" in change["replaces"] for change in pair)
    forcing = [field["path"] for field in pair[0]["fields"] if field["forces"]]
    assert forcing == ["Port"]

    ran = on("teardown", "--json", "-y")
    assert ran.code == 0
    check_report(ran.document, steps=16)
    assert ran.document["outputs"] == {}
    assert on("teardown", "--json", "-y").document == {
        "format_version": 1, "result": "done", "steps": [], "retained": [], "outputs": {},
        "rollouts": [],
    }  # fmt: skip


def check_changes(changes: list[dict[str, Any]]) -> None:
    assert keys(changes) == {frozenset(CHANGE)}
    assert {change["action"] for change in changes} <= {"create", "update", "delete"}
    assert {change["effect"] for change in changes} <= EFFECTS
    fields = [field for change in changes for field in change["fields"]]
    assert keys(fields) == {frozenset(FIELD)}
    unknown = [field for field in fields if not field["known"]]
    assert all("${" in json.dumps(field["after"]) for field in unknown)


def check_report(document: dict[str, Any], *, steps: int) -> None:
    assert document.keys() == REPORT
    assert document["result"] == "done"
    assert keys(document["steps"]) == {frozenset(STEP)}
    assert len(document["steps"]) == steps
    assert {(step["outcome"], step["error"]) for step in document["steps"]} == {("done", None)}


def test_nothing_but_the_document_is_on_a_process_s_stdout(world: World) -> None:
    ran = world.process("apply", "--json", "-y", "-v")
    assert ran.code == 0
    assert ran.document.keys() == REPORT
    assert ran.out == json.dumps(ran.document, indent=2) + "\n"
    assert "step.start" in ran.err
    assert "creating…" in ran.err


def test_a_report_is_what_json_would_have_been(on: Command, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    ran = on("apply", "-y", "--report", str(file))
    assert ran.code == 0
    assert "url" in ran.out
    check_report(json.loads(file.read_text()), steps=16)
    told = subprocess.check_output([sys.executable, str(GIST), str(file)])
    (rollout,) = json.loads(told)["rollouts"]
    assert rollout["verdict"] == "serving"
    ran = on("apply", "--json", "-y", PROVISIONER_REPORT=str(file))
    assert json.loads(file.read_text()) == ran.document


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_done(on: Command) -> None:
    ran = on("apply", "-y", "--report", "/nowhere/report.json")
    assert ran.code == 64
    assert "/nowhere/report.json" in ran.err
    assert on("plan", "--json").document["summary"]["create"] == 16


def test_a_report_is_empty_where_nothing_was_tried(on: Command, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert on("apply", "-y", "--report", str(file), "--set", "services.app.prt=1").code == 65
    assert file.read_text() == ""


def test_status_of_nothing_names_what_is_missing(on: Command) -> None:
    ran = on("status", "--json")
    assert ran.code == 0
    assert (ran.document["services"], ran.document["resources"]) == ({}, [])
    assert "ecs.service/app" in ran.document["missing"]


def test_validate_names_the_environments(command: Command) -> None:
    ran = command("validate", str(OAKTREE), "--json")
    assert (ran.code, ran.err) == (0, "")
    environments = ["dev", "staging", "prod"]
    assert ran.document == {
        "format_version": 1, "valid": True, "environments": environments, "warnings": []
    }  # fmt: skip


def test_validate_gives_problems_their_places(command: Command, tmp_path: Path) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text("stack: oaktree\nregoin: eu-west-1\n")
    ran = command("validate", str(spec), "--json")
    assert (ran.code, ran.err) == (65, "")
    assert ran.document.keys() == {"format_version", "valid", "problems"}
    assert ran.document["valid"] is False
    assert keys(ran.document["problems"]) == {frozenset(PROBLEM)}
    places = [(p["file"], p["line"], p["column"], p["path"]) for p in ran.document["problems"]]
    assert (str(spec), 2, 1, "regoin") in places


def test_validate_gives_warnings_their_places(command: Command) -> None:
    odd = ("--set", "services.app.cpu=300")
    ran = command("validate", str(OAKTREE), "-e", "dev", "--json", *odd)
    assert ran.code == 0
    assert keys(ran.document["warnings"]) == {frozenset(PROBLEM)}
    assert ran.document["environments"] == ["dev"]


@pytest.mark.parametrize(
    ("verb", "spec"),
    [("plan", "nosuch.yaml"), ("apply", "nosuch.yaml"), ("status", "nosuch.yaml")],
)
def test_an_error_leaves_stdout_empty(command: Command, verb: str, spec: str) -> None:
    ran = command(verb, spec, "--json", *(["-y"] if verb == "apply" else []))
    assert (ran.code, ran.out) == (65, "")
    assert "nosuch.yaml" in ran.err
