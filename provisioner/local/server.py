"""The process of the embedded cloud: `python -m provisioner.local.server --directory DIR`.

It holds the lock of its directory for as long as it lives, so that there is one at most, and a
killed one leaves nothing that is in the way of the next.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

from .clock import Clock, speed_of
from .serve import LOOPBACK, listen
from .settings import Settings
from .state import RUNNING, SERVER, held, write
from .whole import ACCOUNT, Whole

ALREADY_RUNNING = 3


def main(arguments: Sequence[str]) -> int:
    """Serve until SIGTERM. Returns 3 if the directory's server runs already."""
    options = _options(arguments)
    if options.detach and os.fork():
        os._exit(0)  # the child belongs to nobody, so nobody has to wait for it
    options.directory.mkdir(parents=True, exist_ok=True)
    with held(options.directory / RUNNING, within=0) as alone:
        if not alone:
            return ALREADY_RUNNING
        # An exception from a signal handler can get lost in a callback; a thread that waits cannot.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        return _serve(options)


def _serve(options: argparse.Namespace) -> int:
    settings = Settings(Clock(options.speed, manual=options.manual), options.strict_images)
    identity: dict[str, Any] = {"instance": secrets.token_hex(8), "account": ACCOUNT}
    whole = Whole(settings, options.vpc, identity)
    server = listen(whole.app, options.port, elsewhere=options.elsewhere)
    identity |= {
        "endpoint": f"http://{LOOPBACK}:{server.port}",
        "port": server.port,
        "pid": os.getpid(),
        "directory": str(options.directory.resolve()),
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    hint = options.directory / SERVER
    write(hint, identity)
    if options.ready_fd is not None:
        with os.fdopen(options.ready_fd, "w") as ready:
            json.dump(identity, ready)
    Thread(target=_leave, args=(hint,), daemon=True).start()
    Thread(target=whole.landing.warm, daemon=True).start()
    try:
        server.serve_forever()
    finally:
        hint.unlink(missing_ok=True)
    return 0


def _leave(hint: Path) -> NoReturn:
    """End the process when it is told to: there is nothing to save."""
    signal.sigwait({signal.SIGTERM})
    hint.unlink(missing_ok=True)
    os._exit(0)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m provisioner.local.server")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0 means any (the default)")
    parser.add_argument("--elsewhere", action="store_true", help="if PORT is taken, take another")
    parser.add_argument("--vpc", action="append", default=[], help="a further VPC's name")
    parser.add_argument("--speed", type=float, default=speed_of(os.environ))
    parser.add_argument("--manual", action="store_true", help="the clock moves by control only")
    parser.add_argument("--strict-images", action="store_true", help="tags must have been pushed")
    parser.add_argument("--detach", action="store_true", help="go on in the background")
    parser.add_argument("--ready-fd", type=int, help="write server.json there, too, and close it")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
