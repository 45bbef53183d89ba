"""What ECS tells a container about itself: the task metadata endpoint, version 4.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.request import urlopen

TIMEOUT_SECONDS = 1


@dataclass
class Task:
    """Reads the endpoint once it answers, and remembers. `uri` is None outside ECS."""

    uri: str | None
    _container: dict[str, Any] | None = None

    async def container(self) -> dict[str, Any]:
        """The container's own metadata; empty where there is none, or it does not answer."""
        if self._container is None and self.uri is not None:
            try:
                self._container = await asyncio.to_thread(_read, self.uri)
            except (OSError, ValueError, HTTPException):
                return {}
        return self._container or {}


def _read(uri: str) -> dict[str, Any]:
    with urlopen(uri, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # ECS sets it
        found = json.load(answer)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # what a caller catches
    return found
