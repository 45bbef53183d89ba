"""Autoscaling whose parts do not fit each other: what is printed for it, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
services:
  app:
    image: nginx
"""
AT = "services.app.autoscaling"
METRIC = "{namespace: A, name: b}"
CASES: dict[str, tuple[str, str]] = {
    "a range without a reason": (
        "{min: 1, max: 2}",
        f"f:6:18: {AT}: nothing here says when to scale; add cpu_percent, memory_percent,"
        " requests_per_target, custom, steps or schedule",
    ),
    "a range upside down": (
        "{min: 4, max: 2, cpu_percent: 60}",
        f"f:6:32: {AT}.max: expected at least min (4), found 2",
    ),
    "no task to measure": (
        "{min: 0, max: 2, cpu_percent: 60}",
        f"f:6:24: {AT}.min: without a task there is no CPU or memory use that could start the"
        " first one",
    ),
    "requests that nobody counts": (
        "{min: 1, max: 2, requests_per_target: 60}",
        f"f:6:56: {AT}.requests_per_target: the load balancer sends no requests to this service;"
        " give it `routes`",
    ),
    "a name of a key": (
        f"{{min: 1, max: 2, custom: [{{name: cpu, target: 1, metric: {METRIC}}}]}}",
        f"f:6:51: {AT}.custom[0].name: `cpu` is the name of a key of its own",
    ),
    "a name twice": (
        "{min: 1, max: 2, schedule: [{name: a, when: rate(1 day), min: 1},"
        " {name: a, when: rate(1 day), max: 2}]}",
        f"f:6:91: {AT}.schedule[1].name: `a` stands here twice",
    ),
    "neither metric nor expression": (
        "{min: 1, max: 2, custom: [{name: a, target: 1}]}",
        f"f:6:44: {AT}.custom[0]: expected either `metric` or `expression` with `metrics`, found"
        " neither",
    ),
    "an expression over nothing": (
        "{min: 1, max: 2, custom: [{name: a, target: 1, expression: a / b}]}",
        f"f:6:44: {AT}.custom[0]: an expression needs `metrics`: its names, and what each stands"
        " for",
    ),
    "metrics without an expression": (
        f"{{min: 1, max: 2, custom: [{{name: a, target: 1, metric: {METRIC},"
        f" metrics: {{m: {METRIC}}}}}]}}",
        f"f:6:44: {AT}.custom[0]: `metrics` belong to an `expression`",
    ),
    "steps both ways": (
        f"{{min: 1, max: 2, steps: [{{name: a, metric: {METRIC},"
        " steps: [{above: 1, change: 1}, {below: 0, change: -1}]}]}",
        f"f:6:93: {AT}.steps[0].steps: expected `above` in every step, or `below` in every step",
    ),
    "steps backwards": (
        f"{{min: 1, max: 2, steps: [{{name: a, metric: {METRIC},"
        " steps: [{above: 5, change: 1}, {above: 1, change: 2}]}]}",
        f"f:6:93: {AT}.steps[0].steps: expected every step further from the first one than the"
        " step before it",
    ),
    "an odd period": (
        f"{{min: 1, max: 2, steps: [{{name: a, metric: {METRIC}, period_seconds: 45,"
        " steps: [{above: 5, change: 1}]}]}",
        f"f:6:102: {AT}.steps[0].period_seconds: expected 10, 20, 30 or a multiple of 60, found 45",
    ),
    "an action that does nothing": (
        "{min: 1, max: 2, schedule: [{name: a, when: rate(1 day)}]}",
        f"f:6:46: {AT}.schedule[0]: expected `min`, `max` or both",
    ),
    "an action upside down": (
        "{min: 1, max: 2, schedule: [{name: a, when: rate(1 day), min: 3, max: 2}]}",
        f"f:6:88: {AT}.schedule[0].max: expected at least min (3), found 2",
    ),
    "a schedule that is none": (
        "{min: 1, max: 2, schedule: [{name: a, when: daily, min: 1}]}",
        f"f:6:62: {AT}.schedule[0].when: expected cron(minute hour day month weekday year),"
        " rate(5 minutes) or at(2026-12-24T18:00:00), found 'daily'",
    ),
    "a time that there is not": (
        "{min: 1, max: 2, schedule: [{name: a, when: 'at(2026-13-01T08:00:00)', min: 1}]}",
        f"f:6:62: {AT}.schedule[0].when: there is no such time: 2026-13-01T08:00:00",
    ),
    "two kinds of days": (
        "{min: 1, max: 2, schedule: [{name: a, when: cron(0 8 * * MON *), min: 1}]}",
        f"f:6:62: {AT}.schedule[0].when: expected `?` for the day of the month or for the day of"
        " the week, and a value or `*` for the other, found * and MON",
    ),
    "an end before the start": (
        "{min: 1, max: 2, schedule: [{name: a, when: rate(1 day), min: 1,"
        " start: 2026-12-24T18:00:00Z, end: 2026-12-24T18:00:00Z}]}",
        f"f:6:117: {AT}.schedule[0].end: expected a time after start (2026-12-24T18:00:00Z),"
        " found 2026-12-24T18:00:00Z",
    ),
    "a time zone that there is not": (
        "{min: 1, max: 2,"
        " schedule: [{name: a, when: rate(1 day), min: 1, timezone: Europe/Berln}]}",
        f"f:6:93: {AT}.schedule[0].timezone: there is no time zone 'Europe/Berln'; did you mean"
        " `Europe/Berlin`?",
    ),
    "a percentage over 100": (
        "{min: 1, max: 2, cpu_percent: 160}",
        f"f:6:48: {AT}.cpu_percent: expected at most 100, found 160",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_does_not_fit_is_told(
    complaints: Callable[..., list[str]], load: Callable[..., object], name: str
) -> None:
    scaling, line = CASES[name]
    text = HEAD + f"    autoscaling: {scaling}\n"
    found = complaints(text) or [str(problem) for problem in load(text).warnings]  # type: ignore[attr-defined]  # Loaded
    assert found == [line]


def test_a_count_out_of_range_is_told(complaints: Callable[..., list[str]]) -> None:
    text = HEAD + "    desired_count: 9\n    autoscaling: {min: 1, max: 2, cpu_percent: 60}\n"
    assert complaints(text) == [
        "f:6:20: services.app.desired_count: expected 1 to 2, as autoscaling says, found 9; it is"
        " the number of tasks at creation, autoscaling changes it afterwards"
    ]
