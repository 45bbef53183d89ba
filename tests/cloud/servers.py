"""The three servers, each a process of its own on loopback, from `with` to the end of its block."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from provisioner.local import cloud as lifecycle

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".venv" / "peers" / "bin"
"""Programs of others, in an environment of their own that `make install` makes."""
MINISTACK = PEERS / "python"
EVERY_SERVER = ("embedded", "moto", "ministack")
ACCOUNT = "123456789012"
SETTLE = "0.05"
READY_WITHIN = 60


@dataclass(frozen=True, slots=True)
class Server:
    """Something that answers like AWS. `forget` empties it.

    `directory` is that of the embedded cloud, which brings a network along.
    """

    name: str
    endpoint: str
    forget: Callable[[], None]
    directory: Path | None = None


@contextmanager
def embedded(directory: Path) -> Iterator[Server]:
    """The embedded cloud, settling at once."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PROVISIONER_LOCAL_SETTLE", SETTLE)
        running = lifecycle.start(directory)
    try:
        yield Server(
            "embedded", running.endpoint, lambda: _quiet(lifecycle.reset(directory)), directory
        )
    finally:
        lifecycle.stop(directory)


@contextmanager
def moto(directory: Path) -> Iterator[Server]:
    """A plain moto server, as `pip install moto[server]` gives it."""
    with (
        (directory / "moto.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.cloud.plain_moto"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(),
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        endpoint = process.stdout.readline().strip()
        assert endpoint, (directory / "moto.log").read_text()
        try:
            yield Server("moto", endpoint, lambda: _post(endpoint, "/moto-api/reset"))
        finally:
            process.kill()


@contextmanager
def ministack(directory: Path) -> Iterator[Server]:
    """MiniStack, from the environment of its own that `make install` makes."""
    port = _free_port()
    own = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "STATE_DIR": str(directory / "state"),
        "TMPDIR": str(directory),
        "HOME": str(directory),
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        [str(MINISTACK), "-m", "ministack"],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment() | own,
        text=True,
    ) as process:
        log = directory / "ministack.log"
        ready = threading.Event()
        threading.Thread(target=_follow, args=(process, log, ready), daemon=True).start()
        endpoint = f"http://127.0.0.1:{port}"
        try:
            assert ready.wait(READY_WITHIN), log.read_text()
            assert process.poll() is None, log.read_text()
            yield Server("ministack", endpoint, lambda: _post(endpoint, "/_ministack/reset"))
        finally:
            process.kill()


def _follow(process: subprocess.Popen[str], log: Path, ready: threading.Event) -> None:
    """Copy what the process says to its log; it is ready when it says where it runs."""
    assert process.stdout is not None
    with log.open("w") as copy:
        for line in process.stdout:
            copy.write(line)
            copy.flush()
            if "Running on" in line:
                ready.set()
    ready.set()


def _environment() -> dict[str, str]:
    """Nothing of the user's AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
    return port


def _post(endpoint: str, path: str) -> None:
    connection = HTTPConnection(endpoint.removeprefix("http://"), timeout=30)
    try:
        connection.request("POST", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
    finally:
        connection.close()


def _quiet(_: object) -> None:
    """Nothing comes of it."""


def credentials() -> Mapping[str, str]:
    """What every client of a server is given."""
    return {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
