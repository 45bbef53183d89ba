"""What can be set while the cloud runs: its clock, its strictness, what becomes of tasks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .clock import LIMIT, Clock
from .shapes import Shape, flag, mapping, meant, number, text
from .simulation.fate import WORDS, unknown
from .simulation.hooks import WORDS as HOOK_WORDS

# Seconds that pass at once.
FARTHEST = 366 * 86_400

_HEAD = re.compile(r"-after-|-\d|--")


def _words(value: object, where: str) -> str:
    """Read words of fate: of images, or of the functions of hooks."""
    read: str = text("words of the language of fates")(value, where)
    for word in unknown(read):
        if word not in HOOK_WORDS:
            examples = [*(each.example for each in WORDS), *HOOK_WORDS]
            heads = {_HEAD.split(each)[0]: each for each in reversed(examples)}
            raise ValueError(
                f"`{where}`: unknown word {word!r}{meant(word, heads)}; there are, separated by"
                f" commas: {', '.join(dict.fromkeys(examples))}"
            )
    return read


# Name -> what it may be.
SHAPES: dict[str, Shape] = {
    "speed": number(0, LIMIT, above=True),
    "manual": flag,
    "strict_images": flag,
    "throttles": flag,
    "consistency": flag,
    "enforce_iam": flag,
    "fates": mapping(_words, "patterns of images, services or functions"),
    "loads": mapping(mapping(number(0, 1e12), "names of metrics"), "patterns of services"),
}


def drop(mapping: dict[Any, Any], key: Any) -> None:
    """Take a key out of a mapping, if it is there."""
    mapping.pop(key, None)


@dataclass(slots=True)
class Settings:
    """`strict_images`: a tag that nobody has pushed to a repository of the cloud's own is missing.

    `throttles`: calls come out of AWS's token buckets. `consistency`: what is new is not there at
    once for everybody. `enforce_iam`: an assumed role may do only what its policies allow.
    `fates`: words of fate, by a pattern of images or of service names. `loads`: by a pattern of
    service names, metrics of ECS with what all running tasks of a service have of them together.
    """

    clock: Clock = field(default_factory=Clock)
    strict_images: bool = False
    throttles: bool = False
    consistency: bool = False
    enforce_iam: bool = False
    fates: dict[str, str] = field(default_factory=dict)
    loads: dict[str, dict[str, float]] = field(default_factory=dict)
    _pending: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Have something done after so much of AWS's time, before the first request then.

        It must be such that it can be saved: `partial(drop, …)`, no function without a name.
        """
        self._pending.append((self.clock.now() + seconds, action))

    def sweep(self) -> None:
        """Do what is due."""
        if self._pending:
            now = self.clock.now()
            due = [each for each in self._pending if each[0] <= now]
            self._pending[:] = [each for each in self._pending if each[0] > now]
            for _, action in due:
                action()

    def kept(self) -> dict[str, Any]:
        """Return what a saved state has of it."""
        return {**self.shown(), "clock": self.clock.kept(), "pending": list(self._pending)}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Be as it was when this was kept; no time has passed since."""
        self.change(kept)
        self.clock.restore(kept["clock"])
        self._pending[:] = kept["pending"]

    def forget(self) -> None:
        """Drop what was to be done later: what it was about is gone."""
        self._pending.clear()

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """What each setting may be."""
        return SHAPES

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Take over what is named of SHAPES, whose values are such."""
        if "speed" in wanted or "manual" in wanted:
            self.clock.set(wanted.get("speed"), manual=wanted.get("manual"))
        for name in SHAPES.keys() & wanted.keys() - {"speed", "manual"}:
            setattr(self, name, wanted[name])

    def shown(self) -> dict[str, Any]:
        """Return everything as it is."""
        return {
            "speed": self.clock.speed,
            "manual": self.clock.manual,
            "strict_images": self.strict_images,
            "throttles": self.throttles,
            "consistency": self.consistency,
            "enforce_iam": self.enforce_iam,
            "fates": dict(self.fates),
            "loads": dict(self.loads),
        }
