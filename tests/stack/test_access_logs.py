"""The log bucket and what the load balancer is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.stack import Blueprint
from tests.support.blueprints import addresses, at, shop, wanted

SERVICES = "services: {app: {image: nginx:1, port: 80, routes: [{default: true}]}}"
BUCKET = "s3.bucket/alb-logs"


def logged(logs: str, *, head: str = "", environment: str | None = "dev") -> Blueprint:
    balancer = f"\nload_balancer:\n  access_logs: {logs}\n  listeners: {{http: {{port: 80}}}}\n"
    return shop(f"{head}\n{SERVICES}\n", balancer=balancer, environment=environment)


def told(blueprint: Blueprint) -> dict[str, Any]:
    attributes = wanted(blueprint, "elbv2.load_balancer/main")["Attributes"]
    return {key: value for key, value in attributes.items() if key.startswith("access_logs")}


@pytest.mark.parametrize("off", ["false", "null"])
def test_without_it_there_is_no_bucket_and_logging_is_off(off: str) -> None:
    blueprint = logged(off)
    assert addresses(blueprint, "s3.bucket") == []
    assert told(blueprint) == {"access_logs.s3.enabled": "false"}


@pytest.mark.parametrize("on", ["true", "{}"])
def test_one_word_is_enough(on: str) -> None:
    blueprint = logged(on)
    bucket = wanted(blueprint, BUCKET)
    assert bucket["Bucket"] == "shop-alb-logs-dev-${lookup.account.Account}"
    assert bucket["LifecycleConfiguration"]["Rules"][0]["Expiration"] == {"Days": 90}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["ObjectOwnership"] == "BucketOwnerEnforced"
    assert told(blueprint) == {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "${s3.bucket/alb-logs.Name}",
        "access_logs.s3.prefix": "alb-logs",
    }
    assert at(blueprint, BUCKET).tags == {"provisioner:on-teardown": "retain"}


def test_everything_can_be_said() -> None:
    blueprint = logged("{prefix: a/b, expire_days: 7, bucket: my-logs, on_teardown: delete}")
    bucket = wanted(blueprint, BUCKET)
    assert bucket["Bucket"] == "my-logs"
    assert bucket["LifecycleConfiguration"]["Rules"][0]["Expiration"] == {"Days": 7}
    assert told(blueprint)["access_logs.s3.prefix"] == "a/b"
    assert at(blueprint, BUCKET).tags == {"provisioner:on-teardown": "delete"}


@pytest.mark.parametrize(
    ("region", "writer"),
    [("eu-west-1", "arn:${lookup.account.Partition}:iam::156460612806:root"), ("eu-south-2", None)],
)
def test_old_regions_write_from_an_account_as_well(region: str, writer: str | None) -> None:
    bucket = wanted(logged("{prefix: ''}", head=f"region: {region}"), BUCKET)
    (statement,) = bucket["Policy"]["Statement"]
    assert statement["Principal"].get("AWS") == writer
    assert statement["Principal"]["Service"] == "logdelivery.elasticloadbalancing.amazonaws.com"
    assert statement["Resource"] == (
        "arn:${lookup.account.Partition}:s3:::shop-alb-logs-dev-${lookup.account.Account}"
        "/AWSLogs/${lookup.account.Account}/*"
    )
