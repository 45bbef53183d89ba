"""The lifecycle of the embedded cloud, as a command sees it: one server per directory.

A server is known by the instance id that its control endpoint tells, never by a process id.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from provisioner.errors import UsageError

from .clock import speed_of
from .control import LocalError, ask
from .shapes import fields, listing, number, text
from .state import LOG, RUNNING, SERVER, SETTINGS, STARTING, default_directory, held, read, write

__all__ = ["AS_AWS", "Cloud", "LocalError", "default_directory", "reset", "start", "status", "stop"]

AS_AWS = {"consistency": True}
"""Settings of a cloud that people start; tests and benchmarks start one without them."""

# What the settings of a directory are, which somebody may have edited.
KEPT = fields({"port": number(0, 65_535, whole=True), "vpcs": listing(text("a name"))}, [])
# Seconds. A server is ready in a fraction of one; one that is told to leave does so at once.
READY_WITHIN = 30.0
GONE_WITHIN = 5.0
# Seconds: one that has just started first makes its landing zones, on a busy machine slowly.
EMPTY_WITHIN = 60
ANSWERS_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running embedded cloud. `started_at` is ISO 8601; all calls are in `account`."""

    endpoint: str
    port: int
    pid: int
    directory: Path
    started_at: str
    account: str


def status(directory: Path) -> Cloud | None:
    """Return the cloud of this directory, None if it does not run."""
    hint = read(directory / SERVER)
    try:
        told, instance = _cloud(hint), hint["instance"]
        answer = ask(told.endpoint, "status", timeout=ANSWERS_WITHIN)
    except (KeyError, TypeError, LocalError):  # none, or edited; or nobody answers there
        return None
    return told if answer.get("instance") == instance else None


def start(
    directory: Path,
    *,
    port: int | None = None,
    vpcs: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    fresh: Mapping[str, Any] | None = None,
) -> Cloud:
    """Start the cloud, or return the one that runs; return once it answers.

    `port` is by default the one of the last time, or any if that is taken; a port that is asked
    for must be free. `vpcs` are names of VPCs to have in every region, from now on for ever.
    `options` are settings to have; so are those of `fresh`, unless the cloud runs already.
    Raises LocalError; UsageError for a variable without sense.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalError(
            f"{directory}: cannot keep the embedded cloud here: {error.strerror}"
        ) from error
    directory = directory.resolve()
    with held(directory / STARTING):
        settings = _settings(directory / SETTINGS)
        settings["vpcs"] = list(dict.fromkeys([*settings["vpcs"], *vpcs]))
        running = status(directory)
        if running is None:
            running = _started(directory, settings, port)
            options = {**(fresh or {}), **(options or {})}
        elif port not in {None, running.port}:
            raise LocalError(
                f"it already runs on port {running.port}; stop it to start it on {port}"
            )
        elif vpcs:
            ask(running.endpoint, "vpcs", {"names": list(vpcs)})
        write(directory / SETTINGS, {**settings, "port": running.port})
        if options:
            ask(running.endpoint, "settings", options)
        return running


def stop(directory: Path) -> bool:
    """Stop the cloud; its state is gone. Returns whether one ran. Raises LocalError."""
    if status(directory) is None:
        return False
    with held(directory / STARTING):
        running = status(directory)
        if running is None:
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(running.pid, number)
            with held(directory / RUNNING, within=GONE_WITHIN) as gone:
                if gone:
                    (directory / SERVER).unlink(missing_ok=True)
                    return True
        raise LocalError(f"process {running.pid} does not end")


def reset(directory: Path) -> bool:
    """Empty the cloud but for its landing zones. Returns whether one ran."""
    running = status(directory)
    if running is not None:
        ask(running.endpoint, "reset", {}, timeout=EMPTY_WITHIN)
    return running is not None


def _settings(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = KEPT(read(path), "")
    except ValueError as error:
        raise LocalError(f"{path}: {error}; correct it, or delete it") from error
    return {"port": 0, "vpcs": [], **found}


def _started(directory: Path, settings: Mapping[str, Any], port: int | None) -> Cloud:
    try:
        speed_of(os.environ)
    except ValueError as error:
        raise UsageError(str(error)) from error
    readable, writable = os.pipe()
    arguments = ["--directory", str(directory), "--detach", "--ready-fd", str(writable)]
    arguments += ["--port", str(settings["port"] if port is None else port)]
    arguments += ["--elsewhere"] if port is None else []
    arguments += [part for name in settings["vpcs"] for part in ("--vpc", name)]
    with (
        os.fdopen(readable) as ready,
        (directory / LOG).open("w") as log,
        DefaultSelector() as selector,
    ):
        try:
            subprocess.run(
                [sys.executable, "-m", "provisioner.local.server", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=directory,
                env=_environment(os.environ),
                pass_fds=[writable],
                start_new_session=True,
                check=False,
            )
        finally:
            os.close(writable)
        selector.register(ready, EVENT_READ)
        told = ready.read() if selector.select(READY_WITHIN) else ""
    if not told:
        raise LocalError(_why(directory, port))
    return _cloud(json.loads(told))


def _environment(present: Mapping[str, str]) -> dict[str, str]:
    """Keep the user's AWS settings out: moto has sessions of its own, which must not use them."""
    kept = {name: value for name, value in present.items() if not name.startswith("AWS_")}
    source = str(Path(__file__).parents[2])
    path = [source, *filter(None, [present.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(path)}


def _why(directory: Path, port: int | None) -> str:
    with held(directory / RUNNING, within=0) as free:
        if not free:
            pid = read(directory / SERVER).get("pid", "unknown")
            return f"{directory}: its server (process {pid}) runs but does not answer; kill it"
    said = (directory / LOG).read_text().strip().splitlines() or ["no reason given"]
    wanted = f" on port {port}" if port else ""
    return f"the server did not start{wanted}: {said[-1]}; see {directory / LOG}"


def _cloud(told: Mapping[str, Any]) -> Cloud:
    return Cloud(
        endpoint=told["endpoint"],
        port=told["port"],
        pid=told["pid"],
        directory=Path(told["directory"]),
        started_at=told["started_at"],
        account=told["account"],
    )
