"""Run a command and say what it cost."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Self

PROC = Path("/proc")
SESSION_FIELD = 3  # of /proc/PID/stat, behind the command's name
INTERVAL_SECONDS = 0.02
KIB_PER_MB = 1e6 / 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command.

    `cpu` is user and system time of all its processes, of which there were `processes`, not
    necessarily at the same time. `memory` is the largest sum, at any time, of the peaks of those
    that were alive, in MB: pages that they share are counted more than once.
    """

    wall: float
    cpu: float
    memory: float
    processes: int
    output: str


class CommandFailed(RuntimeError):
    """A command of the benchmark did not end as it must."""


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: Path | None = None,
    accept: Collection[int] = (0,),
) -> Run:
    """Run a command to its end. Raises CommandFailed with what it said."""
    with TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
        )
        with _Watch(process.pid) as watch:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode not in accept:
        raise CommandFailed(f"{' '.join(command)}: exit {process.returncode}\n{said[-4000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Run(wall, cpu, watch.memory, max(1, len(watch.seen)), said)


@dataclass
class _Watch:
    """Follows the processes of a session while the block runs.

    wait4's own peak would not do: a child inherits the peak of the process that started it.
    """

    session: int
    memory: float = 0.0
    seen: set[int] = field(default_factory=set)
    others: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _follow(self) -> None:
        while PROC.is_dir() and not self._end.wait(INTERVAL_SECONDS):
            alive = self._members()
            self.seen.update(alive)
            self.memory = max(self.memory, sum(map(_peak, alive)))

    def _members(self) -> list[int]:
        """Processes of the session. Others are looked at once: there are many, and it costs."""
        found = []
        for place in PROC.iterdir():
            if not place.name.isdigit() or place.name in self.others:
                continue
            if _session(place) == self.session:
                found.append(int(place.name))
            else:
                self.others.add(place.name)
        return found


def _session(place: Path) -> int:
    """The session of a process, 0 once it has ended. Its name may hold anything, blanks too."""
    rest = _read(place / "stat").rpartition(")")[2].split()
    return int(rest[SESSION_FIELD]) if rest else 0


def _peak(pid: int) -> float:
    for line in _read(PROC / str(pid) / "status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / KIB_PER_MB
    return 0.0


def _read(path: Path) -> str:
    """The text of a file of a process, empty once the process has ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
