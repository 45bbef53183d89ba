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
from .store import Store
from .task import Task


def create(settings: Settings, lifecycle: Lifecycle) -> FastAPI:
    """An ASGI application; it becomes ready when its lifespan has started."""
    store = Store(
        settings.database_url.get_secret_value(), timeout_seconds=settings.database_timeout_seconds
    )

    meter = Meter(settings.app_env, settings.metrics_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:  # a shared database that is down must not keep tasks from starting
            await store.check()
        except problems.StoreUnavailable as error:
            structlog.get_logger().warning("store.absent", reason=str(error))
        if lifecycle.state == "starting":
            lifecycle.state = "ready"
        telling = asyncio.create_task(meter.run())
        yield
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        await asyncio.to_thread(traces.close)
        app.state.deployment.close()
        await store.close()

    app = FastAPI(title="OakTree", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.settings = settings
    app.state.lifecycle = lifecycle
    app.state.store = store
    app.state.task = Task(settings.ecs_container_metadata_uri_v4)
    app.state.deployment = _deployment(settings, app.state.task)
    app.state.health = _health(settings, store)
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
    app.state.meter = meter
    traces = tracing.install(app)
    app.add_middleware(edge.Edge, lifecycle=lifecycle, meter=meter, trace=traces.current)
    return app


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
