"""Traces reach a collector, and their ids the log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.factory import create
from app.lifecycle import Lifecycle
from app.settings import Settings

pytestmark = pytest.mark.anyio
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ExportTraceServiceRequest]]:
    """What a collector that the application is told of has received."""
    found: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "oaktree-app")
        yield found
        server.shutdown()
        thread.join()


async def ask(settings: Settings, *paths: str, **headers: str) -> None:
    structlog.reset_defaults()
    app = create(settings, Lifecycle())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        for path in paths:
            await client.get(path, headers=headers)


async def test_requests_are_traced_and_probes_are_not(
    settings: Settings,
    collected: list[ExportTraceServiceRequest],
    capsys: pytest.CaptureFixture[str],
) -> None:
    await ask(settings, "/api/items", "/health", "/live", traceparent=PARENT)
    (resource,) = collected[0].resource_spans
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    assert [span.name for span in spans] == ["GET /api/items"]
    assert spans[0].trace_id.hex() == PARENT.split("-")[1]
    about = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert about["service.name"] == "oaktree-app"
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "route=/api/items" in one]
    assert "trace_id=1-0af76519-16cd43dd8448eb211c80319c" in line


async def test_a_collector_that_is_away_hinders_nobody(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    await ask(settings, "/api/items")


async def test_nothing_is_sent_where_nobody_asked_for_it(
    settings: Settings,
    collected: list[ExportTraceServiceRequest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    await ask(settings, "/api/items")
    assert collected == []
