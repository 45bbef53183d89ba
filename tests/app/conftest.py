"""The application in this process, asked through ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import structlog
from fastapi import FastAPI

from app.factory import create
from app.lifecycle import Lifecycle
from app.settings import Settings

from .postgres import NotInstalled, Postgres, served


@dataclass
class Running:
    """An application that has started, and a client of it."""

    app: FastAPI
    client: httpx.AsyncClient
    lifecycle: Lifecycle


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path}/items.db",
            "cors_origins": "https://a.example",
            "max_body_bytes": 4096,
            "health_cache_seconds": 0,
        }
    )


@pytest.fixture
async def running(settings: Settings, anyio_backend: str) -> AsyncIterator[Running]:
    structlog.reset_defaults()
    lifecycle = Lifecycle()
    app = create(settings, lifecycle)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield Running(app, client, lifecycle)


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Postgres]:
    try:
        with served() as server:
            yield server
    except NotInstalled as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgres(_postgres: Postgres) -> Postgres:
    """A real one, with no table in it."""
    _postgres.run("drop table if exists items")
    return _postgres
