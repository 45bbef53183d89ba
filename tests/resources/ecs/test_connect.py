"""Service Connect is read where AWS shows it, and taken away in the words that AWS wants."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Ref
from provisioner.resources.ecs import _connect
from provisioner.resources.ecs.service import Service

ON = {
    "enabled": True,
    "namespace": "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1",
}
NAMED = {"enabled": True, "namespace": "shop.internal"}


@pytest.mark.parametrize(
    ("deployments", "expected"),
    [
        ([], {}),
        ([{"status": "PRIMARY"}], {}),
        ([{"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": False}}], {}),
        ([{"status": "ACTIVE", "serviceConnectConfiguration": NAMED},
          {"status": "PRIMARY", "serviceConnectConfiguration": ON}], ON),
    ],
    ids=["none", "never", "off", "on"],
)  # fmt: skip
def test_it_is_shown_with_the_deployment_that_serves(
    deployments: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert _connect.live(deployments) == expected


@pytest.mark.parametrize(
    ("want", "live", "namespace"),
    [
        (ON, NAMED, NAMED["namespace"]),
        (NAMED, ON, ON["namespace"]),
        (NAMED, {"namespace": "other"}, NAMED["namespace"]),
        ({"namespace": Ref("a/b", "Arn")}, ON, Ref("a/b", "Arn")),
        (ON, {}, ON["namespace"]),
    ],
    ids=["a name", "an ARN", "another name", "not made yet", "none"],
)
def test_a_name_and_an_arn_are_no_difference(want: Any, live: Any, namespace: Any) -> None:
    kind = Service()
    assert kind.concede("serviceConnectConfiguration", want, live)["namespace"] == namespace
