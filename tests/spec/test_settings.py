from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.errors import UsageError
from provisioner.spec.compose import parse
from provisioner.spec.document import Path
from provisioner.spec.settings import apply, read_setting

BASE = "a: {b: 1, l: [x, {y: 1}]}\nempty:\n"

CHANGES: dict[str, tuple[str, Any]] = {
    "a number": ("a.b=2", {"b": 2, "l": ["x", {"y": 1}]}),
    "text": ("a.b=two words", {"b": "two words", "l": ["x", {"y": 1}]}),
    "text that would be a comment": ("a.b=#fff", {"b": "#fff", "l": ["x", {"y": 1}]}),
    "text with a comment's sign": ("a.b=x #y", {"b": "x #y", "l": ["x", {"y": 1}]}),
    "text with an equals sign": ("a.b=x=y", {"b": "x=y", "l": ["x", {"y": 1}]}),
    "a boolean": ("a.b=true", {"b": True, "l": ["x", {"y": 1}]}),
    "quotes": ("a.b='5'", {"b": "5", "l": ["x", {"y": 1}]}),
    "nothing": ("a.b=", {"b": "", "l": ["x", {"y": 1}]}),
    "a list": ("a.l=[1, 2]", {"b": 1, "l": [1, 2]}),
    "a mapping": ("a.b={c: {d: 1}}", {"b": {"c": {"d": 1}}, "l": ["x", {"y": 1}]}),
    "an item": ("a.l[0]=z", {"b": 1, "l": ["z", {"y": 1}]}),
    "an item by a dot": ("a.l.0=z", {"b": 1, "l": ["z", {"y": 1}]}),
    "a key of an item": ("a.l[1].y=2", {"b": 1, "l": ["x", {"y": 2}]}),
    "null removes": ("a.b=null", {"l": ["x", {"y": 1}]}),
    "a new key": ("a.c=1", {"b": 1, "l": ["x", {"y": 1}], "c": 1}),
    "a new section": ("a.c.d=1", {"b": 1, "l": ["x", {"y": 1}], "c": {"d": 1}}),
    "a dot in a key": (r"a.x\.y=1", {"b": 1, "l": ["x", {"y": 1}], "x.y": 1}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_changes_one_value(name: str) -> None:
    argument, expected = CHANGES[name]
    document, problems = apply(parse(BASE, "f"), [read_setting(argument)])
    assert problems == []
    assert document.data["a"] == expected


def test_a_section_without_content_can_be_set_into() -> None:
    document, _ = apply(parse(BASE, "f"), [read_setting("empty.x=1")])
    assert document.data["empty"] == {"x": 1}


def test_later_settings_see_earlier_ones() -> None:
    settings = [read_setting(text) for text in ("n={a: 1}", "n.b=2", "n.a=3")]
    assert apply(parse(BASE, "f"), settings)[0].data["n"] == {"a": 3, "b": 2}


def test_what_is_set_has_the_settings_place_and_the_rest_keeps_its_own() -> None:
    document, _ = apply(parse(BASE, "f"), [read_setting("a.l.1.y=2")])
    files: dict[Path, str] = {path: spot.value.file for path, spot in document.spots.items()}
    assert files["a", "l", 1, "y"] == "--set a.l.1.y=..."
    assert {file for path, file in files.items() if path != ("a", "l", 1, "y")} == {"f"}


@pytest.mark.parametrize(
    "argument",
    ["", "=", "a", "a.b", ".a=1", "a.=1", "a..b=1", "[0]=1", "a[x]=1", "a[0=1"],
)
def test_an_argument_of_another_form_is_a_usage_error(argument: str) -> None:
    with pytest.raises(UsageError, match=r"expected PATH=VALUE, such as services\.app\.cpu=512"):
        read_setting(argument)


def test_a_path_has_an_end() -> None:
    with pytest.raises(UsageError, match="more than 100 steps"):
        read_setting(".".join("a" * 101) + "=1")


REFUSALS: dict[str, tuple[str, str]] = {
    "an item that is not there": (
        "a.l[2]=1",
        "--set a.l[2]=...: a.l: a list, with the items [0] to [1]; found `2`",
    ),
    "a key in a list": (
        "a.l.x=1",
        "--set a.l.x=...: a.l: a list, with the items [0] to [1]; found `x`",
    ),
    "an index in a mapping": ("a[0]=1", "--set a[0]=...: a: this is a mapping; it has no `[0]`"),
    "a key in a value": ("a.b.c=1", "--set a.b.c=...: a.b: this is a single value; it has no `c`"),
    "an environment": (
        "environments.dev.a=1",
        (
            "--set environments.dev.a=...: environments.dev.a: environments cannot be changed;"
            " set the value itself, without `environments.…`"
        ),
    ),
    "broken YAML": (
        "a.b=[1",
        (
            "--set a.b=...: a.b: the value is not YAML: expected `,` or `]` in the list that opens"
            " on line 1"
        ),
    ),
    "a duplicate": (
        "a.b={c: 1, c: 2}",
        "--set a.b=...: a.b: the value is not YAML: duplicate key `c`; the first one is on line 1",
    ),
    "a service that is not there": (
        "services.ap.cpu=512",
        (
            "--set services.ap.cpu=...: services.ap: there is no `ap`; did you mean `app`?"
            " There are: app"
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_setting_that_cannot_be_made_says_why(name: str) -> None:
    argument, expected = REFUSALS[name]
    base = parse(BASE + "services: {app: {image: nginx}}\n", "f")
    document, problems = apply(base, [read_setting(argument)])
    assert [str(problem) for problem in problems] == [expected]
    assert document.data == base.data


def test_a_value_never_shows_in_the_name_of_its_setting(
    minimal: str, complaints: Callable[..., list[str]]
) -> None:
    setting = "services.app.environment.DB_PASSWORD=[hunter2]"
    assert complaints(minimal, settings=[setting]) == [
        (
            "--set services.app.environment.DB_PASSWORD=...: services.app.environment.DB_PASSWORD:"
            " expected text, found a list"
        )
    ]


def test_settings_come_before_variables_and_after_the_overlay(
    minimal: str, complaints: Callable[..., list[str]], load: Callable[..., Any]
) -> None:
    text = f"{minimal}variables: {{size: 256}}\nenvironments: {{dev: {{region: eu-west-1}}}}\n"
    settings = ["region=eu-west-2", "services.app.cpu=${size}", "variables.size=512"]
    settings.append("services.app.memory_mib=1024")
    spec = load(text, environment="dev", settings=settings).spec
    assert (spec.region, spec.services["app"].cpu) == ("eu-west-2", 512)
