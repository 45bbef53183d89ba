"""Alarms, the topic and the dashboard come, are repaired, and go."""

from __future__ import annotations

from tests.cloud.world import World, changes

SETTINGS = (
    "services.app.alarms={notify: once, latency_p95_seconds: 1.5}",
    "notifications={email: [ops@oak.example], slack: {workspace: T0001, channel: C0001}}",
    "dashboard=true",
)
KINDS = ("cloudwatch.", "sns.", "events.", "chatbot.")


def test_they_live_and_die_with_the_spec(world: World) -> None:
    world.apply()
    before = world.owned()
    world.apply(*SETTINGS)
    world.check_settled(*SETTINGS)

    cloudwatch = world.client("cloudwatch")
    cloudwatch.delete_alarms(AlarmNames=["oaktree-trouble-dev"])
    cloudwatch.delete_alarms(AlarmNames=["oaktree-latency-dev"])
    repaired = world.apply(*SETTINGS)
    assert sorted(repaired.operations) == ["PutCompositeAlarm", "PutMetricAlarm"]
    world.check_settled(*SETTINGS)

    gone = [one for one in changes(world.plan()) if one.split()[1].startswith(KINDS)]
    assert len(gone) >= 12
    assert all(one.startswith("delete ") for one in gone)
    world.apply()
    world.check_settled()
    assert world.owned() == before
    _check_nothing_left(world)


def test_teardown_leaves_nothing(world: World) -> None:
    world.apply(*SETTINGS)
    world.teardown(*SETTINGS)
    assert world.owned() == {}
    _check_nothing_left(world)


def _check_nothing_left(world: World) -> None:
    cloudwatch = world.client("cloudwatch")
    found = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert found["MetricAlarms"] + found["CompositeAlarms"] == []
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []
    assert world.client("sns").list_topics()["Topics"] == []
    assert world.client("events").list_rules()["Rules"] == []
    chatbot = world.client("chatbot").describe_slack_channel_configurations()
    assert chatbot["SlackChannelConfigurations"] == []
