"""Runs a command that ends when its owner does: however that ends, its end of the pipe closes."""

from __future__ import annotations

import subprocess
import sys
from threading import Thread


def main() -> int:
    """Run the command line after our own; kill it when nobody holds our stdin any more."""
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL) as process:

        def watch() -> None:
            sys.stdin.read()
            process.kill()

        Thread(target=watch, daemon=True).start()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
