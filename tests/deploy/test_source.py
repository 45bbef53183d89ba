"""What a tag, a digest or a name means, by what the spec says and what runs."""

from __future__ import annotations

import pytest

from provisioner.deploy.places import Place
from provisioner.deploy.source import read
from provisioner.engine.model import Live, Ref, Resource, text

HERE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DUAL = "123456789012.dkr-ecr.eu-west-1.on.aws"
OTHER = "999999999999.dkr.ecr.eu-west-1.amazonaws.com"


def place(*, partition: str = "aws", region: str = "eu-west-1", address: str = "") -> Place:
    uri = Ref(address or "ecr.repository/team/shop", "Uri")
    containers = [
        {"name": "app", "image": text(uri, Ref("lookup.image/team/shop", "v1"))},
        {"name": "aside", "image": "nginx:1.29"},
    ]
    arn = f"arn:{partition}:ecs:{region}:123456789012:task-definition/shop:7"
    return Place(
        Resource("ecs.service", "app", {}),
        Resource("ecs.task_definition", "app", {"containerDefinitions": containers}),
        Live("ecs.service", "", {}, {}, {"TaskDefinition": arn}),
    )


@pytest.mark.parametrize(
    ("name", "runs", "version", "found"),
    [
        ("app", "shop:v1", "v2", f"{HERE}/team/shop"),
        ("app", f"{OTHER}/team/shop:v1", "v2", f"{HERE}/team/shop"),
        ("app", f"{DUAL}/team/shop:v1", "v2", f"{DUAL}/team/shop"),
        ("app", "shop:v1", "team/shop:v2", f"{HERE}/team/shop"),
        ("app", "shop:v1", "shop:v2", "shop"),
        ("app", "shop:v1", f"{OTHER}/team/shop:v2", f"{OTHER}/team/shop"),
        ("aside", "httpd:2", "v2", "nginx"),
        ("aside", "httpd:2", "team/shop:v2", "team/shop"),
        ("by-hand", "httpd:2", "v2", "httpd"),
        ("by-hand", f"{HERE}/tools:1", "tools:v2", f"{HERE}/tools"),
    ],
)
def test_the_spec_decides_and_only_without_it_what_runs(
    name: str, runs: str, version: str, found: str
) -> None:
    named = read(place(), name, runs, version)
    assert (named.base, named.tag) == (found, "v2")


@pytest.mark.parametrize(
    ("partition", "region", "suffix"),
    [("aws-cn", "cn-north-1", "amazonaws.com.cn"), ("aws-us-gov", "us-gov-west-1", "amazonaws.com"),
     ("aws-eusc", "eusc-de-east-1", "amazonaws.eu")],
)  # fmt: skip
def test_a_registry_is_of_its_partition(partition: str, region: str, suffix: str) -> None:
    here = place(partition=partition, region=region, address="lookup.repository/shop")
    named = read(here, "app", "nginx:1", "v2")
    assert named.base == f"123456789012.dkr.ecr.{region}.{suffix}/shop"
    assert named.ours
