from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from provisioner.engine.model import Live, Resource
from provisioner.engine.owner import RECOVERY
from provisioner.errors import NotOwned
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, sent

Make = Callable[..., Resource]
INITIAL = frozenset({"SecretString", "GenerateSecretString"})
KEY = "arn:aws:kms:ap-southeast-1:123456789012:key/1"


@pytest.fixture
def secret(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "Name": f"{bench.name}/db",
            "Description": None,
            "KmsKeyId": None,
            "SecretString": "placeholder",
        }
        tags = {"team": "oak", RECOVERY: "7"}
        resource = Resource("secretsmanager.secret", "db", properties, tags, initial=INITIAL)
        return changed(resource, changes)

    return wanted


@pytest.fixture
def generated(secret: Make) -> Make:
    def wanted(**how: Any) -> Resource:
        return secret(SecretString=..., GenerateSecretString={"PasswordLength": 24, **how})

    return wanted


def value(bench: Bench) -> str:
    found: str = bench.client("secretsmanager").get_secret_value(SecretId=f"{bench.name}/db")[
        "SecretString"
    ]
    return found


def scheduled(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = bench.client("secretsmanager").describe_secret(
        SecretId=f"{bench.name}/db"
    )
    return found


def test_it_is_made_as_a_placeholder_in_one_call(bench: Bench, secret: Make) -> None:
    (call,) = bench.apply(secret())
    assert call.operation == "CreateSecret"
    assert call.arguments["Tags"] == bench.tags(secret())
    assert value(bench) == "placeholder"


def test_a_password_is_generated_once(bench: Bench, generated: Make) -> None:
    bench.apply(generated())
    made = value(bench)
    assert len(made) == 24
    assert bench.apply(generated(PasswordLength=40)) == []
    assert value(bench) == made


def test_a_password_can_be_a_key_of_json(bench: Bench, generated: Make) -> None:
    how = {"SecretStringTemplate": '{"username": "app"}', "GenerateStringKey": "password"}
    bench.apply(generated(**how))
    made = json.loads(value(bench))
    assert made["username"] == "app"
    assert len(made["password"]) == 24


def test_a_value_that_somebody_set_is_never_overwritten(bench: Bench, secret: Make) -> None:
    bench.apply(secret())
    bench.client("secretsmanager").put_secret_value(SecretId=f"{bench.name}/db", SecretString="s3")
    assert bench.apply(secret(SecretString="another")) == []
    bench.check(secret(Description="x"), writes=[sent("UpdateSecret", Description="x")])
    assert value(bench) == "s3"


def test_no_value_is_read_planned_or_logged(bench: Bench, generated: Make) -> None:
    with capture_logs() as logs, bench.tap.recording() as recording:
        plan = bench.plan(generated())
        bench.apply(generated())
        live = bench.find(generated())
    made = value(bench)
    assert not {"GetSecretValue", "BatchGetSecretValue"} & {
        call.operation for call in recording.calls
    }
    assert logs
    assert made not in repr((plan, live, logs, bench.plan(generated(PasswordLength=9))))


def test_its_key_is_changed_without_its_value(bench: Bench, secret: Make) -> None:
    bench.apply(secret())
    for key, written in ((KEY, KEY), (None, "")):
        (call,) = bench.apply(secret(KmsKeyId=key))
        assert call.operation == "UpdateSecret"
        assert call.arguments["KmsKeyId"] == written
        assert "SecretString" not in call.arguments


@pytest.mark.parametrize("written", [KEY, "1"], ids=["arn", "id"])
def test_a_key_is_the_same_by_arn_and_by_id(bench: Bench, secret: Make, written: str) -> None:
    bench.apply(secret(KmsKeyId=KEY))
    bench.client("secretsmanager").update_secret(SecretId=f"{bench.name}/db", KmsKeyId=written)
    assert bench.apply(secret(KmsKeyId=KEY)) == []


def test_drift_is_shown_and_repaired(bench: Bench, secret: Make) -> None:
    def describe(client: Any, live: Live) -> None:
        client.update_secret(SecretId=live.id, Description="something else")

    bench.check_drift(
        secret(Description="ours"),
        describe,
        shown={"Description": ("something else", "ours")},
        writes=[sent("UpdateSecret", Description="ours")],
    )


def test_a_delete_leaves_its_recovery_window(bench: Bench, secret: Make) -> None:
    bench.apply(secret())
    (step,) = bench.plan().steps
    assert step.reason == "teardown; can be restored for 7 days"
    assert step.effect.word == "destroys-data"
    check_sent(bench.apply(), sent("DeleteSecret", RecoveryWindowInDays=7))
    assert scheduled(bench)["DeletedDate"]


def test_force_leaves_its_recovery_window_as_well(bench: Bench, secret: Make) -> None:
    bench.apply(secret())
    check_sent(bench.apply(force=True), sent("DeleteSecret", RecoveryWindowInDays=7))


def test_without_its_tag_the_window_is_the_longest(bench: Bench, secret: Make) -> None:
    bench.apply(secret())
    arn = bench.find(secret()).id
    bench.client("secretsmanager").untag_resource(SecretId=arn, TagKeys=[RECOVERY])
    check_sent(bench.apply(), sent("DeleteSecret", RecoveryWindowInDays=30))


def test_it_comes_back_from_its_recovery_window_with_its_value(bench: Bench, secret: Make) -> None:
    bench.apply(secret())
    bench.client("secretsmanager").put_secret_value(SecretId=f"{bench.name}/db", SecretString="s3")
    bench.apply()
    wanted = secret(Description="again")
    operations = [call.operation for call in bench.apply(wanted)]
    assert operations == ["CreateSecret", "RestoreSecret", "TagResource", "UpdateSecret"]
    assert value(bench) == "s3"
    assert "DeletedDate" not in {k for k, v in scheduled(bench).items() if v}


def test_a_scheduled_one_of_somebody_else_stays_scheduled(bench: Bench, secret: Make) -> None:
    client = bench.client("secretsmanager")
    client.create_secret(Name=f"{bench.name}/db", SecretString="theirs")
    client.delete_secret(SecretId=f"{bench.name}/db", RecoveryWindowInDays=7)
    with pytest.raises(AssertionError, match="scheduled for deletion and has no") as caught:
        bench.apply(secret())
    assert "theirs" not in str(caught.value)
    assert scheduled(bench)["DeletedDate"]


def test_deleting_it_twice_is_fine(bench: Bench, secret: Make) -> None:
    bench.apply(secret())
    bench.delete_twice(secret())


def test_another_tag_is_set_without_the_rest(bench: Bench, secret: Make) -> None:
    bench.check_retag(secret(), sent("TagResource", Tags=[{"Key": "team", "Value": "tree"}]))


def test_one_of_somebody_else_is_refused(bench: Bench, secret: Make) -> None:
    bench.client("secretsmanager").create_secret(Name=f"{bench.name}/db", SecretString="theirs")
    with pytest.raises(NotOwned, match="no ownership tags") as caught:
        bench.plan(secret())
    assert "theirs" not in str(caught.value)
