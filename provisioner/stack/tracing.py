"""Tracing: the collector beside the application, what the application is told, what it may do.

The collector can never take the application down: it is not essential, nobody waits for its health,
its memory has a limit that it keeps below by itself, and ECS starts it again when it ends.
Sources: AWS Distro for OpenTelemetry, setup on ECS; OpenTelemetry environment variables;
https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon-ecs.html
"""

from __future__ import annotations

import json
from typing import Any

from provisioner.spec.containers import Restart
from provisioner.spec.image import Image
from provisioner.spec.service import Sidecar, Workload
from provisioner.spec.tracing import Tracing
from provisioner.stack.context import Context

ACTIONS = [
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]
"""What the AWS managed policy AWSXRayDaemonWriteAccess allows; X-Ray has no resources for it."""
MEMORY_SHARE = 75
"""Percent of its limit at which the collector begins to refuse traces."""


def collector(context: Context, tracing: Tracing) -> Sidecar:
    """The sidecar: an OpenTelemetry collector, or the X-Ray daemon."""
    otel = tracing.mode == "otel"
    config = {"AOT_CONFIG_CONTENT": _config(context, tracing)} if otel else {}
    return Sidecar(
        image=Image(uri=tracing.source),
        essential=False,
        cpu=tracing.cpu,
        memory_mib=tracing.memory_mib,
        environment={"AWS_REGION": context.names.region, **config},
        restart=Restart(attempt_period_seconds=60),
        init_process=False,
    )


def environment(context: Context, name: str, workload: Workload) -> dict[str, str]:
    """What the application's SDK needs to know; the spec's own `environment` is stronger."""
    if not workload.tracing.enabled:
        return {}
    if workload.tracing.mode == "legacy":
        return {
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
            "AWS_XRAY_TRACING_NAME": name,
        }
    attributes = {"service.namespace": context.names.stack}
    if context.names.environment:
        attributes["deployment.environment.name"] = context.names.environment
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_PROPAGATORS": "xray,tracecontext,baggage",
        "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{k}={v}" for k, v in sorted(attributes.items())),
        "OTEL_SERVICE_NAME": name,
    }


def _config(context: Context, tracing: Tracing) -> str:
    """The collector's configuration; JSON is YAML. It listens inside the task alone."""
    config: dict[str, Any] = {
        "extensions": {"health_check": {}},
        "receivers": {
            "otlp": {
                "protocols": {
                    "grpc": {"endpoint": "localhost:4317"},
                    "http": {"endpoint": "localhost:4318"},
                }
            }
        },
        "processors": {
            "batch": {"timeout": "1s", "send_batch_size": 50},
            "memory_limiter": {
                "check_interval": "1s",
                "limit_mib": tracing.memory_mib * MEMORY_SHARE // 100,
            },
            "resourcedetection": {"detectors": ["env", "ecs"], "override": False},
        },
        "exporters": {"awsxray": {"region": context.names.region}},
        "service": {
            "extensions": ["health_check"],
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "resourcedetection", "batch"],
                    "exporters": ["awsxray"],
                }
            },
        },
    }
    return json.dumps(config, sort_keys=True, separators=(",", ":"))
