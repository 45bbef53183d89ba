"""Traces by OpenTelemetry, to the collector beside the application.

They are sent where OTEL_EXPORTER_OTLP_ENDPOINT says; without it nothing is loaded or recorded.
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import FastAPI

from .probes import PATHS

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
DISABLED = "OTEL_SDK_DISABLED"


def _nothing() -> None:
    """There is nothing to send."""


@dataclass(frozen=True)
class Traces:
    """How to find the current trace, and how to send what is left at the end."""

    current: Callable[[], str | None] = field(default=lambda: None)
    close: Callable[[], None] = _nothing


def install(app: FastAPI) -> Traces:
    """Trace every request but the probes.

    The collector may be absent: spans are sent in the background, and lost when it does not answer.
    """
    if not os.environ.get(ENDPOINT) or os.environ.get(DISABLED, "").lower() == "true":
        return Traces()
    from opentelemetry import trace  # noqa: PLC0415  # costs start-up time where nobody traces
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=provider,
        excluded_urls=",".join(f"{path}$" for path in PATHS),
        exclude_spans=["receive", "send"],
    )

    def current() -> str | None:
        """As X-Ray writes it: the console finds it under this name."""
        context = trace.get_current_span().get_span_context()
        number = f"{context.trace_id:032x}"
        return f"1-{number[:8]}-{number[8:]}" if context.is_valid else None

    return Traces(current, provider.shutdown)
