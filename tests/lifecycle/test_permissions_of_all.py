"""Stacks with nearly everything in them need their policies, too, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.engine.policy import documents
from tests.cloud.caller import Caller
from tests.cloud.world import World
from tests.lifecycle.test_permissions import failures, statements

SPEC = """
stack: wide
region: ap-southeast-1
network: {create: {nat: single, endpoints: true}}
dashboard: true
secrets:
  session-key: {generate: {key: password, beside: {username: app}}, recovery_window_days: 7}
parameters:
  level: {value: info}
notifications: {email: [ops@shop.example], slack: {workspace: T0001AAAA, channel: C0001AAAA}}
discovery: {namespace: wide.internal}
load_balancer:
  access_logs: true
  waf: {allow_cidrs: 192.0.2.0/24}
  listeners: {http: {port: 80}}
services:
  app:
    image: {repository: wide, tag: '1'}
    port: 80
    discovery: true
    alarms: true
    secrets: {KEY: session-key, LEVEL: 'ssm:/wide/level'}
    autoscaling:
      min: 1
      max: 4
      cpu_percent: 60
      schedule: [{name: morning, when: cron(0 8 1 1 ? 2199), min: 2}]
    routes: [{default: true}, {path: /a}]
  api: {image: nginx:1, port: 80, routes: [{path: /api}]}
tasks:
  nightly:
    image: {repository: wide, tag: '1'}
    schedule: {expression: cron(0 3 * * ? *)}
"""


@pytest.mark.slow
def test_a_large_stack_is_made_changed_and_deleted(world: World, tmp_path: Path) -> None:
    spec = tmp_path / "wide.yaml"
    spec.write_text(SPEC)
    wide = World(world.server, world.tap, tmp_path, spec=spec, environment=None)
    caller = Caller(wide)
    needed = statements(wide, "apply")
    assert len(documents(needed)) <= 10
    with caller.enforced():
        caller.may(needed)
        for settings in ((), ("tags.Team=other",)):
            stack = caller.stack(*settings)
            assert failures(stack.apply(stack.plan())) == []
        caller.may(statements(wide, "teardown"))
        stack = caller.stack()
        report = stack.apply(stack.guard(stack.teardown_plan(), force=True))
        assert failures(report) == []
