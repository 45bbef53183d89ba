"""The application put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from . import deployment, edge, items, page, probes, problems, tracing
from .deployment import Deployment
from .ecs import Reader
from .health import Dependency, Health
from .lifecycle import Lifecycle
from .metrics import Meter
from .settings import Settings
from .store import Store, Unset
from .task import Task


def create(settings: Settings, lifecycle: Lifecycle) -> FastAPI:
    """An ASGI application; it becomes ready when its lifespan has started."""
    app = FastAPI(
        title="OakTree",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,  # they would go wherever the request's Host header says
    )
    state = app.state
    state.settings, state.lifecycle = settings, lifecycle
    state.store = _store(settings)
    state.task = Task(settings.ecs_container_metadata_uri_v4)
    state.deployment = _deployment(settings, state.task)
    state.health = _health(settings, state.store)
    state.meter = Meter(settings.app_env, settings.metrics_seconds)
    state.traces = tracing.install(app)
    for part in (items, probes, deployment, page):
        app.include_router(part.router)
    problems.install(app)
    app.add_middleware(edge.Net)  # the last one added is the outermost
    app.add_middleware(edge.BodyLimit, most=settings.max_body_bytes)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Content-Type", "X-Request-ID"],
        expose_headers=["Link", "Location", "X-Request-ID"],
    )
    app.add_middleware(
        edge.Edge, lifecycle=lifecycle, meter=state.meter, trace=state.traces.current
    )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    try:  # a shared database that is down must not keep tasks from starting
        await state.store.check()
    except problems.StoreUnavailable as error:
        structlog.get_logger().warning("store.absent", reason=str(error))
    if state.lifecycle.state == "starting":
        state.lifecycle.state = "ready"
    telling = asyncio.create_task(state.meter.run())
    yield
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling
    await asyncio.to_thread(state.traces.close)
    state.deployment.close()
    await state.store.close()


def _store(settings: Settings) -> Store:
    if settings.store is None:
        return Unset()
    return Store(settings.store, timeout_seconds=settings.database_timeout_seconds)


def _deployment(settings: Settings, task: Task) -> Deployment:
    return Deployment(
        task,
        settings.deployment_cluster,
        settings.deployment_service,
        keep=settings.deployment_cache_seconds,
        timeout=settings.deployment_timeout_seconds,
        reader=Reader(seconds=settings.deployment_timeout_seconds),
    )


def _health(settings: Settings, store: Store) -> Health:
    return Health(
        {"database": Dependency(store.check, fatal=settings.embedded)},
        timeout=settings.health_timeout_seconds,
        keep=settings.health_cache_seconds,
    )
