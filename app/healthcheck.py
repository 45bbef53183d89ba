"""`python -m app.healthcheck`: the container's health check, without a shell or curl.

Exits with 0 when `/health` answers 200 on loopback, with 1 otherwise.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

TIMEOUT_SECONDS = 4


def main() -> int:
    """The exit code ECS wants."""
    port = int(os.environ.get("PORT") or 5000)
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health")
        return int(connection.getresponse().status != 200)  # noqa: PLR2004  # OK
    except (OSError, HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
