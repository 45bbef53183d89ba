"""The three servers, each a process of its own on loopback, from `with` to the end of its block."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

from provisioner.local import cloud as lifecycle

ROOT = Path(__file__).parents[2]
MINISTACK = ROOT / ".venv" / "ministack" / "bin" / "python"
EVERY_SERVER = ("embedded", "moto", "ministack")
ACCOUNT = "123456789012"
SETTLE = "0.05"
LOG = "log"


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
    command = [sys.executable, "-m", "provisioner.local.server"]
    command += ["--directory", str(directory), "--ready-fd", "1"]
    with _leashed(command, directory, PROVISIONER_LOCAL_SETTLE=SETTLE) as lines:
        told = json.loads(next(lines))

        def forget() -> None:
            lifecycle.reset(directory)

        yield Server("embedded", told["endpoint"], forget, directory)


@contextmanager
def moto(directory: Path) -> Iterator[Server]:
    """A plain moto server, as `pip install moto[server]` gives it."""
    with _leashed([sys.executable, "-m", "tests.cloud.plain_moto"], directory) as lines:
        endpoint = next(lines).strip()
        yield Server("moto", endpoint, lambda: _post(endpoint, "/moto-api/reset"))


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
    endpoint = f"http://127.0.0.1:{port}"
    with _leashed([str(MINISTACK), "-m", "ministack"], directory, **own) as lines:
        assert any("Running on" in line for line in lines), _said(directory)
        Thread(target=lambda: list(lines), daemon=True).start()  # it must not wait for a reader
        yield Server("ministack", endpoint, lambda: _post(endpoint, "/_ministack/reset"))


@contextmanager
def _leashed(command: Sequence[str], directory: Path, **own: str) -> Iterator[Iterator[str]]:
    """Run a server that cannot outlive us. Gives the lines that it says; the log has the rest."""
    with (
        (directory / LOG).open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.cloud.leash", *command],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment() | own,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield iter(process.stdout)
        finally:
            process.stdin.close()


def _said(directory: Path) -> str:
    return (directory / LOG).read_text()


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


def credentials() -> Mapping[str, str]:
    """What every client of a server is given."""
    return {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
