"""Commands in a pipeline: the comment, the message, and what every command tells the job."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cloud.world import World
from tests.pipeline.conftest import Server, server
from tests.pipeline.test_actions import read_outputs

__all__ = ["server"]

JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "octo/shop",
    "GITHUB_ACTOR": "ada",
    "GITHUB_REF_NAME": "main",
    "GITHUB_SHA": "0123456789abcdef",
    "GITHUB_RUN_ID": "42",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_TOKEN": "t",
}


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    files = {"GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "outputs"}
    return {**JOB, **{name: str(tmp_path / file) for name, file in files.items()}}


def test_a_plan_and_its_apply_in_a_job(
    on: Command, world: World, job: dict[str, str], tmp_path: Path
) -> None:
    planned = on("plan", "--format", "markdown", **job)
    assert planned.code == 0
    assert planned.out.startswith("### `oaktree/dev` in `123456789012`, `ap-southeast-1`")
    assert (tmp_path / "summary").read_text() == f"{planned.out}\n"
    outputs = read_outputs((tmp_path / "outputs").read_text())
    assert outputs["has_changes"] == "true"
    assert int(outputs["create"]) > 10

    refused = on("apply", "-y", "--expect", "another", **job)
    assert refused.code == 4
    assert "this is not the plan that was looked at" in refused.err
    assert world.owned() == {}

    applied = on("apply", "-y", "--expect", outputs["fingerprint"], **job)
    assert applied.code == 0
    assert "### ✅ apply: done" in (tmp_path / "summary").read_text()
    outputs = read_outputs((tmp_path / "outputs").read_text())
    assert outputs["result"] == "done"
    assert outputs["url"].startswith("http://")

    again = on("plan", "--json", **job).document
    assert again["fingerprint"] == on("plan", "--json").document["fingerprint"]
    assert again["fingerprint"] != outputs["fingerprint"]
    other = on("plan", "--json", "--var", "image_tag=v2").document
    assert (
        other["fingerprint"]
        != on("plan", "--json", "--var", "image_tag=v3").document["fingerprint"]
    )


def test_a_broken_spec_is_annotated_and_its_secrets_are_masked(
    command: Command, tmp_path: Path, job: dict[str, str]
) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text("name: ${env:SHOP_TOKEN}\nservces: {}\n")
    ran = command(
        "validate", str(spec), **job, GITHUB_WORKSPACE=str(tmp_path), SHOP_TOKEN="hunter2"
    )
    assert ran.code == 65
    lines = ran.err.splitlines()
    assert lines[0] == "::add-mask::hunter2"
    assert any(line.startswith("::error file=shop.yaml,line=2,col=1::servces: ") for line in lines)


def test_outside_of_a_job_nothing_is_said_to_it(command: Command, tmp_path: Path) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text("name: ${env:SHOP_TOKEN}\n")
    assert "::" not in command("validate", str(spec), SHOP_TOKEN="x").err


def test_a_comment_from_standard_input(
    command: Command, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("# Plan\n"))
    server.answers = [(200, [], {}), (201, {"html_url": "https://host/c/1"}, {})]
    ran = command(
        "comment", "--key", "dev", "--pull-request", "5", **JOB, GITHUB_API_URL=server.url
    )
    assert (ran.code, ran.out) == (0, "https://host/c/1\n")
    assert server.asked[-1].body == {"body": "<!-- provisioner: dev -->\n# Plan\n"}


def test_a_comment_can_be_looked_at_first(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_text("# Plan\n")
    ran = command("comment", str(file), "--dry-run")
    assert ran.out == "<!-- provisioner: plan -->\n# Plan\n\n"


def test_a_comment_without_its_file(command: Command) -> None:
    ran = command("comment", "nowhere.md", "--dry-run")
    assert (ran.code, ran.err) == (
        64,
        "error: nowhere.md cannot be read: No such file or directory\n",
    )


def test_a_message_in_slack(command: Command, server: Server, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"result": "done", "steps": [], "outputs": {"url": "https://s"}}))
    server.answers = [(200, "ok", {})]
    ran = command(
        "notify", "slack", "--status", "success", "--title", "oaktree dev",
        "--report", str(report), **JOB, SLACK_WEBHOOK_URL=f"{server.url}/services/T0K3N",
    )  # fmt: skip
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    (asked,) = server.asked
    assert asked.path == "/services/T0K3N"
    assert asked.body["text"] == "✅ oaktree dev succeeded"
    below = asked.body["blocks"][-1]["elements"][0]["text"]
    assert "commit: <https://github.com/octo/shop/commit/0123456789abcdef|0123456>" in below
    assert "run: <https://github.com/octo/shop/actions/runs/42|42>" in below


@pytest.mark.parametrize("content", ["", None])
def test_a_run_that_failed_before_it_could_report_is_told_all_the_same(
    command: Command, tmp_path: Path, content: str | None
) -> None:
    report = tmp_path / "report.json"
    if content is not None:
        report.write_text(content)
    ran = command("notify", "slack", "--status", "failure", "--report", str(report), "--dry-run")
    assert ran.document["text"] == "❌ Deployment failed"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--status", "success"), "no webhook: set SLACK_WEBHOOK_URL"),
        (("--status", "success", "--report", "{file}", "--dry-run"), "is no JSON document"),
    ],
)
def test_a_message_that_cannot_be_made(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    file = tmp_path / "report.json"
    file.write_text("{")
    ran = command("notify", "slack", *(one.format(file=file) for one in arguments))
    assert ran.code == 64
    assert complaint in ran.err


def test_a_refused_webhook_is_not_told(command: Command, server: Server) -> None:
    server.answers = [(404, "no_service", {})]
    ran = command("notify", "slack", "--status", "success", SLACK_WEBHOOK_URL=f"{server.url}/T0K3N")
    assert (ran.code, ran.err) == (1, "error: Slack refused with status 404: no_service\n")


@pytest.mark.parametrize("webhook", ["hooks.slack.example/T0K3N", "'https://hooks.example/T0K3N'"])
def test_a_webhook_that_is_no_address_is_refused_and_not_told(
    command: Command, webhook: str
) -> None:
    ran = command("notify", "slack", "--status", "success", SLACK_WEBHOOK_URL=webhook)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == "error: SLACK_WEBHOOK_URL is no address: expected https://…, without quotes\n"


def test_a_webhook_may_end_with_a_line_break_and_no_log_has_it(
    command: Command, server: Server
) -> None:
    server.answers = [(200, "ok", {})]
    webhook = f"{server.url}/services/T0K3N\n"
    ran = command("notify", "slack", "-vv", "--status", "success", SLACK_WEBHOOK_URL=webhook)
    assert ran.code == 0
    assert [one.path for one in server.asked] == ["/services/T0K3N"]
    assert "T0K3N" not in ran.out + ran.err
