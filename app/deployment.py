"""`/api/deployment/status`: this service's deployments, revisions, tasks, targets and events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request

from .ecs import Reader, Unavailable
from .task import Task

router = APIRouter(prefix="/api/deployment", tags=["deployment"])


@dataclass
class Deployment:
    """The last answer, kept for some seconds; callers that come together share one reading.

    `cluster` and `service` are names or ARNs; without them ECS's metadata says where this runs.
    """

    task: Task
    cluster: str | None
    service: str | None
    keep: float
    timeout: float
    reader: Reader = field(default_factory=Reader)
    clock: Callable[[], float] = time.monotonic
    _last: dict[str, Any] | None = None
    _at: float = 0
    _reading: asyncio.Task[dict[str, Any]] | None = None

    async def status(self) -> dict[str, Any]:
        """`available`: with what ECS says, or with the `reason` why not. Never raises for AWS."""
        if self._last is not None and self.clock() - self._at < self.keep:
            return self._last
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(self.timeout):
                return await asyncio.shield(self._reading)
        except TimeoutError:
            return self._keep(_document({"reason": "AWS took too long to answer."}))

    def close(self) -> None:
        """Wait for nothing more."""
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> dict[str, Any]:
        try:
            cluster, service = await self._where()
            found = await asyncio.to_thread(self.reader.read, cluster, service)
        except Unavailable as error:
            return self._keep(_document({"reason": str(error)}))
        return self._keep(_document({"available": True, **found}))

    async def _where(self) -> tuple[str, str]:
        """Cluster and service. On Fargate the metadata does not name the service: ECS is asked."""
        if self.cluster and self.service:
            return self.cluster, self.service
        about = await self.task.whole()
        cluster = self.cluster or about.get("Cluster")
        if not cluster:
            raise Unavailable(
                "This is not a task of ECS: set DEPLOYMENT_CLUSTER and DEPLOYMENT_SERVICE."
            )
        self.cluster = cluster
        self.service = self.service or about.get("ServiceName")
        if not self.service:
            asked = (cluster, about.get("TaskARN", ""))
            self.service = await asyncio.to_thread(self.reader.service_of, *asked)
        return cluster, self.service

    def _keep(self, document: dict[str, Any]) -> dict[str, Any]:
        self._last, self._at = document, self.clock()
        return document


def _document(found: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"available": False, "reason": None, "checked_at": now, **found}


@router.get("/status")
async def deployment_status(request: Request) -> dict[str, Any]:
    """What ECS says of this service now; always 200, `available` says whether it could be asked."""
    deployment: Deployment = request.app.state.deployment
    return await deployment.status()
