"""uvicorn, and what SIGTERM means: not ready any more, then finish, then end with 0."""

from __future__ import annotations

import asyncio
from types import FrameType

import structlog
import uvicorn

from .factory import create
from .lifecycle import Lifecycle
from .settings import Settings


class Server(uvicorn.Server):
    """Serves on for a while after the first signal; a second one ends that while."""

    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle, drain: float) -> None:
        super().__init__(config)
        self.lifecycle, self.drain = lifecycle, drain

    async def serve(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # none are passed
        self.loop = asyncio.get_running_loop()
        await super().serve()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        again, self.lifecycle.state = self.lifecycle.state == "draining", "draining"
        self.loop.call_soon_threadsafe(self._leave, 0 if again else self.drain)

    def _leave(self, seconds: float) -> None:
        structlog.get_logger().info("process.draining", seconds=seconds)
        self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        self.should_exit = True


def serve(settings: Settings) -> None:
    """Until a signal comes."""
    lifecycle = Lifecycle()
    config = uvicorn.Config(
        create(settings, lifecycle),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.stop_timeout_seconds,
    )
    Server(config, lifecycle, settings.drain_seconds).run()
