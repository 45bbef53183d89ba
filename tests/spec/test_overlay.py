from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.errors import SpecError, UsageError
from provisioner.spec.compose import parse
from provisioner.spec.document import Document
from provisioner.spec.load import Loaded
from provisioner.spec.overlay import choose, environments

MERGES: dict[str, tuple[str, str, Any]] = {
    "a value replaces": ("{a: 1, b: 2}", "{a: 3}", {"a": 3, "b": 2}),
    "mappings merge": ("{m: {a: 1, b: 2}}", "{m: {b: 3, c: 4}}", {"m": {"a": 1, "b": 3, "c": 4}}),
    "a list replaces whole": ("{l: [1, 2]}", "{l: [3]}", {"l": [3]}),
    "null removes": ("{a: 1, m: {b: 2}}", "{a: null, m: {b: ~}}", {"m": {}}),
    "null removes what is not there": ("{a: 1}", "{b: null}", {"a": 1}),
    "a mapping replaces a value": ("{a: 1}", "{a: {b: 2}}", {"a": {"b": 2}}),
    "a value replaces a mapping": ("{a: {b: 2}}", "{a: 1}", {"a": 1}),
    "a new mapping comes without its nulls": ("{}", "{a: {b: null, c: 1}}", {"a": {"c": 1}}),
    "an empty mapping changes nothing": ("{a: {b: 1}}", "{a: {}}", {"a": {"b": 1}}),
    "nothing changes nothing": ("{a: 1}", "", {"a": 1}),
    "a mapping in a list is not merged": ("{l: [{a: 1}]}", "{l: [{b: 2}]}", {"l": [{"b": 2}]}),
}


def _merged(base: str, overlay: str) -> Document:
    head = parse(base, "f").data if base != "{}" else {}
    lines = "".join(f"{key}: {_flow(value)}\n" for key, value in head.items())
    return choose(parse(f"{lines}environments:\n  dev: {overlay}\n  prod: {{}}\n", "f"), "dev")


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value)


@pytest.mark.parametrize("name", MERGES)
def test_an_overlay_is_laid_over_the_rest(name: str) -> None:
    base, overlay, expected = MERGES[name]
    data = dict(_merged(base, overlay).data)
    assert data.pop("environments") == {"dev": {}, "prod": {}}
    assert data == expected


def test_places_follow_the_value_that_won() -> None:
    text = "a: {b: 1, c: 2}\nl: [1, 2]\nenvironments:\n  dev:\n    a: {c: 3, d: 4}\n    l: [5]\n"
    spots = choose(parse(text, "f"), "dev").spots
    lines = {path: spot.value.line for path, spot in spots.items()}
    assert lines == {
        (): 1, ("a",): 1, ("a", "b"): 1, ("a", "c"): 5, ("a", "d"): 5, ("l",): 6, ("l", 0): 6,
        ("environments",): 3, ("environments", "dev"): 4,
    }  # fmt: skip


def test_the_names_come_in_file_order() -> None:
    assert environments(parse("environments: {prod: {}, dev: {}}", "f")) == ["prod", "dev"]


REFUSALS: dict[str, tuple[str, str | None, type[Exception], str]] = {
    "none chosen": (
        "environments: {dev: {}, staging: {}, prod: {}}",
        None,
        UsageError,
        "f has the environments dev, staging and prod: choose one with -e NAME",
    ),
    "chosen where there are none": (
        "stack: a",
        "dev",
        UsageError,
        "f has no `environments:`: leave out -e dev",
    ),
    "one that is not there": (
        "stack: a\nenvironments: {dev: {}, prod: {}}",
        "prd",
        SpecError,
        "f:2:15: environments: there is no `prd`; did you mean `prod`? There are: dev and prod",
    ),
    "a list of environments": (
        "environments: [dev]",
        "dev",
        SpecError,
        "f:1:15: environments: expected a mapping from environment names to overlays",
    ),
    "an overlay that is text": (
        "environments: {dev: small}",
        "dev",
        SpecError,
        "f:1:21: environments.dev: expected a mapping: what differs here",
    ),
    "an overlay with overlays": (
        "environments:\n  dev:\n    environments: {}",
        "dev",
        SpecError,
        "f:3:5: environments.dev.environments: an overlay cannot have overlays of its own",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_wrong_choice_says_what_there_is(name: str) -> None:
    text, environment, kind, message = REFUSALS[name]
    with pytest.raises(kind) as caught:
        choose(parse(text, "f"), environment)
    assert str(caught.value) == message


def test_a_wrong_value_of_an_overlay_is_found_in_the_overlay(
    minimal: str, complaints: Callable[..., list[str]]
) -> None:
    text = f"{minimal}environments:\n  prod:\n    services: {{app: {{cpu: big}}}}\n"
    expected = ["f:7:27: services.app.cpu: expected a whole number, found text 'big'"]
    assert complaints(text, environment="prod") == expected


def test_the_name_of_an_environment_is_checked(
    minimal: str, complaints: Callable[..., list[str]]
) -> None:
    text = f"{minimal}environments:\n  Prod: {{}}\n"
    assert complaints(text, environment="Prod") == [
        (
            "f:6:3: environments.Prod: expected a key of at most 32 lower-case letters, digits and"
            " single hyphens, letter first, found 'Prod'"
        )
    ]


def test_the_spec_keeps_the_names_and_the_data_does_not(
    minimal: str, load: Callable[..., Loaded]
) -> None:
    loaded = load(f"{minimal}environments: {{dev: {{region: eu-west-1}}}}\n", environment="dev")
    assert loaded.environment == "dev"
    assert loaded.spec.region == "eu-west-1"
    assert loaded.spec.environments == {"dev": {}}
    assert "environments" not in loaded.data
