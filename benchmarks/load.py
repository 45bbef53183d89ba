"""The application under load on loopback: requests a second, how long each takes, none failed.

A client of httpx would be slower than the server. This one writes a prepared request to a socket
and reads what `Content-Length` says, on connections that stay open as a load balancer's do.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
CONNECTIONS = 16
WARM_SECONDS = 1.0
ITEM = b'{"name": "acorn", "description": "of an oak", "quantity": 3}'
OK = (b"200", b"201")
SETTINGS = ("AWS_", "OTEL_", "DATABASE_", "PYTHON")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked again and again."""

    method: str
    path: str
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def written(self) -> bytes:
        lines = [
            f"{self} HTTP/1.1",
            "Host: loopback",
            "Content-Type: application/json",
            f"Content-Length: {len(self.body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


QUESTIONS = (
    Question("GET", "/live"),
    Question("GET", "/health"),
    Question("POST", "/api/items", ITEM),
    Question("GET", "/api/items?limit=20"),
    Question("GET", "/api/items/1"),
)


@dataclass
class Load:
    """What became of one question; times are seconds of each request."""

    question: str
    store: str
    seconds: float
    times: list[float] = field(default_factory=list)
    failed: int = 0

    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, percent: int) -> float:
        return quantiles(self.times, n=100, method="inclusive")[percent - 1]


@dataclass
class Stop:
    """A task that was stopped under load: requests of clients that leave when it is not ready."""

    answered: int = 0
    failed: int = 0
    after_signal: int = 0
    seconds: float = 0
    code: int | None = None
    busy: float = 0
    """The machine's load average of the last minute."""


def measure(seconds: float) -> tuple[list[Load], Stop]:
    """Every question on every store for that long, then a stop in the middle of it."""
    with TemporaryDirectory(prefix="benchmark-") as temporary:
        stores = {"memory": "sqlite://", "file": f"sqlite:///{temporary}/items.db"}
        return asyncio.run(_measure(stores, seconds))


async def _measure(stores: dict[str, str], seconds: float) -> tuple[list[Load], Stop]:
    loads = []
    for store, url in stores.items():
        async with _served(url) as (_, port):
            for question in QUESTIONS:
                await _load(port, question, store, WARM_SECONDS)
                loads.append(await _load(port, question, store, seconds))
    async with _served(stores["memory"]) as (process, port):
        return loads, await _stop(process, port)


async def _load(port: int, question: Question, store: str, seconds: float) -> Load:
    load = Load(str(question), store, seconds)
    end = time.perf_counter() + seconds
    await asyncio.gather(*(_ask(port, question, load, end) for _ in range(CONNECTIONS)))
    return load


async def _ask(port: int, question: Question, load: Load, end: float) -> None:
    """One connection, one request after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    written = question.written()
    while (began := time.perf_counter()) < end:
        status, _ = await _exchange(reader, writer, written)
        load.times.append(time.perf_counter() - began)
        load.failed += status not in OK
    writer.close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, written: bytes
) -> tuple[bytes, bool]:
    """The status, and whether the server closes. Raises OSError or IncompleteReadError."""
    writer.write(written)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return head[9:12], b"\r\nconnection: close" in head


async def _stop(process: Process, port: int) -> Stop:
    stop, leave = Stop(), asyncio.Event()
    clients = [asyncio.create_task(_client(port, stop, leave)) for _ in range(CONNECTIONS)]
    await asyncio.sleep(WARM_SECONDS)
    before, began = stop.answered, time.perf_counter()
    process.terminate()
    while await _ready(port):  # noqa: ASYNC110  # another process is asked
        await asyncio.sleep(0.01)
    leave.set()  # a load balancer deregisters a target that is not ready
    await asyncio.gather(*clients)
    stop.after_signal = stop.answered - before
    stop.code = await process.wait()
    stop.seconds = time.perf_counter() - began
    stop.busy = os.getloadavg()[0]
    return stop


async def _client(port: int, stop: Stop, leave: asyncio.Event) -> None:
    """Opens a connection anew where the server says that it closes one."""
    written, writer, closes = QUESTIONS[-2].written(), None, True
    while not leave.is_set():
        try:
            if closes:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert writer is not None
            status, closes = await _exchange(reader, writer, written)
            stop.answered += 1
            stop.failed += status not in OK
            if closes:
                writer.close()
        except (OSError, asyncio.IncompleteReadError):
            stop.failed += 1
            closes = True
    if writer is not None:
        writer.close()


async def _ready(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        status, _ = await _exchange(reader, writer, Question("GET", "/ready").written())
    except (OSError, asyncio.IncompleteReadError):
        return False
    writer.close()
    return status in OK


@asynccontextmanager
async def _served(url: str) -> AsyncIterator[tuple[Process, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", cwd=ROOT, stdout=DEVNULL, env=_variables(url, port)
    )
    try:
        while not await _ready(port):
            if process.returncode is not None:
                raise RuntimeError(f"the application ended with {process.returncode}")
            await asyncio.sleep(0.05)
        yield process, port
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _variables(url: str, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    own = {"HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": url, "DRAIN_SECONDS": "1"}
    return {**kept, **own}
