from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, sent

Make = Callable[..., Resource]


@pytest.fixture
def service(bench: Bench, namespace: Make) -> Make:
    bench.apply(namespace())
    home = bench.find(namespace()).id

    def wanted(ttl: int = 15, **changes: Any) -> Resource:
        properties = {
            "Name": "web",
            "NamespaceId": home,
            "Description": "tasks",
            "DnsConfig": {
                "RoutingPolicy": "MULTIVALUE",
                "DnsRecords": [{"Type": "A", "TTL": ttl}],
            },
            "HealthCheckCustomConfig": {"FailureThreshold": 1},
        }
        resource = Resource("servicediscovery.service", "web", properties, {"team": "oak"})
        return changed(resource, changes)

    return wanted


def test_it_is_made_with_its_tags(bench: Bench, namespace: Make, service: Make) -> None:
    wanted = service()
    check_sent(
        bench.apply(namespace(), wanted),
        sent("CreateService", **wanted.properties, Tags=bench.tags(wanted)),
    )


def test_a_change_sends_everything_that_must_stay(
    bench: Bench, namespace: Make, service: Make
) -> None:
    bench.apply(namespace(), service())
    change = {"Description": "tasks", "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 60}]}}
    bench.check(namespace(), service(ttl=60), writes=[sent("UpdateService", Service=change)])


def test_drift_is_repaired(bench: Bench, namespace: Make, service: Make) -> None:
    bench.apply(namespace(), service())
    live = _live(bench, namespace, service)
    change = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 1}]}}
    bench.client("servicediscovery").update_service(Id=live.id, Service=change)
    bench.check(namespace(), service(), writes=[sent("UpdateService")])


def _live(bench: Bench, namespace: Make, service: Make) -> Live:
    lives = bench.observe(namespace(), service())
    return next(one for one in lives if one.kind == "servicediscovery.service")


def test_it_goes_before_its_namespace(bench: Bench, namespace: Make, service: Make) -> None:
    bench.apply(namespace(), service())
    plan = bench.plan(namespace())
    assert [step.action for step in plan.steps] == ["delete"]
    bench.apply(namespace())
    lives = bench.observe(namespace(), service())
    assert [one.kind for one in lives] == ["servicediscovery.namespace"]


def test_another_tag_is_set_without_the_rest(bench: Bench, namespace: Make, service: Make) -> None:
    wanted = service()
    bench.apply(namespace(), wanted)
    retagged = Resource(wanted.kind, wanted.name, wanted.properties, {"team": "tree"})
    tags = [{"Key": "team", "Value": "tree"}]
    bench.check(namespace(), retagged, writes=[sent("TagResource", Tags=tags)])
