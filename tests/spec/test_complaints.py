"""YAML's own errors, the same words from both of PyYAML's parsers."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from provisioner.errors import SpecError
from provisioner.spec.complaints import in_plain_words
from provisioner.spec.syntax import Loader, read_tree

LOADERS = list(dict.fromkeys([yaml.SafeLoader, Loader]))

CASES: dict[str, tuple[str, str]] = {
    "a list that is not closed": (
        "a: [1, 2\nb: 3\n",
        "f:2:2: expected `,` or `]` in the list that opens on line 1",
    ),
    "a mapping that is not closed": (
        "a: {b: 1\nc: 2\n",
        "f:2:2: expected `,` or `}` in the mapping that opens on line 1",
    ),
    "the end of the file in a list": (
        "a: [1, 2",
        "f:1:9: expected `,` or `]` in the list that opens on line 1",
    ),
    "a quote that is not closed": (
        "a: 'x\nb: 1\n",
        "f:1:4: the quote that opens here is never closed",
    ),
    "a colon in text": (
        "a: b: c\n",
        (
            "f:1:5: a `:` cannot stand here; put text with `: ` in it or `:` at its end in quotes,"
            " or check the indentation"
        ),
    ),
    "a colon without its space": ("a:1\nb: 2\n", "f:1:2: a space is missing after `:`"),
    "a key without its colon": ("a: 1\nb\nc: 2\n", "f:2:1: expected `key: value`, found no `:`"),
    "a key between two levels": (
        "a:\n  b: 1\n c: 2\n",
        (
            "f:3:2: expected the next key of the mapping that begins on line 1;"
            " check indentation and quotes"
        ),
    ),
    "text after a quote": (
        "a: 'b' c\n",
        (
            "f:1:8: expected the next key of the mapping that begins on line 1;"
            " check indentation and quotes"
        ),
    ),
    "a key in a list": (
        "- a\nb: 1\n",
        "f:2:1: expected the next `- ` of the list that begins on line 1; check the indentation",
    ),
    "a list on a key's line": (
        "a: - b\n",
        "f:1:4: a list item (`- `) cannot stand here; begin a new line",
    ),
    "a question mark": ("a: ? b\n", "f:1:4: `? ` cannot begin text; put it in quotes"),
    "an at sign": ("a: @b\n", "f:1:4: a value cannot begin with '@'; put it in quotes"),
    "a wildcard": ("a: *.b\n", "f:1:5: `*` begins an alias; put the text in quotes"),
    "an ampersand": ("a: & b\n", "f:1:5: `&` begins an anchor; put the text in quotes"),
    "an exclamation mark": (
        "a: !<> b\n",
        "f:1:6: `!` begins a tag, which is not allowed; put text in quotes",
    ),
    "two commas": ("a: [1,,2]\n", "f:1:7: expected a value here"),
    "a reference in braces": (
        "a: {b: ${c}}\n",
        "f:1:8: `${…}` inside { } or [ ] must be in quotes",
    ),
    "a wrong escape": (
        'a: "\\x4"\n',
        (
            "f:1:7: wrong escape; after \\x, \\u or \\U stand 2, 4 or 8 hexadecimal digits of a"
            " character"
        ),
    ),
    "a wrong block": (
        "a: |x\n  y\n",
        "f:1:5: after `|` or `>` stand only +, - or a digit from 1 to 9",
    ),
    "a directive": (
        "%YAML 3.0\n---\na: 1\n",
        "f:1:1: `%` directives are not allowed; specs are plain YAML",
    ),
    "text after the end": ("a: 1\n...\nb: 2\n", "f:3:1: expected the end of the file"),
    "a tab": (
        "a:\n  b: |\n\tx\n",
        "f:3:1: a tab is used for indentation; YAML allows only spaces there",
    ),
}


def _complaint(text: str, loader: Any) -> str:
    with pytest.raises(SpecError) as caught:
        read_tree(text, "f", loader=loader)
    return str(caught.value)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("name", CASES)
def test_both_parsers_complain_in_the_same_plain_words(name: str, loader: Any) -> None:
    text, expected = CASES[name]
    assert _complaint(text, loader) == expected


@pytest.mark.parametrize("loader", LOADERS)
def test_an_unknown_escape_says_how_to_write_a_backslash(loader: Any) -> None:
    complaint = _complaint('a: "C:\\q"\n', loader)
    assert complaint.startswith("f:1:")
    assert complaint.endswith(
        'unknown escape after `\\`; in "…" write `\\\\` for a backslash, or use single quotes'
    )


@pytest.mark.parametrize("loader", LOADERS)
def test_an_impossible_character_is_a_problem_in_both_parsers(loader: Any) -> None:
    assert "escape" in _complaint('a: "\\UFFFFFFFF"\n', loader)


def test_an_error_that_nobody_foresaw_is_told_in_the_parsers_words() -> None:
    mark = yaml.Mark("f", 0, 1, 2, None, 0)
    error = yaml.MarkedYAMLError("while dreaming", mark, "found a sheep", mark)
    assert str(in_plain_words(error, "a: 1\nb: 2\n", "f")) == (
        "f:2:3: this is not YAML: found a sheep"
    )
