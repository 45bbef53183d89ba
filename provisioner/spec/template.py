"""Text with references in it, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_REFERENCE = re.compile(rf"(?P<env>env:)?(?P<name>{_NAME})(:-(?P<default>.*))?", re.DOTALL)


class TemplateError(Exception):
    """A text that cannot be replaced; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}`, or with `env` `${env:NAME}` or `${env:NAME:-default}`."""

    name: str
    env: bool = False
    default: str | None = None


def split(text: str) -> Iterator[str | Reference]:
    """Plain text and references in turn. Raises TemplateError."""
    position = 0
    while (start := text.find("${", position)) >= 0:
        if start > position and text[start - 1] == "$":
            yield text[position : start - 1] + "${"
            position = start + 2
            continue
        yield text[position:start]
        end = _end(text, start)
        yield _reference(text[start + 2 : end])
        position = end + 1
    yield text[position:]


def _end(text: str, start: int) -> int:
    """Where the `}` is that closes the `${` at `start`; a default may hold references itself."""
    depth, position = 0, start
    while position < len(text):
        if text.startswith("${", position):
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    raise TemplateError("`${` without its `}`; write `$${` for a plain `${`")


def _reference(inside: str) -> Reference:
    match = _REFERENCE.fullmatch(inside)
    if not match:
        shown = inside if len(inside) <= 40 else f"{inside[:40]}…"  # noqa: PLR2004
        raise TemplateError(
            "expected `${name}`, `${env:NAME}` or `${env:NAME:-default}`,"
            f" found `${{{shown}}}`; write `$${{` for a plain `${{`"
        )
    name, default = match["name"], match["default"]
    if default is not None and not match["env"]:
        raise TemplateError(
            f"only `${{env:NAME:-default}}` has a default;"
            f" the one of `{name}` belongs under `variables:`"
        )
    return Reference(name, bool(match["env"]), default)
