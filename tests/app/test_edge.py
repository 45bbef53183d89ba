from __future__ import annotations

import pytest

from .conftest import Running

pytestmark = pytest.mark.anyio
ROOT = "1-67891233-abcdef012345678912345678"


@pytest.mark.parametrize(("asked", "kept"), [("abc-1", True), ("a b", False), ("x" * 65, False)])
async def test_a_request_id_is_kept_if_it_is_harmless(
    running: Running, asked: str, kept: bool
) -> None:
    answer = await running.client.get("/live", headers={"X-Request-ID": asked})
    assert (answer.headers["X-Request-ID"] == asked) is kept


async def test_the_log_has_route_status_and_both_ids(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"X-Request-ID": "me", "X-Amzn-Trace-Id": f"Self=1-0-0;Root={ROOT}"}
    await running.client.get("/api/items/7", headers=headers)
    said = capsys.readouterr().out
    for part in ("request.done", "/api/items/{number}", "404", "me", ROOT):
        assert part in said


async def test_an_unexpected_error_says_nothing_of_itself(running: Running) -> None:
    @running.app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret")

    answer = await running.client.get("/broken", headers={"Origin": "https://a.example"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert answer.headers["X-Request-ID"]


async def test_nobody_is_sent_where_a_request_s_host_header_says(running: Running) -> None:
    answer = await running.client.get("/api/items/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


async def test_every_answer_has_the_security_headers(running: Running) -> None:
    for place in ("/live", "/nowhere"):
        headers = (await running.client.get(place, headers={"X-Forwarded-Proto": "https"})).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in (await running.client.get("/live")).headers


async def test_only_configured_origins_may_read(running: Running) -> None:
    for origin, allowed in (
        ("https://a.example", "https://a.example"),
        ("https://b.example", None),
    ):
        headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        answer = await running.client.options("/api/items/1", headers=headers)
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed


async def test_a_body_that_is_too_large_is_refused(running: Running) -> None:
    answer = await running.client.post("/api/items", content=b"x" * 4097)
    assert answer.status_code == 413
