"""The documents are true: generated pages are current, commands run, specs are valid."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import click
import pytest

from provisioner.cli import EXIT_CODES
from provisioner.cli.group import GROUP, HOMES
from provisioner.resources import KINDS
from provisioner.spec.load import load_text

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])
VALUES = {"image_tag": "1.0"}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def test_generated_pages_are_current(generator: ModuleType) -> None:
    stale = [
        name
        for name, content in generator.pages().items()
        if (DOCS / "reference" / name).read_text() != content
    ]
    assert stale == [], "run `make docs`"


def test_every_command_kind_and_exit_code_is_documented() -> None:
    cli = (DOCS / "reference" / "cli.md").read_text()
    kinds = (DOCS / "reference" / "kinds.md").read_text()
    assert [name for name in HOMES if f"## {name}" not in cli] == []
    assert [code for code in EXIT_CODES if f"| {code} |" not in cli] == []
    assert [name for name in KINDS if f"## {name}" not in kinds] == []


def test_every_option_and_command_has_help() -> None:
    context = click.Context(GROUP)
    commands = {name: GROUP.get_command(context, name) for name in HOMES}
    silent = [
        f"{name} {option.name}"
        for name, command in commands.items()
        for option in (command.params if command else ())
        if getattr(option, "help", "") is None and not getattr(option, "hidden", False)
    ]
    assert [name for name, command in commands.items() if not (command and command.help)] == []
    assert silent == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any("stack:" in text for text in blocks(page, "yaml"))],
    ids=lambda page: page.name,
)
def test_whole_specs_in_the_documents_are_valid(page: Path) -> None:
    for text in blocks(page, "yaml"):
        if text.startswith("stack:"):
            assert load_text(text, page.name, variables=VALUES).spec


@pytest.mark.slow
def test_the_tutorial_can_be_followed_to_the_letter(tmp_path: Path) -> None:
    commands = "\n".join(
        text for text in blocks(DOCS / "tutorial" / "first-stack.md", "sh") if "make" not in text
    )
    script = commands.replace(" --local\n", " --local $YES\n").replace("plan ", "plan --full ")
    script = script.replace("--speed 100", "--speed 1000")
    script = re.sub(r"(plan [^\n]*) \$YES", r"\1", script)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PROVISIONER_LOCAL_DIR": str(tmp_path),
        "YES": "--yes",
        "CI": "true",
    }
    try:
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "No changes. Live infrastructure matches the spec." in done.stdout
        assert "Port: 5000 -> 8080  # forces replacement" in done.stdout
        assert "retentionInDays: 1 -> 30" in done.stdout
        assert "16 of 16 steps done, result: done." in done.stdout
    finally:
        subprocess.run(
            [sys.executable, "-m", "provisioner", "local", "stop"],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
        )
