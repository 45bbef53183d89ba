"""What counts as a difference between what is wanted and what is there."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.diff import Rules, differences
from provisioner.engine.model import Properties, Ref, Text, text

ARN = Ref("net.thing/a", "Arn")

SAME: dict[str, tuple[Properties, Properties]] = {
    "equal values": ({"Port": 80, "Name": "web"}, {"Name": "web", "Port": 80}),
    "undeclared is unmanaged": ({"Port": 80}, {"Port": 80, "Vpc": "vpc-1"}),
    "undeclared is unmanaged below": (
        {"Check": {"Path": "/"}},
        {"Check": {"Path": "/", "Port": 1}},
    ),
    "undeclared is unmanaged inside lists": (
        {"Ports": [{"From": 1}]},
        {"Ports": [{"From": 1, "To": 2}]},
    ),
    "None equals absent": ({"Kms": None}, {}),
    "an empty list equals absent": ({"Command": []}, {}),
    "an empty mapping equals absent": ({"Options": {}}, {}),
    "an empty text equals absent": ({"Body": ""}, {}),
    "one emptiness equals another": ({"Command": []}, {"Command": None}),
    "None below equals absent": ({"Check": {"Port": None}}, {"Check": {}}),
    "a tuple equals a list": ({"Command": ("a", "b")}, {"Command": ["a", "b"]}),
    "a whole float equals its integer": ({"Weight": 1}, {"Weight": 1.0}),
    "nothing wanted": ({}, {"Port": 80}),
}

DIFFERENT: dict[str, tuple[Properties, Properties, list[tuple[str, Any, Any]]]] = {
    "another value": ({"Port": 81}, {"Port": 80}, [("Port", 80, 81)]),
    "missing": ({"Port": 80}, {}, [("Port", None, 80)]),
    "None must go": ({"Kms": None}, {"Kms": "key"}, [("Kms", "key", None)]),
    "an empty list must go": ({"Command": []}, {"Command": ["a"]}, [("Command", ["a"], [])]),
    "an empty text must go": ({"Body": ""}, {"Body": "hello"}, [("Body", "hello", "")]),
    "zero is a value": ({"Count": 0}, {}, [("Count", None, 0)]),
    "False is a value": ({"Enabled": False}, {}, [("Enabled", None, False)]),
    "True is not 1": ({"Enabled": True}, {"Enabled": 1}, [("Enabled", 1, True)]),
    "0 is not False": ({"Count": 0}, {"Count": False}, [("Count", False, 0)]),
    "text is not a number": ({"Cpu": "256"}, {"Cpu": 256}, [("Cpu", 256, "256")]),
    "text is not a list": ({"Action": "a"}, {"Action": ["a"]}, [("Action", ["a"], "a")]),
    "a list is not a text": ({"Action": ["a"]}, {"Action": "a"}, [("Action", "a", ["a"])]),
    "a mapping is not a text": (
        {"Policy": {"a": 1}},
        {"Policy": "{}"},
        [("Policy", "{}", {"a": 1})],
    ),
    "below": (
        {"Check": {"Http": {"Path": "/health"}}},
        {"Check": {"Http": {"Path": "/", "Port": 1}}},
        [("Check.Http.Path", "/", "/health")],
    ),
    "inside a list": (
        {"Containers": [{"Name": "app", "Cpu": 2}]},
        {"Containers": [{"Name": "app", "Cpu": 1}]},
        [("Containers.0.Cpu", 1, 2)],
    ),
    "lists in another order": (
        {"Command": ["b", "a"]},
        {"Command": ["a", "b"]},
        [("Command.0", "a", "b"), ("Command.1", "b", "a")],
    ),
    "lists of another length, as a whole": (
        {"Command": ("a", "b")},
        {"Command": ["a"]},
        [("Command", ["a"], ["a", "b"])],
    ),
    "a reference, whatever is there": (
        {"Group": ARN},
        {"Group": "arn:1"},
        [("Group", "arn:1", ARN)],
    ),
    "a reference where nothing is": ({"Group": ARN}, {}, [("Group", None, ARN)]),
    "a text with a reference": (
        {"Arn": text("logs:", ARN)},
        {"Arn": "logs:1"},
        [("Arn", "logs:1", Text(("logs:", ARN)))],
    ),
    "a reference inside a list": (
        {"Groups": ["x", ARN]},
        {"Groups": ["x", "y"]},
        [("Groups.1", "y", ARN)],
    ),
    "in the order of what is wanted": (
        {"Zone": 1, "Area": 1},
        {"Area": 2, "Zone": 2},
        [("Zone", 2, 1), ("Area", 2, 1)],
    ),
}


@pytest.mark.parametrize(("want", "live"), SAME.values(), ids=SAME)
def test_means_the_same(want: Properties, live: Properties) -> None:
    assert differences(want, live, Rules()) == ()


@pytest.mark.parametrize(("want", "live", "expected"), DIFFERENT.values(), ids=DIFFERENT)
def test_differs(want: Properties, live: Properties, expected: list[tuple[str, Any, Any]]) -> None:
    found = [(".".join(c.path), c.before, c.after) for c in differences(want, live, Rules())]
    assert found == expected


@pytest.mark.parametrize("value", [ARN, text("a", ARN), ["x", {"Group": ARN}]], ids=repr)
def test_what_refers_to_something_unknown_is_known_after_apply(value: Any) -> None:
    (change, *_) = differences({"Group": value}, {}, Rules())
    assert not change.known
    assert change.field == "Group"


def test_a_plain_value_is_known_before() -> None:
    (change,) = differences({"Port": 80}, {}, Rules())
    assert change.known


ORDER: dict[str, tuple[str, list[Any], list[Any], int]] = {
    "texts": ("Subnets", ["b", "a"], ["a", "b"], 0),
    "repeated texts are counted": ("Subnets", ["a", "a", "b"], ["a", "b", "b"], 1),
    "mappings": ("Subnets", [{"n": 2}, {"n": 1}], [{"n": 1}, {"n": 2}], 0),
    "mappings that AWS filled in": (
        "Subnets",
        [{"n": 1}, {"n": 2}],
        [{"a": 1, "n": 2}, {"a": 2, "n": 1}],
        0,
    ),
    "one of several differs": ("Subnets", ["a", "b", "c"], ["d", "c", "b"], 1),
    "the rule is for another path": ("Other", ["b", "a"], ["a", "b"], 2),
}


@pytest.mark.parametrize(("path", "want", "live", "count"), ORDER.values(), ids=ORDER)
def test_order_means_nothing_in_unordered_lists(
    path: str, want: list[Any], live: list[Any], count: int
) -> None:
    rules = Rules(unordered=frozenset({path}))
    assert len(differences({"Subnets": want}, {"Subnets": live}, rules)) == count


def test_in_an_unordered_list_only_what_has_no_counterpart_is_shown() -> None:
    rules = Rules(unordered=frozenset({"Groups"}))
    changes = differences({"Groups": [ARN, "sg-2"]}, {"Groups": ["sg-2", "sg-1"]}, rules)
    assert [(change.before, change.after) for change in changes] == [("sg-1", ARN)]


CLOSED: dict[str, tuple[str, Properties, list[str]]] = {
    "open": ("Elsewhere", {"Env": {"A": "1", "B": "2"}}, []),
    "the mapping itself": ("Env", {"Env": {"A": "1", "B": "2"}}, ["Env.B"]),
    "in the order of their names": (
        "Env",
        {"Env": {"C": "3", "A": "1", "B": "2"}},
        ["Env.B", "Env.C"],
    ),
    "what is empty there is no extra": ("Env", {"Env": {"A": "1", "B": None, "C": []}}, []),
    "not what lies below": ("Env", {"Env": {"A": "1"}, "Deep": {"In": {"X": 1, "Y": 1}}}, []),
    "one segment": ("Deep.*", {"Deep": {"In": {"X": 1, "Y": 1}}}, ["Deep.In.Y"]),
    "one segment is one": ("*", {"Deep": {"In": {"X": 1, "Y": 1}}}, []),
    "everything below": ("Deep.**", {"Deep": {"In": {"X": 1, "Y": 1}}}, ["Deep.In.Y"]),
    "everything below and itself": ("Deep.**", {"Deep": {"In": {"X": 1}, "B": 1}}, ["Deep.B"]),
    "everything below in lists": ("List.**", {"List": [{"X": 1, "Y": 1}]}, ["List.0.Y"]),
    "a segment may be an index": ("List.*", {"List": [{"X": 1, "Y": 1}]}, ["List.0.Y"]),
}


@pytest.mark.parametrize(("pattern", "live", "extra"), CLOSED.values(), ids=CLOSED)
def test_closed_mappings_have_nothing_undeclared(
    pattern: str, live: Properties, extra: list[str]
) -> None:
    declared: Properties = {"Env": {"A": "1"}, "Deep": {"In": {"X": 1}}, "List": [{"X": 1}]}
    want = {name: declared[name] for name in live}
    changes = differences(want, live, Rules(closed=frozenset({pattern})))
    assert [".".join(change.path) for change in changes] == extra
    assert all(change.after is None for change in changes)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(st.text(min_size=1, max_size=3), VALUES, max_size=4)
EVERYWHERE = Rules(unordered=frozenset({"*", "*.*"}), closed=frozenset({"**"}))


@given(MAPPINGS)
def test_nothing_differs_from_itself(value: dict[str, Any]) -> None:
    assert differences(value, copy.deepcopy(value), Rules()) == ()
    assert differences(value, copy.deepcopy(value), EVERYWHERE) == ()


@given(MAPPINGS, MAPPINGS)
def test_carrying_out_the_changes_leaves_nothing_to_change(
    want: dict[str, Any], live: dict[str, Any]
) -> None:
    rules = Rules(closed=frozenset({"**"}))
    after = copy.deepcopy(live)
    for change in differences(want, live, rules):
        put(after, change.path, change.after)
    assert differences(want, after, rules) == ()


def put(target: Any, path: tuple[str, ...], value: Any) -> None:
    """Set what lies at a path, through lists by index."""
    for segment in path[:-1]:
        target = target[int(segment)] if isinstance(target, list) else target[segment]
    if isinstance(target, list):
        target[int(path[-1])] = value
    else:
        target[path[-1]] = value


@given(MAPPINGS, st.randoms(use_true_random=False))
def test_the_order_of_unordered_lists_never_matters(value: dict[str, Any], random: Any) -> None:
    shuffled = copy.deepcopy(value)
    for item in shuffled.values():
        if isinstance(item, list):
            random.shuffle(item)
    assert differences(value, shuffled, Rules(unordered=frozenset({"*"}))) == ()


@given(MAPPINGS, MAPPINGS)
def test_one_input_gives_one_answer(want: dict[str, Any], live: dict[str, Any]) -> None:
    mixed = dict(reversed(list(live.items())))
    assert differences(want, live, EVERYWHERE) == differences(want, mixed, EVERYWHERE)


def test_a_declared_empty_mapping_means_that_it_must_go() -> None:
    changes = differences({"a": {}}, {"a": {"x": 1}}, Rules())
    assert [(change.path, change.before, change.after) for change in changes] == [
        (("a",), {"x": 1}, {})
    ]
