"""What can be set while the cloud runs: its clock, its strictness, what becomes of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock


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

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Take over what a control request names. Raises ValueError."""
        if "speed" in wanted or "manual" in wanted:
            speed = wanted.get("speed")
            if speed is not None and not float(speed) > 0:
                raise ValueError("a speed is greater than 0")
            self.clock.set(speed and float(speed), manual=wanted.get("manual"))
        for name in ("strict_images", "throttles", "consistency", "enforce_iam"):
            if name in wanted:
                setattr(self, name, bool(wanted[name]))
        if "fates" in wanted:
            self.fates = {str(pattern): str(words) for pattern, words in wanted["fates"].items()}
        if "loads" in wanted:
            self.loads = {
                str(pattern): {str(name): float(value) for name, value in metrics.items()}
                for pattern, metrics in wanted["loads"].items()
            }

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
