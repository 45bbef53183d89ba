"""A plain moto server in a process of its own; it prints its endpoint."""

from __future__ import annotations

import sys
import threading

from moto.server import ThreadedMotoServer


def main() -> None:
    """Serve for ever."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
