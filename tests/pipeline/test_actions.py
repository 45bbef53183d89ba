"""What GitHub Actions reads from a job's output and files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provisioner.errors import Problem
from provisioner.pipeline import actions

SECRET = re.compile("TOKEN")


def test_a_problem_stands_beside_its_line(tmp_path: Path) -> None:
    problem = Problem(str(tmp_path / "specs" / "a.yaml"), 3, 7, "services.app", "50%: no\nreally")
    found = actions.annotation(problem, "error", {"GITHUB_WORKSPACE": str(tmp_path)})
    assert found == "::error file=specs/a.yaml,line=3,col=7::services.app: 50%25: no%0Areally"


def test_a_file_name_cannot_add_properties(tmp_path: Path) -> None:
    problem = Problem(str(tmp_path / "a,title=x:y.yaml"), 1, 1, "", "m")
    found = actions.annotation(problem, "warning", {"GITHUB_WORKSPACE": str(tmp_path)})
    assert found == "::warning file=a%2Ctitle=x%3Ay.yaml,line=1,col=1::m"


def test_what_a_spec_reads_from_secret_variables_is_masked_line_by_line() -> None:
    spec = "a: ${env:API_TOKEN}\nb: ${env:NAME}\nc: ${env:OLD_TOKEN:-x}"
    environ = {"API_TOKEN": "one\ntwo%", "NAME": "public", "MY_TOKEN": "not read"}
    assert list(actions.masks(spec, environ, SECRET)) == ["::add-mask::one", "::add-mask::two%25"]


def test_the_summary_grows_until_it_is_full(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    environ = {"GITHUB_STEP_SUMMARY": str(file)}
    actions.summarize("one", environ)
    actions.summarize("two", environ)
    actions.summarize("x" * actions.SUMMARY_LIMIT, environ)
    assert file.read_text() == "one\ntwo\n"


def read_outputs(text: str) -> dict[str, str]:
    """As the runner reads them: name=value, or name, delimiter, lines up to the delimiter."""
    found, lines = {}, iter(text.splitlines())
    for head in lines:
        name, several, delimiter = head.partition("<<")
        if not several:
            name, _, value = head.partition("=")
            found[name] = value
            continue
        content: list[str] = []
        for line in lines:
            if line == delimiter:
                break
            content.append(line)
        found[name] = "\n".join(content)
    return found


def test_outputs_are_read_as_they_were_told(tmp_path: Path) -> None:
    file = tmp_path / "outputs"
    values = {"has_changes": True, "create": 3, "url": "http://x", "evil": "a\nadmin<<E\nyes\nE"}
    actions.tell(values, {"GITHUB_OUTPUT": str(file)})
    assert read_outputs(file.read_text()) == {
        "has_changes": "true", "create": "3", "url": "http://x", "evil": "a\nadmin<<E\nyes\nE",
    }  # fmt: skip


@pytest.mark.parametrize("tell", [actions.tell, actions.summarize])
def test_without_the_files_nothing_is_written(tell: object) -> None:
    assert callable(tell)
    tell({} if tell is actions.tell else "x", {})
