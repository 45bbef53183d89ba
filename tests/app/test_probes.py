from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from app.health import Dependency, Health
from app.settings import Settings
from app.task import Task
from provisioner.stack.vault import PLACEHOLDER

from .conftest import Running

pytestmark = pytest.mark.anyio
DIGEST = "sha256:" + "a" * 64


async def fine() -> None:
    """Answers."""


async def broken() -> None:
    raise OSError("postgresql://user:secret@host")


async def hanging() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("ask", "fatal", "state", "code", "found"),
    [
        (fine, True, "ok", 200, "ok"),
        (broken, False, "degraded", 200, "failed"),
        (hanging, False, "degraded", 200, "timeout"),
        (broken, True, "failed", 503, "failed"),
    ],
)
async def test_only_what_makes_this_task_useless_is_a_503(
    running: Running, ask: object, fatal: bool, state: str, code: int, found: str
) -> None:
    dependencies = {"database": Dependency(ask, fatal)}  # type: ignore[arg-type]  # one of the above
    running.app.state.health = Health(dependencies, timeout=0.01, keep=0)
    answer = await running.client.get("/health")
    body = answer.json()
    assert (answer.status_code, body["state"]) == (code, state)
    assert body["dependencies"]["database"]["state"] == found
    assert body["dependencies"]["database"]["latency_ms"] >= 0
    assert "secret" not in answer.text


async def test_a_verdict_is_kept_briefly_and_shared() -> None:
    now, asked = [0.0], []

    async def ask() -> None:
        asked.append(now[0])

    health = Health({"a": Dependency(ask, fatal=False)}, 1, 2, clock=lambda: now[0])
    await asyncio.gather(*(health.verdict() for _ in range(5)))
    now[0] = 1.9
    await health.verdict()
    now[0] = 2
    await health.verdict()
    assert asked == [0, 2]


async def test_an_embedded_store_is_fatal_and_a_shared_one_is_not(running: Running) -> None:
    assert running.app.state.health.dependencies["database"].fatal


async def test_a_task_is_ready_until_it_drains_and_then_closes_connections(
    running: Running,
) -> None:
    assert (await running.client.get("/ready")).status_code == 200
    running.lifecycle.state = "draining"
    answer = await running.client.get("/ready")
    assert (answer.status_code, answer.json()) == (503, {"state": "draining"})
    live = await running.client.get("/live")
    assert (live.status_code, live.headers["Connection"]) == (200, "close")


class TestBeforeTheSecretIsSet:
    @pytest.fixture
    def settings(self) -> Settings:
        """What a first deployment is given: the secret as the stack makes it."""
        return Settings.model_validate({"database_url": PLACEHOLDER, "health_cache_seconds": 0})

    async def test_the_task_serves_and_says_what_to_do(self, running: Running) -> None:
        assert (await running.client.get("/ready")).status_code == 200
        answer = await running.client.get("/health")
        assert (answer.status_code, answer.json()["state"]) == (200, "degraded")
        database = answer.json()["dependencies"]["database"]
        assert (database["state"], database["fatal"]) == ("unset", False)
        assert "set the secret's value" in database["detail"]

    async def test_items_are_refused_as_a_problem(self, running: Running) -> None:
        for answer in (
            await running.client.get("/api/items"),
            await running.client.post("/api/items", json={"name": "acorn"}),
        ):
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"] == "The store is not set up yet."


class Metadata(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"ImageID": DIGEST}).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def metadata() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Metadata) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v4/x"
        server.shutdown()
        thread.join()


async def test_the_version_has_the_digest_where_ecs_gives_it(
    running: Running, metadata: str
) -> None:
    for uri, digest in ((None, None), ("http://127.0.0.1:1/v4", None), (metadata, DIGEST)):
        running.app.state.task = Task(uri)
        answer = (await running.client.get("/version")).json()
        assert answer == {"git_sha": "unknown", "environment": "local", "image_digest": digest}
