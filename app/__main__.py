"""`python -m app`: serve on HOST and PORT until SIGTERM."""

from __future__ import annotations

import sys

from . import log
from .server import serve
from .settings import BadConfiguration, from_environment

EX_CONFIG = 78


def main() -> int:
    """0 after a clean stop, 78 when the configuration is wrong."""
    try:
        settings = from_environment()
    except BadConfiguration as error:
        sys.stderr.write(f"The configuration is wrong:\n{error}\n")
        return EX_CONFIG
    log.configure(settings.log_level, settings.app_env)
    serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
