"""Plans and reports as the documents that scripts read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.document import known_outputs, plan_document, report_document
from provisioner.engine.execute import Outcome, Report
from provisioner.engine.kind import Effect
from provisioner.engine.model import Change, Live, Ref, Resource, text
from provisioner.engine.step import Plan, Step
from tests.support.world import exists, keys, kind, plan, registry, seen, thing

STORE, GROUP, LISTENER, REVISION = "net.store", "net.group", "net.listener", "run.revision"
KINDS = registry(
    kind(STORE, holds_data=True, identity=("Name",)),
    kind(
        GROUP,
        uses=frozenset({STORE}),
        immutable=frozenset({"Name", "Zone"}),
        replacement="create-first",
        effects={"Size": Effect.ROLLING},
    ),
    kind(LISTENER, identity=(), uses=frozenset({GROUP})),
    kind(REVISION, immutable=frozenset({"Size"}), retain=1, replacement="create-first"),
)
G = thing("g", GROUP, Zone="z1", Size=1)
L = thing("l", LISTENER, Target=G.ref(), Name=...)


def document(wanted: list[Resource], *lives: Live, **lookups: Any) -> dict[str, Any]:
    return drawn(plan(wanted, seen(*lives, **lookups), KINDS))


def drawn(found: Plan) -> dict[str, Any]:
    return plan_document(
        found, kinds=KINDS, environment="dev", account="123456789012", region="eu-west-1"
    )


def changes(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{change['action']} {change['address']}": change for change in found["changes"]}


def test_a_fingerprint_is_that_of_what_would_be_done_and_where() -> None:
    plan = document([G, L], exists(L, Target="arn:x"))["fingerprint"]
    assert document([G, L], exists(L, Target="arn:x"))["fingerprint"] == plan
    assert document([G, L], exists(L, Target="arn:y"))["fingerprint"] != plan
    assert document([L], exists(L, Target="arn:x"))["fingerprint"] != plan


def test_a_plan_is_one_flat_document() -> None:
    found = document([G, L], exists(L, Target="arn:x"))
    assert re.fullmatch("[0-9a-f]{16}", found.pop("fingerprint"))
    assert found == {
        "format_version": 1,
        "stack": "shop/dev",
        "environment": "dev",
        "account": "123456789012",
        "region": "eu-west-1",
        "changes": [
            {
                "address": "net.group/g",
                "action": "create",
                "reason": "does not exist yet",
                "effect": "none",
                "name": "g",
                "replaces": None,
                "fields": [field("Name", "g"), field("Zone", "z1"), field("Size", 1)],
            },
            {
                "address": "net.listener/l",
                "action": "update",
                "reason": "Target differs",
                "effect": "in-place",
                "name": "net.listener:l",
                "replaces": None,
                "fields": [field("Target", "${net.group/g.Arn}", before="arn:x", known=False)],
            },
        ],
        "unchanged": 0,
        "kept": [],
        "retained": [],
        "summary": {"create": 1, "update": 1, "replace": 0, "delete": 0},
        "warnings": [],
    }


def field(path: str, after: Any, *, before: Any = None, known: bool = True) -> dict[str, Any]:
    return {
        "path": path,
        "before": before,
        "after": after,
        "sensitive": False,
        "known": known,
        "forces": False,
    }


def test_a_replacement_counts_as_a_pair_and_shows_both_steps() -> None:
    found = document([thing("g", GROUP, Zone="z2", Size=1)], exists(G, "old"))
    assert found["summary"] == {"create": 0, "update": 0, "replace": 1, "delete": 0}
    create, delete = found["changes"]
    assert (create["action"], create["replaces"]) == ("create", "old")
    assert (delete["action"], delete["replaces"], delete["name"]) == ("delete", "old", "g")
    assert [(one["path"], one["forces"]) for one in create["fields"]] == [
        ("Name", False),
        ("Zone", True),
    ]
    assert create["name"].startswith("g-")


def test_what_an_interrupted_replacement_left_counts_as_a_delete() -> None:
    found = document([G], exists(G), exists(G, "left", Zone="z0", Name="g-0"))
    assert found["summary"] == {"create": 0, "update": 0, "replace": 0, "delete": 1}


def test_a_bridge_is_shown_but_not_counted() -> None:
    step = Step("update", L.address, LISTENER, "", Effect.IN_PLACE, L, exists(L))
    bridge = Step("update", L.address, LISTENER, "", Effect.IN_PLACE, L, exists(L), bridge=True)
    found = drawn(Plan("shop/dev", (bridge, step), ()))
    assert len(found["changes"]) == 2
    assert found["summary"]["update"] == 1


def test_the_other_counts_are_those_of_steps_and_of_what_stays() -> None:
    lives = [exists(G), exists(thing("s", STORE)), exists(thing("t", STORE), Size=1)]
    wanted = [G, thing("t", STORE, Size=2), thing("n", STORE)]
    found = document(wanted, *lives)
    assert found["unchanged"] == 1
    assert found["summary"] == {"create": 1, "update": 1, "replace": 0, "delete": 1}


EFFECTS: dict[str, tuple[list[Resource], list[Live], str]] = {
    "made": ([G], [], "none"),
    "changed": ([thing("t", STORE, Size=2)], [exists(thing("t", STORE))], "in-place"),
    "rolled": ([thing("g", GROUP, Zone="z1", Size=2)], [exists(G)], "rolling"),
    "deleted": ([], [exists(G)], "destroys"),
    "data lost": ([], [exists(thing("t", STORE))], "destroys-data"),
}


@pytest.mark.parametrize(("wanted", "lives", "effect"), EFFECTS.values(), ids=EFFECTS)
def test_effects_are_words(wanted: list[Resource], lives: list[Live], effect: str) -> None:
    assert [change["effect"] for change in document(wanted, *lives)["changes"]] == [effect]


def test_what_a_new_thing_gets_is_shown_with_lookups_resolved_and_without_absences() -> None:
    want = thing("g", GROUP, Zone=Ref("lookup.network", "Zone"), Size=None, Labels=("a",))
    found = changes(document([want], network={"Zone": "z9"}))["create net.group/g"]
    values = {one["path"]: one["after"] for one in found["fields"]}
    assert values == {"Name": "g", "Zone": "z9", "Labels": ["a"]}


def test_references_are_written_out_and_marked_as_not_known() -> None:
    want = thing("g", GROUP, Size={"a": [text("x-", Ref("net.store/s", "Id"))]})
    (_, size) = changes(document([want]))["create net.group/g"]["fields"]
    assert size["after"] == {"a": ["x-${net.store/s.Id}"]}
    assert not size["known"]


NAMES: dict[str, tuple[Resource, Live | None, str]] = {
    "its own": (thing("g", GROUP, Name="shop-g"), None, "shop-g"),
    "not known yet": (thing("g", GROUP, Name=Ref("net.store/s", "Id")), None, ""),
    "none, and new": (thing("l", LISTENER, Name=...), None, ""),
    "none, but an id": (thing("l", LISTENER, Name=..., Size=1), exists(L, "lst-1"), "lst-1"),
    "none, and an ARN says nothing": (
        thing("l", LISTENER, Name=..., Size=1),
        exists(L, "arn:aws:x"),
        "",
    ),
}


@pytest.mark.parametrize(("want", "live", "name"), NAMES.values(), ids=NAMES)
def test_a_change_says_what_aws_calls_the_thing(
    want: Resource, live: Live | None, name: str
) -> None:
    (change,) = document([want], *([live] if live else []))["changes"]
    assert change["name"] == name


def test_a_replacement_counts_as_a_pair_even_where_nothing_is_deleted() -> None:
    create = Step("create", G.address, GROUP, "", Effect.NONE, G, exists(G), replaces=True)
    summary = drawn(Plan("shop/dev", (create,), ()))["summary"]
    assert summary == {"create": 0, "update": 0, "replace": 1, "delete": 0}


def test_a_new_revision_has_no_number_yet() -> None:
    live = exists(thing("r", REVISION, Size=1), "r:7", version=7)
    (change,) = document([thing("r", REVISION, Size=2)], live)["changes"]
    assert change["name"] == "r"


def test_a_deleted_revision_is_told_apart_by_its_number() -> None:
    lives = [exists(thing("r", REVISION, Size=n), f"r:{n}", version=n) for n in (3, 2, 1)]
    found = document([thing("r", REVISION, Size=4)], *lives)
    deleted = [one["name"] for one in found["changes"] if one["action"] == "delete"]
    assert deleted == ["r:1", "r:2"]


def test_a_delete_without_anything_live_has_no_name() -> None:
    bare = Step("delete", G.address, GROUP, "", Effect.DESTROYS)
    (change,) = drawn(Plan("shop/dev", (bare,), ()))["changes"]
    assert (change["name"], change["fields"]) == ("", [])


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.just(Ref("net.store/s", "Arn")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_every_plan_is_json(value: Any) -> None:
    found = document([thing("x", GROUP, Size=value)], exists(thing("y", GROUP, Size=value)))
    assert json.loads(json.dumps(found)) == found


@given(st.permutations([exists(thing(name, GROUP)) for name in "abcd"]))
def test_one_input_gives_the_same_bytes(lives: list[Live]) -> None:
    wanted = [thing("b", GROUP, Size=2), thing("c", GROUP, Zone="z2"), thing("n", GROUP)]
    expected = document(wanted, *[exists(thing(name, GROUP)) for name in "abcd"])
    assert json.dumps(document(wanted, *lives)) == json.dumps(expected)


def test_a_report_is_one_flat_document() -> None:
    found = plan([G, L], seen(), KINDS)
    assert keys(found) == ["create net.group/g", "create net.listener/l"]
    made, failed = found.steps
    report = Report((Outcome(made, "done", 1.23456), Outcome(failed, "failed", 0.5, "no room")))
    written = report_document(report, {"url": "http://x"}, kinds=KINDS)
    assert json.loads(json.dumps(written)) == {
        "format_version": 1,
        "result": "partial",
        "steps": [
            {
                "address": "net.group/g",
                "action": "create",
                "outcome": "done",
                "seconds": 1.235,
                "error": None,
            },
            {
                "address": "net.listener/l",
                "action": "create",
                "outcome": "failed",
                "seconds": 0.5,
                "error": "no room",
            },
        ],
        "retained": [],
        "outputs": {"url": "http://x"},
    }


def test_outputs_that_are_not_known_are_left_out() -> None:
    promised = {
        "url": text("http://", Ref("net.lb/main", "Dns")),
        "arn": Ref("net.group/g", "Arn"),
        "services": {"app": {"arn": Ref("net.group/g", "Arn"), "id": Ref("net.lb/x", "Id")}},
        "subnets": [Ref("net.group/g", "Arn"), Ref("net.lb/x", "Id")],
    }
    assert known_outputs(promised, {"net.group/g": {"Arn": "arn:1"}}) == {
        "arn": "arn:1",
        "services": {"app": {"arn": "arn:1"}},
    }


def test_values_of_variables_that_sound_secret_are_hidden() -> None:
    environment = {"DB_PASSWORD": {"value": "hunter2"}, "PORT": {"value": "80"}}
    named = [{"name": "API_TOKEN", "value": "hunter2"}, {"name": "PORT", "value": "80"}]
    changes = (
        Change(("containers", "app", "environment", "DB_PASSWORD", "value"), "hunter1", "hunter2"),
        Change(("containers", "app"), None, {"environment": environment}),
        Change(("list",), None, named),
    )
    step = Step("update", "net.store/a", STORE, "", Effect.NONE, thing("a", STORE), changes=changes)
    document = plan_document(
        Plan("s", (step,), ()), kinds=KINDS, environment=None, account="", region=""
    )
    assert "hunter" not in json.dumps(document)
    assert [field["sensitive"] for field in document["changes"][0]["fields"]] == [
        True,
        False,
        False,
    ]
    assert '"80"' in json.dumps(document)
