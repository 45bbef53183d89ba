"""`/health`, `/live`, `/ready` and `/version`: what machines ask of a task."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

router = APIRouter(tags=["probes"])
PATHS = ("/health", "/live", "/ready")


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """For the load balancer: 503 only when this task is useless, `degraded` with 200 otherwise."""
    verdict = await request.app.state.health.verdict()
    return JSONResponse(verdict, 503 if verdict["state"] == "failed" else 200)


@router.get("/live")
async def live() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"state": "ok"}


@router.get("/ready")
async def ready(request: Request) -> JSONResponse:
    """Started, and not on the way out."""
    state = request.app.state.lifecycle.state
    return JSONResponse({"state": state}, 200 if state == "ready" else 503)


@router.get("/version")
async def version(request: Request) -> dict[str, Any]:
    """Which build answers; `image_digest` is null outside ECS."""
    container = await request.app.state.task.container()
    settings = request.app.state.settings
    return {
        "git_sha": settings.git_sha,
        "environment": settings.app_env,
        "image_digest": container.get("ImageID"),
    }
