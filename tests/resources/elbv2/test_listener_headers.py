"""A listener's attributes: read only where they were set."""

from __future__ import annotations

from provisioner.engine.diff import differences
from provisioner.resources.elbv2.listener import SERVER, Listener

KIND = Listener()
FRAME = "routing.http.response.x_frame_options.header_value"
ACTION = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


def plain(attributes: dict[str, str] | None) -> dict[str, object]:
    return {"Protocol": "HTTP", "DefaultActions": [ACTION], "Attributes": attributes}


def changed(want: dict[str, str], live: dict[str, str] | None) -> dict[str, tuple[object, object]]:
    sides = KIND.canonical(plain(want)), KIND.canonical(plain(live))
    found = differences(*sides, KIND.rules)
    return {change.path[1]: (change.before, change.after) for change in found}


def test_what_was_never_set_is_as_aws_makes_it() -> None:
    assert changed({SERVER: "true", FRAME: ""}, None) == {}
    assert changed({SERVER: "true", FRAME: ""}, {SERVER: "true", FRAME: ""}) == {}


def test_each_attribute_is_a_difference_of_its_own() -> None:
    found = changed({SERVER: "false", FRAME: "DENY"}, None)
    assert found == {SERVER: ("true", "false"), FRAME: (None, "DENY")}
    assert changed({SERVER: "true", FRAME: ""}, {FRAME: "DENY"}) == {FRAME: ("DENY", "")}


def test_what_is_not_declared_is_not_managed() -> None:
    want = {"Protocol": "HTTP", "DefaultActions": [ACTION]}
    live = KIND.canonical(plain({SERVER: "false"}))
    assert differences(KIND.canonical(want), live, KIND.rules) == ()
