"""A command on a terminal of its own, with somebody who reads and types."""

from __future__ import annotations

import os
import pty
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

PATIENCE = 60.0


class Terminal:
    """A pseudo-terminal is the command's stdin, stdout and stderr. `screen` is all it showed."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> None:
        self._end, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=cwd
        )
        os.close(theirs)
        self._open = True
        self.screen = ""

    def until(self, words: str) -> None:
        """Read on until the words are there."""
        began = time.monotonic()
        while words not in self.screen:
            assert time.monotonic() - began < PATIENCE, self.screen
            assert self._read(), f"it ended without saying {words!r}: {self.screen}"

    def type(self, line: str) -> None:
        """Type a line, and Enter."""
        os.write(self._end, f"{line}\n".encode())

    def finish(self) -> int:
        """Read to the end. Returns the exit code."""
        while self._read():
            pass
        return self.close()

    def close(self) -> int:
        """Take the terminal away, and wait. Returns the exit code."""
        if self._open:
            self._open = False
            os.close(self._end)
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        with DefaultSelector() as selector:
            selector.register(self._end, EVENT_READ)
            assert selector.select(PATIENCE), f"it says nothing more: {self.screen}"
        try:
            told = os.read(self._end, 65536)
        except OSError:  # Linux: nobody has the other end open any more
            return False
        self.screen += told.decode(errors="replace")
        return bool(told)
