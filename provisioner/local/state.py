"""The files by which a server and the commands that look for it find each other.

settings.json   the port it prefers, the VPC names that were ever asked for
server.json     where the running server listens; a killed one leaves it, so it is only a hint
server.lock     held by the running server
start.lock      held by whoever is starting or stopping one
server.log
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SETTINGS = "settings.json"
SERVER = "server.json"
RUNNING = "server.lock"
STARTING = "start.lock"
LOG = "server.log"


def default_directory(environment: Mapping[str, str]) -> Path:
    """Return where the cloud keeps its files if the user names no place."""
    if given := environment.get("PROVISIONER_LOCAL_DIR"):
        return Path(given)
    home = environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "provisioner" / "local"


def read(path: Path) -> dict[str, Any]:
    """Return the object in a file, an empty one if there is none: somebody may have edited it."""
    try:
        value = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write(path: Path, value: Mapping[str, Any]) -> None:
    """Write an object so that a reader finds all of it, or what was there before."""
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(value))
    new.replace(path)


@contextmanager
def held(path: Path, *, within: float | None = None) -> Iterator[bool]:
    """Hold a lock file. Gives False if somebody else has it for `within` more seconds.

    The system lets go of it when its holder ends, however it ends.
    """
    with path.open("a") as lock:
        yield _locked(lock.fileno(), within)


def _locked(lock: int, within: float | None) -> bool:
    if within is None:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return True
    deadline = time.monotonic() + within
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True
