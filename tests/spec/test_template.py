from __future__ import annotations

import pytest

from provisioner.spec.template import Reference, TemplateError, split

TEXTS: dict[str, list[str | Reference]] = {
    "plain": ["plain"],
    "": [""],
    "$5 {x} $x }": ["$5 {x} $x }"],
    "${a}": ["", Reference("a"), ""],
    "x-${a}-${b_1}": ["x-", Reference("a"), "-", Reference("b_1"), ""],
    "${env:HOME}": ["", Reference("HOME", env=True), ""],
    "${env:A:-b c}": ["", Reference("A", env=True, default="b c"), ""],
    "${env:A:-}": ["", Reference("A", env=True, default=""), ""],
    "${env:A:-${b}}": ["", Reference("A", env=True, default="${b}"), ""],
    "$${a}": ["${", "a}"],
    "$$${a}": ["$${", "a}"],
    "$${a}${b}": ["${", "a}", Reference("b"), ""],
}


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_taken_apart_at_its_references(text: str) -> None:
    assert list(split(text)) == TEXTS[text]


FAULTS = {
    "${a": "`${` without its `}`; write `$${` for a plain `${`",
    "x${": "`${` without its `}`; write `$${` for a plain `${`",
    "${env:A:-${b}": "`${` without its `}`; write `$${` for a plain `${`",
    "${}": "expected `${name}`, `${env:NAME}` or `${env:NAME:-default}`, found `${}`;"
    " write `$${` for a plain `${`",
    "${aws:username}": "expected `${name}`, `${env:NAME}` or `${env:NAME:-default}`,"
    " found `${aws:username}`; write `$${` for a plain `${`",
    "${a b}": "expected `${name}`, `${env:NAME}` or `${env:NAME:-default}`, found `${a b}`;"
    " write `$${` for a plain `${`",
    "${tag:-latest}": "only `${env:NAME:-default}` has a default; the one of `tag` belongs under"
    " `variables:`",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_reference_of_another_form_says_which_forms_there_are(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        list(split(text))
    assert str(caught.value) == FAULTS[text]


def test_a_long_fault_is_not_repeated_whole() -> None:
    with pytest.raises(TemplateError) as caught:
        list(split("${" + "-" * 1000 + "}"))
    assert len(str(caught.value)) < 200
