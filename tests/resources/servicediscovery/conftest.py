"""A namespace in a network of its own: moto has one per VPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from provisioner.engine.model import Resource
from tests.cloud.bench import Bench, changed
from tests.cloud.ground import Ground

Make = Callable[..., Resource]


@pytest.fixture
def namespace(bench: Bench, ground: Ground) -> Iterator[Make]:
    marks = {"provisioner:stack": bench.name, "provisioner:discovered": "true"}
    bench.client("ecs").create_service(
        cluster=ground.cluster(),
        serviceName=f"{bench.name}-web",
        taskDefinition=ground.definition(),
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ground.subnets("private")}},
        tags=[{"key": key, "value": value} for key, value in marks.items()],
    )
    vpc = bench.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]

    def wanted(**changes: Any) -> Resource:
        properties = {"Name": f"{bench.name}-x.internal", "Vpc": vpc, "Description": "web"}
        resource = Resource(
            "servicediscovery.namespace",
            "main",
            properties,
            {"team": "oak"},
            initial=frozenset({"Vpc"}),
        )
        return changed(resource, changes)

    yield wanted
    bench.client("ec2").delete_vpc(VpcId=vpc)
