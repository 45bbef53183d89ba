"""Secrets of somebody else, and the words when they are not there."""

from __future__ import annotations

import pytest

from provisioner.engine.aws import Aws
from provisioner.errors import LookupFailed
from provisioner.resources.lookups.secret import secret
from tests.cloud.world import World

WHERE = "services.app.secrets.DATABASE_URL"
NAMES = ("shop/dev/database-url", "shop/dev/session-key", "mail")


@pytest.fixture(scope="module")
def world(shared: World) -> World:
    """An AWS that has some secrets."""
    for name in NAMES:
        shared.client("secretsmanager").create_secret(Name=name, SecretString="hunter2")
    return shared


@pytest.fixture
def aws(world: World) -> Aws:
    return world.aws.snapshot()


def query(name: str) -> dict[str, str]:
    return {"name": name, "where": WHERE}


def test_it_is_found_by_name_without_its_value(world: World, aws: Aws) -> None:
    with world.tap.recording() as recording:
        found = secret(aws, query("shop/dev/database-url"))
    assert found["Arn"].rpartition("-")[0].endswith(":secret:shop/dev/database-url")
    assert [call.operation for call in recording.calls] == ["ListSecrets"]


def test_several_cost_one_list(world: World, aws: Aws) -> None:
    with world.tap.recording() as recording:
        for name in NAMES:
            secret(aws, query(name))
    assert [call.operation for call in recording.calls] == ["ListSecrets"]


def test_names_like_it_are_listed_and_itself_is_not(aws: Aws) -> None:
    with pytest.raises(LookupFailed) as caught:
        secret(aws, query("shop/dev/databse-url"))
    words = str(caught.value)
    assert words.startswith(f"{WHERE}: the secret named there (not shown, ")
    assert "there is shop/dev/database-url" in words
    assert "databse" not in words


def test_nothing_like_it_is_said_in_words(aws: Aws) -> None:
    with pytest.raises(LookupFailed, match="none has a name like it; make it under `secrets:`"):
        secret(aws, query("zzzzzzzz"))


def test_one_that_is_scheduled_for_deletion_is_not_there(world: World, aws: Aws) -> None:
    client = world.client("secretsmanager")
    client.create_secret(Name="doomed", SecretString="x")
    client.delete_secret(SecretId="doomed", RecoveryWindowInDays=7)
    with pytest.raises(LookupFailed):
        secret(aws, query("doomed"))
