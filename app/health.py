"""Dependencies, each asked with a time limit, all at once, and not too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .problems import StoreUnset


@dataclass(frozen=True, slots=True)
class Dependency:
    """`fatal`: without it this task, and this task alone, is useless."""

    ask: Callable[[], Awaitable[object]]
    fatal: bool


@dataclass
class Health:
    """The verdict on all dependencies. Callers that come together wait for the same answers.

    A dependency that tasks share is never fatal: its outage would make ECS kill them all.
    """

    dependencies: Mapping[str, Dependency]
    timeout: float
    keep: float
    clock: Callable[[], float] = time.monotonic
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _last: dict[str, Any] | None = None
    _at: float = 0

    async def verdict(self) -> dict[str, Any]:
        """`state`: ok, degraded or failed; and `dependencies` by name. Never raises."""
        async with self._lock:
            if self._last is None or self.clock() - self._at >= self.keep:
                self._last, self._at = await self._fresh(), self.clock()
            return self._last

    async def _fresh(self) -> dict[str, Any]:
        answers = await asyncio.gather(*map(self._one, self.dependencies.values()))
        found = dict(zip(self.dependencies, answers, strict=True))
        failed = [name for name, answer in found.items() if answer["state"] != "ok"]
        fatal = any(self.dependencies[name].fatal for name in failed)
        state = "failed" if fatal else "degraded" if failed else "ok"
        return {"state": state, "dependencies": found}

    async def _one(self, dependency: Dependency) -> dict[str, Any]:
        began = self.clock()
        more: dict[str, str] = {}
        try:
            async with asyncio.timeout(self.timeout):
                await dependency.ask()
            state = "ok"
        except TimeoutError:
            state = "timeout"
        except StoreUnset as error:
            state, more = "unset", {"detail": str(error)}
        except Exception:  # noqa: BLE001  # whatever a dependency does, it is reported here
            state = "failed"
        latency = round((self.clock() - began) * 1000, 1)
        return {"state": state, "latency_ms": latency, "fatal": dependency.fatal, **more}
