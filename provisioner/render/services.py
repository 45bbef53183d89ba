"""Revisions of services for people, drawn from their documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

COLOURS = {"serving": "green", "deploying": "cyan", "failed": "red"}
COMMIT_SHOWN = 12
DIGEST_SHOWN = 19
"""`sha256:` and twelve digits."""


def revisions(found: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[str]:
    """A table for each service, the newest revision first."""
    lines = []
    for name, some in found.items():
        lines.append(click.style(name, bold=True))
        rows = [_row(one) for one in some]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
            status = row[1]
            if status in COLOURS:
                cells[1] = click.style(cells[1], fg=COLOURS[status])
            lines.append(f"  {'  '.join(cells)}".rstrip())
    return lines


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    when = (one["when"] or "-").partition(".")[0].replace("T", " ")[:19]
    images = ", ".join(
        _image(image, one["tags"].get(container)) for container, image in one["images"].items()
    )
    return (
        one["revision"],
        one["status"] or "-",
        when,
        one["who"] or "-",
        (one["commit"] or "-")[:COMMIT_SHOWN],
        images,
    )


def _image(image: str, tag: str | None) -> str:
    """The last part of a reference, with the tag that its digest was found by."""
    name, at, digest = image.rpartition("/")[2].partition("@")
    if not at:
        return name
    return f"{name}{f':{tag}' if tag else ''}@{digest[:DIGEST_SHOWN]}"
