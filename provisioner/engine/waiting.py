"""What something still waits for: words, and what a kind knows beyond them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """The answer of `Kind.pending`; true while something is still missing.

    `words` are the progress line, "" when nothing is missing. `details` is a document of JSON's
    types for whoever shows or reports more: the engine only hands it on.
    """

    words: str
    details: Mapping[str, Any] | None = None

    def __bool__(self) -> bool:
        return bool(self.words)

    def __str__(self) -> str:
        return self.words
