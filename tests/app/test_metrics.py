"""Metrics in CloudWatch's Embedded Metric Format."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from app.metrics import MOST_VALUES, UNITS, Meter

from .conftest import Running

pytestmark = pytest.mark.anyio


def meter(lines: list[str], seconds: float = 60) -> Meter:
    return Meter("dev", seconds, write=lines.append, clock=lambda: 1_700_000_000.25)


def told(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_a_document_is_what_cloudwatch_reads() -> None:
    lines: list[str] = []
    mine = meter(lines)
    with mine.request() as count, mine.request() as other:
        count(200, 12.34)
        other(503, 5)
    mine.flush()
    assert told(lines) == [
        {
            "_aws": {
                "Timestamp": 1_700_000_000_250,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "OakTree",
                        "Dimensions": [["Environment"]],
                        "Metrics": [
                            {"Name": name, "Unit": UNITS[name]}
                            for name in (
                                "Requests",
                                "Errors",
                                "Concurrency",
                                "LoopDelay",
                                "Latency",
                            )
                        ],
                    }
                ],
            },
            "Environment": "dev",
            "Requests": 2,
            "Errors": 1,
            "Concurrency": 2,
            "LoopDelay": 0,
            "Latency": [12.3, 5],
        }
    ]


def test_a_quiet_time_is_told_without_latencies() -> None:
    lines: list[str] = []
    meter(lines).flush()
    (document,) = told(lines)
    assert document["Requests"] == 0
    assert "Latency" not in document
    names = [each["Name"] for each in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    assert "Latency" not in names


def test_what_was_told_is_not_told_again_but_for_requests_still_under_way() -> None:
    lines: list[str] = []
    mine = meter(lines)
    with mine.request() as count:
        count(200, 1)
        mine.flush()
        mine.flush()
    assert [(each["Requests"], each["Concurrency"]) for each in told(lines)] == [(1, 1), (0, 1)]


def test_no_document_has_more_values_than_cloudwatch_takes() -> None:
    lines: list[str] = []
    mine = meter(lines)
    for _ in range(2 * MOST_VALUES + 1):
        with mine.request() as count:
            count(200, 1)
    mine.flush()
    assert [each["Requests"] for each in told(lines)] == [MOST_VALUES, MOST_VALUES, 1]


async def test_what_keeps_the_loop_from_others_is_measured_and_told_at_the_end() -> None:
    lines: list[str] = []
    running = asyncio.create_task(meter(lines, seconds=30).run())
    await asyncio.sleep(0.9)
    time.sleep(0.4)  # noqa: ASYNC251  # this is the offence
    await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (document,) = told(lines)
    assert document["LoopDelay"] > 100


async def test_requests_are_counted_and_probes_are_not(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    await running.client.get("/api/items")
    await running.client.get("/nowhere")
    await running.client.get("/health")
    running.app.state.meter.flush()
    lines = capsys.readouterr().out.splitlines()
    (document,) = told([line for line in lines if '"_aws"' in line])
    assert (document["Requests"], document["Errors"], document["Environment"]) == (2, 0, "local")
