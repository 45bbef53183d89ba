from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete

from app.settings import Settings
from app.store import ITEMS

from .conftest import Running

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["file", "memory", "postgresql"])
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    if request.param == "file":
        return settings
    if request.param == "memory":
        return Settings.model_validate({"database_url": "sqlite://"})
    return Settings.model_validate({"database_url": request.getfixturevalue("postgres").url})


async def test_an_item_lives_from_creation_to_deletion(running: Running) -> None:
    made = await running.client.post("/api/items", json={"name": " acorn ", "quantity": 3})
    assert made.status_code == 201
    place = made.headers["Location"]
    item = made.json()
    assert (item["name"], item["description"], item["quantity"]) == ("acorn", "", 3)
    assert (await running.client.get(place)).json() == item
    changed = (await running.client.put(place, json={"name": "oak"})).json()
    assert (changed["name"], changed["quantity"]) == ("oak", 0)
    assert changed["created_at"] == item["created_at"]
    assert changed["updated_at"] >= item["updated_at"]
    assert (await running.client.delete(place)).status_code == 204
    for method in ("GET", "DELETE"):
        gone = await running.client.request(method, place)
        assert gone.headers["content-type"] == "application/problem+json"
        assert gone.json() == {
            "type": "about:blank", "title": "Not Found", "status": 404,
            "detail": f"There is no item {item['id']}.",
        }  # fmt: skip
    assert (await running.client.put(place, json={"name": "oak"})).status_code == 404


async def test_pages_hold_every_item_once_and_lead_to_the_next(running: Running) -> None:
    for number in range(5):
        await running.client.post("/api/items", json={"name": f"n{number}"})
    seen, place = [], "/api/items?limit=2"
    while place:
        page = await running.client.get(place)
        seen += [item["name"] for item in page.json()["items"]]
        place = page.links.get("next", {}).get("url", "")
        assert bool(place) == (page.json()["next"] is not None)
    assert seen == ["n0", "n1", "n2", "n3", "n4"]


async def test_who_writes_to_sqlite_waits_in_turn(
    running: Running, request: pytest.FixtureRequest
) -> None:
    if "postgresql" in request.node.name:
        pytest.skip("has many writers")
    store = running.app.state.store
    await store.prepare()
    async with store._connection() as connection:
        await connection.execute(delete(ITEMS))  # holds the lock
        asked = [
            asyncio.create_task(running.client.post("/api/items", json={"name": f"n{number}"}))
            for number in range(20)
        ]
        await asyncio.sleep(0.05)
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {201}
    page = (await running.client.get("/api/items")).json()
    assert [item["name"] for item in page["items"]] == [f"n{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/body/name"),
        ({"name": "  "}, "/body/name"),
        ({"name": "a\x00b"}, "/body/name"),
        ({"name": "x" * 121}, "/body/name"),
        ({"name": "a", "quantity": -1}, "/body/quantity"),
        ({"name": "a", "quantity": 2**31}, "/body/quantity"),
        ({"name": "a", "quantity": "3"}, "/body/quantity"),
        ({"name": "a", "colour": "red"}, "/body/colour"),
    ],
)
async def test_a_wrong_item_is_refused_where_it_is_wrong(
    running: Running, body: dict[str, Any], pointer: str
) -> None:
    answer = await running.client.post("/api/items", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    "place",
    [
        "/api/items?limit=0",
        "/api/items?after=-1",
        "/api/items/0",
        f"/api/items/{2**63}",
        "/api/items/x",
    ],
)
async def test_a_wrong_number_is_refused(running: Running, place: str) -> None:
    assert (await running.client.get(place)).status_code == 422


async def test_text_that_is_no_unicode_is_refused(running: Running) -> None:
    answer = await running.client.post(
        "/api/items", content=rb'{"name": "\ud800"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
