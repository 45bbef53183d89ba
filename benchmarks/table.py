"""Tables in Markdown that are readable as they stand."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "-"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """A table whose first `words` columns are left-aligned and all others right-aligned."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if index < words else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    marks = [
        "-" * width if index < words else "-" * (width - 1) + ":"
        for index, width in enumerate(widths)
    ]
    return "\n".join([line(heads), line(marks), *map(line, rows)])


def seconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def milliseconds(value: float) -> str:
    return f"{value * 1000:.0f}"
