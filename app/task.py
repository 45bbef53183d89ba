"""What ECS tells a container about itself: the task metadata endpoint, version 4.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.request import urlopen

TIMEOUT_SECONDS = 1


@dataclass
class Task:
    """Reads the endpoint once it answers, and remembers. `uri` is None outside ECS."""

    uri: str | None
    _known: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def container(self) -> dict[str, Any]:
        """The container's own metadata; empty where there is none, or it does not answer."""
        return await self._about("")

    async def whole(self) -> dict[str, Any]:
        """The task's: `Cluster`, `TaskARN`, and not always `ServiceName`; empty likewise."""
        return await self._about("/task")

    async def _about(self, path: str) -> dict[str, Any]:
        if path not in self._known and self.uri is not None:
            try:
                self._known[path] = await asyncio.to_thread(_read, self.uri + path)
            except (OSError, ValueError, HTTPException):
                return {}
        return self._known.get(path, {})


def _read(uri: str) -> dict[str, Any]:
    with urlopen(uri, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # ECS sets it
        found = json.load(answer)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # what a caller catches
    return found
