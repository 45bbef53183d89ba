"""Things that exist already, and the words when they do not."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.errors import LookupFailed
from provisioner.resources.lookups import FINDERS
from tests.cloud.world import World


def make(world: World, kind: str) -> Any:
    if kind == "role":
        return world.client("iam").create_role(
            RoleName="theirs", Path="/team/", AssumeRolePolicyDocument='{"Statement":[]}'
        )
    if kind == "cluster":
        return world.client("ecs").create_cluster(clusterName="theirs")
    if kind == "repository":
        return world.client("ecr").create_repository(repositoryName="theirs")
    for name in ("theirs", "theirs-too"):
        world.client("logs").create_log_group(logGroupName=name)
    return None


@pytest.mark.parametrize(
    ("kind", "output", "end"),
    [
        ("role", "Arn", ":role/team/theirs"),
        ("cluster", "Arn", ":cluster/theirs"),
        ("repository", "Uri", ".amazonaws.com/theirs"),
        ("log_group", "Arn", ":log-group:theirs"),
    ],
)
def test_it_is_found_by_name(world: World, kind: str, output: str, end: str) -> None:
    with pytest.raises(LookupFailed, match=r"there is no .* theirs.*; name one that exists"):
        FINDERS[kind](world.aws.snapshot(), {"name": "theirs"})
    make(world, kind)
    assert FINDERS[kind](world.aws.snapshot(), {"name": "theirs"})[output].endswith(end)
