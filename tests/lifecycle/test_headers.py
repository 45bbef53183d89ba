"""Response headers: set by one key, put back after drift, gone with the key."""

from __future__ import annotations

from tests.cloud.world import World, changes

HEADERS = "load_balancer.security_headers=true"
CORS = "load_balancer.cors={allow_origin: https://oaktree.example, preflight: true}"
PREFIX = "routing.http.response."
LISTENER = "elbv2.listener/http"


def added(world: World) -> dict[str, str]:
    elbv2, arn = world.client("elbv2"), world.one(LISTENER).id
    answer = elbv2.describe_listener_attributes(ListenerArn=arn)["Attributes"]
    ours = [one for one in answer if one["Key"].startswith(PREFIX)]
    found = {one["Key"].removeprefix(PREFIX): one["Value"] for one in ours}
    return {key.removesuffix(".header_value"): value for key, value in found.items() if value}


def test_headers_come_are_kept_and_go(world: World) -> None:
    world.apply()
    applied = world.apply(HEADERS, CORS)
    assert applied.operations.count("ModifyListenerAttributes") == 1
    found = added(world)
    assert found["server.enabled"] == "false"
    assert found["x_content_type_options"] == "nosniff"
    assert found["x_frame_options"] == "SAMEORIGIN"
    assert "strict_transport_security" not in found
    assert found["access_control_allow_origin"] == "https://oaktree.example"
    assert found["access_control_allow_methods"] == "GET,HEAD,POST"
    world.check_settled(HEADERS, CORS)

    spoiled = [{"Key": f"{PREFIX}server.enabled", "Value": "true"}]
    arn = world.one(LISTENER).id
    world.client("elbv2").modify_listener_attributes(ListenerArn=arn, Attributes=spoiled)
    assert changes(world.plan(HEADERS, CORS)) == [f"update {LISTENER}"]
    assert world.apply(HEADERS, CORS).operations == ["ModifyListenerAttributes"]

    world.apply()
    assert added(world) == {"server.enabled": "true"}
    world.check_settled()
    world.teardown()
    assert world.owned() == {}


def test_preflight_requests_are_answered_before_every_other_rule(world: World) -> None:
    world.apply(CORS)
    elbv2, arn = world.client("elbv2"), world.one(LISTENER).id
    first = elbv2.describe_rules(ListenerArn=arn)["Rules"][0]
    (action,) = first["Actions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "204"
    fields = {condition["Field"] for condition in first["Conditions"]}
    assert fields == {"http-request-method", "http-header"}
    world.check_settled(CORS)


def test_without_them_nobody_asks(world: World) -> None:
    world.apply()
    with world.tap.recording() as recording:
        world.stack().plan()
    assert "DescribeListenerAttributes" not in {call.operation for call in recording.calls}
