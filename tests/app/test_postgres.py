"""Several tasks on one PostgreSQL, and what becomes of them while it is away."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from app.factory import create
from app.lifecycle import Lifecycle
from app.settings import Settings

from .postgres import Postgres

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def task(url: str, **settings: float) -> AsyncIterator[httpx.AsyncClient]:
    """One of the tasks, with its own pool."""
    configured = {"database_url": url, "health_cache_seconds": 0, **settings}
    app = create(Settings.model_validate(configured), Lifecycle())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


async def test_tasks_that_start_together_make_one_table_and_share_it(postgres: Postgres) -> None:
    async with AsyncExitStack() as tasks:
        contexts = [task(postgres.url) for _ in range(4)]
        clients = await asyncio.gather(*map(tasks.enter_async_context, contexts))
        made = await asyncio.gather(
            *(
                clients[number % 4].post("/api/items", json={"name": f"n{number}"})
                for number in range(40)
            )
        )
        assert {answer.status_code for answer in made} == {201}
        for client in clients:
            seen = (await client.get("/api/items?limit=200")).json()["items"]
            assert {item["name"] for item in seen} == {f"n{number}" for number in range(40)}
            assert len({item["id"] for item in seen}) == 40
        place = made[0].headers["Location"]
        gone = await asyncio.gather(*(client.delete(place) for client in clients))
        assert sorted(answer.status_code for answer in gone) == [204, 404, 404, 404]


async def test_two_replacements_at_once_leave_one_of_them_whole(postgres: Postgres) -> None:
    async with task(postgres.url) as one, task(postgres.url) as other:
        place = (await one.post("/api/items", json={"name": "acorn"})).headers["Location"]
        bodies = [
            {"name": f"n{number}", "description": f"d{number}", "quantity": number}
            for number in range(10)
        ]
        clients = [one, other] * 5
        done = await asyncio.gather(
            *(client.put(place, json=body) for client, body in zip(clients, bodies, strict=True))
        )
        assert {answer.status_code for answer in done} == {200}
        left = (await one.get(place)).json()
        assert {key: left[key] for key in ("name", "description", "quantity")} in bodies


async def test_times_are_utc_wherever_the_server_is(postgres: Postgres) -> None:
    async with task(postgres.url) as client:
        made = (await client.post("/api/items", json={"name": "acorn"})).json()
    assert made["created_at"].endswith("Z")
    postgres.run("alter role oaktree set timezone = 'Asia/Singapore'")
    try:
        async with task(postgres.url) as client:
            read = (await client.get(f"/api/items/{made['id']}")).json()
    finally:
        postgres.run("alter role oaktree reset timezone")
    assert read["created_at"] == made["created_at"]


async def test_an_outage_degrades_tasks_and_they_recover_by_themselves(
    postgres: Postgres,
) -> None:
    async with task(postgres.url) as client:
        place = (await client.post("/api/items", json={"name": "acorn"})).headers["Location"]
        await asyncio.to_thread(postgres.stop)
        try:
            health = await client.get("/health")
            assert (health.status_code, health.json()["state"]) == (200, "degraded")
            assert (await client.get("/ready")).status_code == 200
            for method, where in (("GET", place), ("GET", "/api/items"), ("DELETE", place)):
                refused = await client.request(method, where)
                assert refused.status_code == 503
                assert refused.headers["content-type"] == "application/problem+json"
                assert refused.json()["detail"] == "The store does not answer."
                assert "127.0.0.1" not in refused.text
        finally:
            await asyncio.to_thread(postgres.start)
        assert (await client.get(place)).json()["name"] == "acorn"
        assert (await client.get("/health")).json()["state"] == "ok"


async def test_a_task_starts_without_its_database_and_makes_the_table_later(
    postgres: Postgres,
) -> None:
    await asyncio.to_thread(postgres.stop)
    async with task(postgres.url) as client:
        try:
            assert (await client.get("/ready")).status_code == 200
            assert (await client.get("/health")).json()["state"] == "degraded"
        finally:
            await asyncio.to_thread(postgres.start)
        assert (await client.post("/api/items", json={"name": "acorn"})).status_code == 201


async def test_a_database_that_hangs_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://oaktree@127.0.0.1:{silent.getsockname()[1]}/postgres"
        short = {"database_timeout_seconds": 0.2, "health_timeout_seconds": 0.2}
        async with task(url, **short) as client:
            health = (await client.get("/health")).json()
            assert (health["state"], health["dependencies"]["database"]["state"]) in (
                ("degraded", "timeout"),
                ("degraded", "failed"),  # whichever of the two limits is first
            )
            assert (await client.get("/api/items")).status_code == 503
