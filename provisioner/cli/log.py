"""Logging for the command line: structlog to stderr, quiet unless asked."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


def configure(verbosity: int, form: str | None, *, color: bool | None = None) -> None:
    """Set up the log: `text` on a terminal and `json` elsewhere, unless `form` says which.

    `color` is True, False, or None, which asks the terminal.
    """
    stream: TextIO = sys.stderr
    chosen = form or ("text" if stream.isatty() else "json")
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if chosen == "text":
        renderer = structlog.dev.ConsoleRenderer(
            colors=stream.isatty() if color is None else color,
            exception_formatter=structlog.dev.plain_traceback,
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if chosen == "json" else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[min(verbosity, 2)]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
