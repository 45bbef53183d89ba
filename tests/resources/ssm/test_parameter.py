from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import Guarded, NotOwned, PlanError
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]


@pytest.fixture
def parameter(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {"Name": f"/{bench.name}/level", "Type": "String", "Value": "info"}
        return changed(Resource("ssm.parameter", "level", properties, {"team": "oak"}), changes)

    return wanted


@pytest.fixture
def secure(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "Name": f"/{bench.name}/level",
            "Type": "SecureString",
            "Value": "placeholder",
            "KeyId": None,
        }
        initial = frozenset({"Value"})
        resource = Resource("ssm.parameter", "level", properties, {"team": "oak"}, initial=initial)
        return changed(resource, changes)

    return wanted


def value(bench: Bench) -> str:
    found = bench.client("ssm").get_parameter(Name=f"/{bench.name}/level", WithDecryption=True)
    return str(found["Parameter"]["Value"])


def set_by_hand(bench: Bench, text: str) -> None:
    bench.client("ssm").put_parameter(
        Name=f"/{bench.name}/level", Value=text, Type="SecureString", Overwrite=True
    )


def test_it_is_made_in_one_call(bench: Bench, parameter: Make) -> None:
    bench.check(
        parameter(),
        writes=[
            only(
                "PutParameter",
                Name=f"/{bench.name}/level",
                Type="String",
                Value="info",
                Tags=bench.tags(parameter()),
            )
        ],
    )


def test_another_value_is_put_over_the_old_one(bench: Bench, parameter: Make) -> None:
    bench.apply(parameter())
    bench.check(
        parameter(Value="debug"), writes=[sent("PutParameter", Value="debug", Overwrite=True)]
    )


def test_drift_is_shown_and_repaired(bench: Bench, parameter: Make) -> None:
    def spoil(client: Any, live: Live) -> None:
        client.put_parameter(Name=live.id, Value="debug", Type="String", Overwrite=True)

    bench.check_drift(
        parameter(),
        spoil,
        shown={"Value": ("debug", "info")},
        writes=[sent("PutParameter", Value="info")],
    )


@pytest.mark.parametrize("name", ["level-of-{}", "/level-of-{}"])
def test_one_outside_of_any_hierarchy_is_found_when_it_left_the_spec(
    bench: Bench, parameter: Make, name: str
) -> None:
    bench.apply(parameter(Name=name.format(bench.name)))
    check_sent(bench.apply(), sent("DeleteParameter", Name=name.format(bench.name)))


def test_the_value_of_a_secret_is_neither_read_nor_overwritten(bench: Bench, secure: Make) -> None:
    bench.apply(secure())
    set_by_hand(bench, "s3cret-value")
    with bench.tap.recording() as recording:
        assert bench.apply(secure(Value="another")) == []
        assert "s3cret-value" not in repr((bench.plan(), bench.find(secure())))
    assert not [one for one in recording.calls if one.operation.startswith("GetParameter")]
    assert value(bench) == "s3cret-value"


def test_a_placeholder_goes_and_a_value_must_be_forced(bench: Bench, secure: Make) -> None:
    bench.apply(secure())
    check_sent(bench.apply(), sent("DeleteParameter"))
    bench.apply(secure())
    set_by_hand(bench, "s3cret-value")
    with pytest.raises(Guarded, match="holds a value that somebody has set") as caught:
        bench.apply()
    assert "s3cret-value" not in str(caught.value)
    check_sent(bench.apply(force=True), sent("DeleteParameter"))


def test_its_type_cannot_change(bench: Bench, parameter: Make, secure: Make) -> None:
    bench.apply(parameter())
    with pytest.raises(PlanError, match="Type: 'String' -> SecureString"):
        bench.plan(secure())


def test_deleting_it_twice_is_fine(bench: Bench, parameter: Make) -> None:
    bench.apply(parameter())
    bench.delete_twice(parameter())


def test_another_tag_is_set_without_the_rest(bench: Bench, parameter: Make) -> None:
    bench.check_retag(parameter(), sent("AddTagsToResource", ResourceId=f"/{bench.name}/level"))


def test_one_of_somebody_else_is_refused(bench: Bench, parameter: Make) -> None:
    name = f"/{bench.name}/level"
    bench.client("ssm").put_parameter(Name=name, Value="theirs", Type="String")
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(parameter())


KEY = "arn:aws:kms:ap-southeast-1:123456789012:key/1"


def test_a_key_that_left_the_spec_is_a_change_that_needs_the_value(
    bench: Bench, secure: Make
) -> None:
    bench.apply(secure(KeyId=KEY))
    with pytest.raises(PlanError, match="KeyId: '1' -> None"):
        bench.plan(secure())
