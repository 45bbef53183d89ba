"""`environments:` — the chosen overlay laid over the rest of the spec.

Mappings merge key by key, everything else replaces, and an explicit null removes the key.
"""

from __future__ import annotations

from typing import Any

from provisioner.errors import SpecError, UsageError
from provisioner.spec.document import Document, Path, Spot, walk
from provisioner.spec.spelling import enumerated, instead

_SECTION = "environments"


def environments(document: Document) -> list[str]:
    """The names of the spec's environments, in file order. Raises SpecError."""
    section = document.data.get(_SECTION) or {}
    if not isinstance(section, dict):
        message = "expected a mapping from environment names to overlays"
        raise SpecError([document.problem((_SECTION,), message)])
    return list(section)


def choose(document: Document, environment: str | None) -> Document:
    """The spec for one environment. Of `environments:` only the names stay.

    Raises UsageError where the choice is missing or means nothing, SpecError for an unknown name.
    """
    names = environments(document)
    if environment is None and names:
        raise UsageError(
            f"{document.file} has the environments {enumerated(names)}: choose one with -e NAME"
        )
    if environment is None:
        return document
    if not names:
        raise UsageError(f"{document.file} has no `environments:`: leave out -e {environment}")
    if environment not in names:
        message = f"there is no `{environment}`{instead(environment, names)}"
        raise SpecError([document.problem((_SECTION,), message)])
    return _overlaid(document, environment)


def _overlaid(document: Document, environment: str) -> Document:
    start: Path = (_SECTION, environment)
    overlay = document.data[_SECTION][environment]
    if overlay is None:
        overlay = {}
    if not isinstance(overlay, dict):
        raise SpecError([document.problem(start, "expected a mapping: what differs here")])
    if _SECTION in overlay:
        message = "an overlay cannot have overlays of its own"
        raise SpecError([document.problem((*start, _SECTION), message, at_key=True)])
    names: dict[str, Any] = {name: {} for name in document.data[_SECTION]}
    layers = _Layers(document, start)
    data = layers.merge(document.data, overlay, ())
    return document.changed({**data, _SECTION: names}, layers.spots)


class _Layers:
    """A merge, noting the place of everything that comes from the overlay."""

    def __init__(self, document: Document, start: Path) -> None:
        self.spots: dict[Path, Spot] = {}
        self._document = document
        self._start = start

    def merge(self, base: dict[str, Any], over: dict[str, Any], path: Path) -> dict[str, Any]:
        result = dict(base)
        for key, value in over.items():
            here = (*path, key)
            if value is None:
                result.pop(key, None)
            elif isinstance(value, dict):
                below = result.get(key)
                if not isinstance(below, dict):
                    below = {}
                    self._note(here)
                result[key] = self.merge(below, value, here)
            else:
                result[key] = value
                for inner, _ in walk(value, here):
                    self._note(inner)
        return result

    def _note(self, path: Path) -> None:
        self.spots[path] = self._document.spots[(*self._start, *path)]
