"""`tracing:` — a collector beside the application that hands its traces to AWS X-Ray."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Int, Part

COLLECTOR = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
DAEMON = "public.ecr.aws/xray/aws-xray-daemon:3.7.0"


class Tracing(Part):
    """A sidecar that takes traces on localhost and stores them in X-Ray."""

    enabled: Bool = True
    mode: Literal["otel", "legacy"] = "otel"
    """`legacy` is the X-Ray daemon, in maintenance since February 2026."""
    image: str | None = None
    """The AWS Distro for OpenTelemetry collector (the X-Ray daemon), a pinned version."""
    cpu: Annotated[Int, Field(ge=0)] = 32
    """CPU units of the task's kept for it."""
    memory_mib: Annotated[Int, Field(ge=64)] = 128
    """Its hard limit: it is ended, and started again, rather than take the application's."""

    @property
    def source(self) -> str:
        """The image that runs."""
        return self.image or (COLLECTOR if self.mode == "otel" else DAEMON)


def switch(value: Any) -> Any:
    """`true` and `false` for a mapping."""
    return {"enabled": value} if isinstance(value, bool | str) else value


Traced = Annotated[Tracing, BeforeValidator(switch, json_schema_input_type=Tracing | bool | str)]
