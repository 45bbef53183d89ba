"""Whatever the text, nothing but our own errors comes out, and they point into the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioner.errors import Problem, SpecError, UsageError
from provisioner.spec.compose import parse
from provisioner.spec.load import load_text
from provisioner.spec.source import decode, lines
from provisioner.spec.syntax import Loader, read_tree

OAKTREE = (Path(__file__).parents[2] / "specs" / "oaktree.yaml").read_text("utf-8")
PIECES = [
    "${", "}", "$${", "${stack}", "${env:X:-", "\t", "  ", "\n", "- ", ": ", "{", "}", "[", "]",
    "*a", "&a ", "<<: *a", "!x ", "'", '"', "|", "#", "? ", "null", "true", "010", "1.5", "%", "@",
    "\\", "stack", "services: ", "environments", "\x85", "\u2028", "\r", "\ufeff", "\x00", "---\n",
]  # fmt: skip
quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _problems(action: Callable[[], object]) -> Sequence[Problem]:
    """What a SpecError of `action` says. Any other error but UsageError goes through."""
    try:
        action()
    except SpecError as error:
        return error.problems
    except UsageError:
        pass
    return ()


def _load_and_look(text: str, environment: str | None) -> None:
    rows = lines(text.removeprefix("\ufeff"))
    for problem in _problems(lambda: load_text(text, "f", environment=environment, environ={})):
        assert problem.message
        assert 1 <= problem.line <= len(rows), (problem, text)
        assert 1 <= problem.column <= len(rows[problem.line - 1]) + 1, (problem, text)


@quick
@given(st.text(), st.sampled_from([None, "dev"]))
def test_any_text(text: str, environment: str | None) -> None:
    _load_and_look(text, environment)


@quick
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_pieces_of_yaml(text: str) -> None:
    _load_and_look(text, None)


@quick
@given(
    st.integers(0, len(OAKTREE)),
    st.integers(0, 40),
    st.lists(st.sampled_from(PIECES), max_size=3).map("".join),
)
def test_a_spec_with_a_hole_or_a_patch(start: int, length: int, patch: str) -> None:
    _load_and_look(OAKTREE[:start] + patch + OAKTREE[start + length :], "dev")


@quick
@given(st.binary())
def test_any_bytes(content: bytes) -> None:
    assert len(_problems(lambda: decode(content, "f"))) <= 1


@pytest.mark.parametrize("loader", list(dict.fromkeys([yaml.SafeLoader, Loader])))
def test_any_pieces_with_either_parser(loader: Any) -> None:
    @quick
    @given(st.lists(st.sampled_from(PIECES[:-2]), max_size=20).map("".join))
    def check(text: str) -> None:
        found = _problems(lambda: read_tree(text, "f", loader=loader))
        assert all(problem.line >= 1 for problem in found)

    check()


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc: #'\"\n-", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc-", min_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)


@quick
@given(st.dictionaries(st.text("xyz", min_size=1), plain, min_size=1, max_size=4))
def test_data_written_by_pyyaml_is_read_as_it_was(data: dict[str, Any]) -> None:
    assert parse(yaml.safe_dump(data), "f").data == data
