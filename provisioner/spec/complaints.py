"""PyYAML's errors in plain words. libyaml and PyYAML word the same error differently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from provisioner.errors import Problem
from provisioner.spec.source import lines


class _Words(NamedTuple):
    """`pattern` is looked for in PyYAML's "context: problem"; `above` is the context's line."""

    pattern: str
    message: str
    at_context: bool = False


_TABLE = (
    _Words(r"could not find expected ':'", "expected `key: value`, found no `:`", at_context=True),
    _Words(
        r"quoted scalar: found unexpected end",
        "the quote that opens here is never closed",
        at_context=True,
    ),
    _Words(
        r"unknown escape character",
        'unknown escape after `\\`; in "…" write `\\\\` for a backslash, or use single quotes',
    ),
    _Words(
        r"escape code|escape sequence|hex",
        "wrong escape; after \\x, \\u or \\U stand 2, 4 or 8 hexadecimal digits of a character",
    ),
    _Words(
        r"values are not allowed",
        "a `:` cannot stand here; put text with `: ` in it or `:` at its end in quotes,"
        " or check the indentation",
    ),
    _Words(r"keys are not allowed", "`? ` cannot begin text; put it in quotes"),
    _Words(r"entries are not allowed", "a list item (`- `) cannot stand here; begin a new line"),
    _Words(
        r"flow sequence: .*expected ',' or ']'",
        "expected `,` or `]` in the list that opens on line {above}",
    ),
    _Words(
        r"flow mapping: .*expected ',' or '}'",
        "expected `,` or `}}` in the mapping that opens on line {above}",
    ),
    _Words(
        r"block mapping: (did not find expected key|expected <block end>)",
        "expected the next key of the mapping that begins on line {above};"
        " check indentation and quotes",
    ),
    _Words(
        r"block (collection|sequence): (did not find expected '-'|expected <block end>)",
        "expected the next `- ` of the list that begins on line {above}; check the indentation",
    ),
    _Words(r"node content", "expected a value here"),
    _Words(r"scanning an alias", "`*` begins an alias; put the text in quotes"),
    _Words(r"scanning an anchor", "`&` begins an anchor; put the text in quotes"),
    _Words(r"block scalar", "after `|` or `>` stand only +, - or a digit from 1 to 9"),
    _Words(r"directive|incompatible YAML", "`%` directives are not allowed; specs are plain YAML"),
    _Words(r"\btag\b", "`!` begins a tag, which is not allowed; put text in quotes"),
    _Words(r"<document start>", "expected the end of the file"),
)


def in_plain_words(error: Exception, text: str, file: str) -> Problem:
    """What is wrong and where, for whoever wrote the file."""
    rows = lines(text)
    line, column, message = next(_guesses(error, rows))
    if line > len(rows):  # libyaml sees a line end at the end of every file
        line, column = len(rows), len(rows[-1]) + 1
    return Problem(file, line, column, "", message)


def _guesses(error: Exception, rows: list[str]) -> Iterator[tuple[int, int, str]]:
    """What it may be, the surest guess first, and always at least one."""
    for number, row in enumerate(rows, 1):
        if row.startswith("<<<<<<< "):
            yield number, 1, "a merge conflict is left in the file"
    if isinstance(error, yaml.MarkedYAMLError):
        yield from _looked_at(error, rows)
    yield 1, 1, "this is not YAML; look for a wrong escape such as \\U"


def _looked_at(error: yaml.MarkedYAMLError, rows: list[str]) -> Iterator[tuple[int, int, str]]:
    """From what stands at the error's place, then from what PyYAML says."""
    line, column = _position(error.problem_mark)
    row = rows[line - 1] if line <= len(rows) else ""
    if tab := re.match(r" *\t", row):
        yield line, tab.end(), "a tab is used for indentation; YAML allows only spaces there"
    if "values are not allowed" in str(error.problem) and line > 1:
        above = re.match(r"( *(- )*[A-Za-z0-9_-]+:)[^ /:]*$", rows[line - 2])
        if above:
            yield line - 1, above.end(1), "a space is missing after `:`"
    if row[column - 2 : column] == "${":
        yield line, column - 1, "`${…}` inside { } or [ ] must be in quotes"
    if "cannot start any token" in str(error.problem):
        character = row[column - 1 : column]
        yield line, column, f"a value cannot begin with '{character}'; put it in quotes"
    yield from _from_table(error)


def _from_table(error: yaml.MarkedYAMLError) -> Iterator[tuple[int, int, str]]:
    said = f"{error.context}: {error.problem}"
    problem, context = _position(error.problem_mark), _position(error.context_mark)
    for words in _TABLE:
        if re.search(words.pattern, said):
            place = context if words.at_context else problem
            yield *place, words.message.format(above=context[0])
    yield *problem, f"this is not YAML: {error.problem}"


def _position(mark: yaml.Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
