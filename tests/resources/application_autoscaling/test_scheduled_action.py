from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Resource
from provisioner.resources.application_autoscaling.scheduled_action import ScheduledAction
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]
KIND = ScheduledAction()


@pytest.fixture
def action(bench: Bench, place: dict[str, str], target: Make) -> Make:
    bench.apply(target())

    def wanted(**changes: Any) -> Resource:
        properties = {
            "ScheduledActionName": f"{bench.name}-morning",
            **place,
            "Schedule": "cron(0 8 1 1 ? 2199)",
            "Timezone": "Europe/Berlin",
            "StartTime": None,
            "EndTime": None,
            "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": None},
        }
        return changed(Resource(KIND.name, "web/morning", properties), changes)

    return wanted


def test_it_is_made_with_what_is_given(bench: Bench, target: Make, action: Make) -> None:
    given = {name: value for name, value in action().properties.items() if value is not None}
    given["ScalableTargetAction"] = {"MinCapacity": 2}
    check_sent(bench.apply(target(), action()), only("PutScheduledAction", **given))


@pytest.mark.parametrize(
    "changes",
    [
        {"Schedule": "cron(0 9 1 1 ? 2199)"},
        {"Timezone": "UTC"},
        {"ScalableTargetAction": {"MaxCapacity": 3}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_change_sends_all_of_it(
    bench: Bench, target: Make, action: Make, changes: dict[str, Any]
) -> None:
    bench.apply(target(), action())
    name = f"{bench.name}-morning"
    bench.check(
        target(),
        action(**changes),
        writes=[sent("PutScheduledAction", ScheduledActionName=name, **changes)],
    )


def test_drift_is_repaired(bench: Bench, target: Make, action: Make) -> None:
    bench.apply(target(), action())
    given = KIND.request(action(Schedule="rate(1 day)").properties)
    bench.client("application-autoscaling").put_scheduled_action(**given)
    bench.check(
        target(), action(), writes=[sent("PutScheduledAction", Schedule="cron(0 8 1 1 ? 2199)")]
    )


def test_deleting_it_twice_is_fine(bench: Bench, target: Make, action: Make) -> None:
    bench.apply(target(), action())
    bench.delete_twice(action())


def test_a_moment_is_the_same_in_every_zone() -> None:
    berlin = datetime(2026, 12, 24, 19, tzinfo=timezone(timedelta(hours=1)))
    assert berlin == datetime(2026, 12, 24, 18, tzinfo=UTC)
    real = {"ScheduledActionName": "a", "ResourceId": "service/c/s", "StartTime": berlin}
    live = KIND._live(real, {})
    assert differences({"StartTime": "2026-12-24T18:00:00Z"}, live.properties, KIND.rules) == ()
