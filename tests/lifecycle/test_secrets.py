"""Secrets and parameters come, keep their values, and go."""

from __future__ import annotations

from tests.cloud.world import World, changes

SETTINGS = (
    "secrets={database-url: {description: ours},"
    " session-key: {generate: true, recovery_window_days: 7}}",
    "parameters={level: {value: info}, token: {}}",
    "services.app.secrets={DATABASE_URL: oaktree/dev/database-url, SESSION: session-key,"
    " LEVEL: 'ssm:/oaktree/dev/level', TOKEN: 'ssm:token'}",
)
NAMES = ("oaktree/dev/database-url", "oaktree/dev/session-key")
VALUE = "postgres-s3cret-value"


def values(world: World) -> list[str]:
    client = world.client("secretsmanager")
    return [client.get_secret_value(SecretId=name)["SecretString"] for name in NAMES]


def test_they_live_and_die_with_the_spec(world: World) -> None:
    world.apply()
    before = world.owned().keys()
    world.apply(*SETTINGS)
    world.check_settled(*SETTINGS)

    client = world.client("secretsmanager")
    client.put_secret_value(SecretId=NAMES[0], SecretString=VALUE)
    kept = values(world)
    assert kept[0] == VALUE
    client.update_secret(SecretId=NAMES[0], Description="by hand")
    world.client("ssm").put_parameter(
        Name="/oaktree/dev/level", Value="debug", Type="String", Overwrite=True
    )
    assert sorted(world.apply(*SETTINGS).operations) == ["PutParameter", "UpdateSecret"]
    world.check_settled(*SETTINGS)
    assert values(world) == kept

    gone = [one for one in changes(world.plan()) if one.startswith("delete ")]
    assert {one.split()[1] for one in gone} >= {
        "secretsmanager.secret/database-url",
        "secretsmanager.secret/session-key",
        "ssm.parameter/level",
        "ssm.parameter/token",
    }
    world.apply()
    world.check_settled()
    assert world.owned().keys() == before
    assert client.list_secrets()["SecretList"] == []
    assert world.client("ssm").describe_parameters()["Parameters"] == []

    world.apply(*SETTINGS)
    world.check_settled(*SETTINGS)
    assert values(world) == kept


def test_a_description_that_left_the_spec_goes(world: World) -> None:
    world.apply("secrets={database-url: {description: ours}}")
    assert world.apply("secrets={database-url: {}}").operations == ["UpdateSecret"]
    found = world.client("secretsmanager").describe_secret(SecretId=NAMES[0])
    assert not found.get("Description")
    world.check_settled("secrets={database-url: {}}")


def test_teardown_leaves_them_their_recovery_window(world: World) -> None:
    world.apply(*SETTINGS)
    reasons = {
        one["address"]: one["reason"]
        for one in world.teardown(*SETTINGS).plan["changes"]
        if one["address"].startswith("secretsmanager.")
    }
    assert reasons == {
        "secretsmanager.secret/database-url": "teardown; can be restored for 30 days",
        "secretsmanager.secret/session-key": "teardown; can be restored for 7 days",
    }
    assert world.owned() == {}
    listed = world.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)
    assert {one["Name"] for one in listed["SecretList"] if one["DeletedDate"]} == {*NAMES}


def test_no_value_is_ever_printed_read_or_logged(world: World) -> None:
    sets = [part for one in SETTINGS for part in ("--set", one)]
    first = world.process("apply", "-vv", "--yes", "--json", *sets)
    assert first.code == 0, first.err
    world.client("secretsmanager").put_secret_value(SecretId=NAMES[0], SecretString=VALUE)
    world.client("ssm").put_parameter(
        Name="/oaktree/dev/token", Value=VALUE, Type="SecureString", Overwrite=True
    )
    runs = [
        first,
        world.cli("plan", "-vv", "--json", *sets),
        world.cli("plan", "-vv", *sets, "--set", "secrets.session-key.description=changed"),
        world.cli("status", "-vv", *sets),
        world.cli("teardown", "-vv", "--yes", *sets),
    ]
    for run in runs:
        assert "aws.call" in run.err
        assert not {"GetSecretValue", "BatchGetSecretValue"} & {
            call.operation for call in run.recording.calls
        }
        for value in values(world):
            assert value not in run.out + run.err
