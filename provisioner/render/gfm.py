"""Words of others within GitHub-flavoured Markdown: always as code, which nothing in them can end.

So none of them is taken for markup, a link or a mention. https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from typing import Any


def code(words: Any) -> str:
    """Inline code, whatever the words contain."""
    flat = " ".join(str(words).split())
    ticks = "`" * (_longest_run(flat) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}" if flat else ""


def cell(words: Any) -> str:
    """Code within a table, where a pipe ends the cell even so."""
    return code(words).replace("|", r"\|")


def fence(content: str, language: str = "") -> list[str]:
    """A fenced block, its fence longer than any run of backticks within."""
    ticks = "`" * max(3, _longest_run(content) + 1)
    return [f"{ticks}{language}", *content.splitlines(), ticks]


def _longest_run(content: str) -> int:
    return max(map(len, re.findall(r"`+", content)), default=0)
