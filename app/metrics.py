"""Metrics as lines of the log, which CloudWatch Logs makes metrics of: no call, no agent.

Embedded Metric Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = "OakTree"
MOST_VALUES = 100
"""Values of one metric in one document."""
UNITS = {
    "Latency": "Milliseconds",
    "Requests": "Count",
    "Errors": "Count",
    "Concurrency": "Count",
    "LoopDelay": "Milliseconds",
}


def to_stdout(line: str) -> None:
    """One whole line, whoever else writes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass
class Meter:
    """Counts requests, and tells of them every `seconds`, sooner when many came.

    Latency of each request, Requests and Errors (answers of 500 and more) as sums, Concurrency as
    the most at a time, LoopDelay as the longest that the event loop kept others waiting. The
    dimension is the environment alone: one metric per name, and none that a caller could invent.
    """

    environment: str
    seconds: float
    write: Callable[[str], None] = to_stdout
    clock: Callable[[], float] = time.time
    _latencies: list[float] = field(default_factory=list)
    _errors: int = 0
    _now: int = 0
    _most: int = 0
    _delay: float = 0

    @contextmanager
    def request(self) -> Iterator[Callable[[int, float], None]]:
        """While a request is served; call what it gives with the status and milliseconds."""
        self._now += 1
        self._most = max(self._most, self._now)
        try:
            yield self._count
        finally:
            self._now -= 1

    def _count(self, status: int, milliseconds: float) -> None:
        self._latencies.append(round(milliseconds, 1))
        self._errors += status >= 500  # noqa: PLR2004  # what is the server's fault
        if len(self._latencies) >= MOST_VALUES:
            self.flush()

    def flush(self) -> None:
        """Tell what has been counted since the last time."""
        values: dict[str, Any] = {
            "Requests": len(self._latencies),
            "Errors": self._errors,
            "Concurrency": self._most,
            "LoopDelay": round(self._delay, 1),
        }
        if self._latencies:  # an empty list is no value
            values["Latency"] = self._latencies
        metrics = [{"Name": name, "Unit": UNITS[name]} for name in values]
        directive = {"Namespace": NAMESPACE, "Dimensions": [["Environment"]], "Metrics": metrics}
        about = {"Timestamp": int(self.clock() * 1000), "CloudWatchMetrics": [directive]}
        self.write(json.dumps({"_aws": about, "Environment": self.environment, **values}))
        self._latencies, self._errors, self._most, self._delay = [], 0, self._now, 0

    async def run(self) -> None:
        """Tell, again and again, until cancelled; what is left is told then."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                until = loop.time() + self.seconds
                while (rest := until - loop.time()) > 0:
                    await self._nap(min(rest, 1))
                self.flush()
        finally:
            self.flush()

    async def _nap(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        wanted = loop.time() + seconds
        await asyncio.sleep(seconds)
        self._delay = max(self._delay, (loop.time() - wanted) * 1000)
