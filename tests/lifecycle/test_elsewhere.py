"""What MiniStack knows of the optional parts works there.

It has neither all services nor all fields: no Application Auto Scaling, no Amazon Q, no logging of
WAF, no certificates of a listener, no tags of dashboards, no metric math; its ECS services never
leave their registry, and its index of tags knows few kinds, so that parts cannot be pruned there.
"""

from __future__ import annotations

import pytest

from tests.cloud.world import World

SETTINGS = (
    "services.app.discovery=true",
    "load_balancer.access_logs={on_teardown: delete}",
    "load_balancer.waf={logs: false}",
    "services.app.alarms={errors_5xx_percent: false, latency_p95_seconds: false,"
    " running_below_desired: false}",
    "services.app.tracing=true",
    "notifications={email: [ops@oaktree.example]}",
    "secrets={database-url: {}}",
    "parameters={colour: {value: green}}",
    "tasks={nightly: {image: 'busybox:1', schedule: rate(1 day)}}",
)


@pytest.mark.slow
@pytest.mark.parametrize("server_name", ["ministack"])
def test_the_optional_parts_come_are_repaired_and_go(world: World) -> None:
    world.apply(*SETTINGS)
    world.check_settled(*SETTINGS)
    world.client("cloudwatch").delete_alarms(AlarmNames=["oaktree-cpu-dev"])
    world.client("ssm").put_parameter(Name="/oaktree/dev/colour", Value="red", Overwrite=True)
    assert sorted(world.apply(*SETTINGS).operations) == ["PutMetricAlarm", "PutParameter"]
    world.check_settled(*SETTINGS)
    world.teardown(*SETTINGS)
    assert world.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert world.client("events").list_rules()["Rules"] == []
    assert world.client("s3").list_buckets()["Buckets"] == []
    assert world.client("scheduler").list_schedules()["Schedules"] == []
    assert world.client("sns").list_topics()["Topics"] == []
    assert world.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert world.client("servicediscovery").list_namespaces()["Namespaces"] == []
