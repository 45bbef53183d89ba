"""The real process: bad configuration, the health check, and being stopped under load."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest

ROOT = Path(__file__).parents[2]


def run(module: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=os.environ | variables,
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip


@contextmanager
def served(**variables: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
    own = {"HOST": "127.0.0.1", "PORT": str(port), "DRAIN_SECONDS": "1", **variables}
    with subprocess.Popen(
        [sys.executable, "-m", "app"], cwd=ROOT, env=os.environ | own, stdout=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(300):
                if status(port, "/ready") == 200:
                    break
                time.sleep(0.1)
            yield process, port
        finally:
            process.kill()


def status(port: int, path: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def test_bad_configuration_is_named_whole_and_without_its_values() -> None:
    done = run(
        "app", PORT="0", APP_ENV="Prod!", DATABASE_URL="mysql://u:secret@h/d", CORS_ORIGINS="a.b"
    )
    assert done.returncode == 78
    for name in ("PORT:", "APP_ENV:", "DATABASE_URL:", "CORS_ORIGINS:"):
        assert name in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    "address", ["postgresql://u:x@y:secret@host/db", "postgresql://u:x@host:secret/db"]
)
def test_a_password_that_is_taken_for_a_port_is_not_told(address: str) -> None:
    done = run("app", DATABASE_URL=address)
    assert done.returncode == 78
    assert "DATABASE_URL: Value error, not a database URL" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.slow
def test_stopped_under_load_no_request_of_a_load_balancer_fails() -> None:
    failed: list[str] = []
    counted = [0] * 4
    leave = Event()

    def client(number: int, port: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        while not leave.is_set():
            try:
                connection.request("GET", "/api/items")
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    failed.append(str(answer.status))
            except (OSError, HTTPException) as error:
                failed.append(repr(error))
                return
            counted[number] += 1
        connection.close()

    with served() as (process, port):
        assert run("app.healthcheck", PORT=str(port)).returncode == 0
        threads = [Thread(target=client, args=(number, port)) for number in range(4)]
        for thread in threads:
            thread.start()
        while min(counted) < 5 and not failed:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        while status(port, "/ready") == 200:  # deregistered as soon as it is not ready
            time.sleep(0.01)
        leave.set()
        for thread in threads:
            thread.join()
        assert process.wait(30) == 0
    assert failed == []
    assert run("app.healthcheck", PORT=str(port)).returncode == 1
