"""Secrets and parameters in the spec: what may be written, and what is printed otherwise."""

from __future__ import annotations

import pytest

from provisioner.spec.secrets import Source, source
from tests.spec.conftest import MINIMAL, Complaints, Load

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"

SOURCES = {
    "oaktree/dev/database-url": Source("secret", "oaktree/dev/database-url"),
    "db:password": Source("secret", "db", "password"),
    "ssm:/shop/level": Source("parameter", "/shop/level"),
    "ssm:level": Source("parameter", "level"),
    ARN: Source("arn", ARN),
    f"{ARN}:user::": Source("arn", f"{ARN}:user::"),
    f"{ARN}:user": None,
    "arn:aws:s3:::bucket": None,
    "ssm:/shop//level": None,
    "two words": None,
    "postgres://app:hunter2@db/shop": None,
    "": None,
}


@pytest.mark.parametrize(("written", "found"), SOURCES.items(), ids=SOURCES)
def test_what_a_container_is_given_is_a_name_or_an_arn(written: str, found: Source | None) -> None:
    assert source(written) == found


CASES = {
    "a window that AWS does not have": (
        "secrets: {a: {recovery_window_days: 3}}",
        "expected at least 7",
    ),
    "a name with a blank": ("secrets: {a: {name: a b}}", "a secret's name of at most 512"),
    "an alias for a key": ("secrets: {a: {kms_key: alias/x}}", "the ARN of a KMS key"),
    "a password that is too short": (
        "secrets: {a: {generate: {length: 4}}}",
        "expected at least 8",
    ),
    "a way to generate that is none": (
        "secrets: {a: {generate: sometimes}}",
        "expected true, false or a mapping",
    ),
    "keys beside a password without one": (
        "secrets: {a: {generate: {beside: {user: app}}}}",
        "needs `key`, the password's own key",
    ),
    "a password in the place of something else": (
        "secrets: {a: {generate: {key: user, beside: {user: app}}}}",
        "is also in `beside`; keep one of them",
    ),
    "two secrets of one name": (
        "secrets: {a: {name: x}, b: {name: x}}",
        "secrets.b.name: secrets.a has the same name",
    ),
    "two parameters of one name": (
        "parameters: {a: {name: x}, b: {name: x}}",
        "parameters.b.name: parameters.a has the same name",
    ),
    "a value in the spec of a secret": ("secrets: {a: {value: hunter2}}", "secrets.a.value"),
    "a parameter that AWS keeps for itself": (
        "parameters: {a: {name: /aws/x}}",
        "not beginning with aws or ssm",
    ),
    "a parameter below nothing": ("parameters: {a: {name: a/b}}", "a parameter's name"),
    "a key for what is not encrypted": (
        f"parameters: {{a: {{value: x, kms_key: '{KEY}'}}}}",
        "a parameter with `value` is not encrypted",
    ),
    "a credential in a parameter": (
        "parameters: {a: {value: AKIAIOSFODNN7EXAMPLE}}",
        "this looks like an AWS access key; leave it out",
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_it_is_refused(text: str, expected: str, complaints: Complaints) -> None:
    (line,) = complaints(f"{MINIMAL}{text}\n")
    assert expected in line
    assert not any(secret in line for secret in ("hunter2", "AKIA"))


def test_a_stack_that_is_called_like_awss_own_must_name_its_parameters(
    complaints: Complaints,
) -> None:
    text = MINIMAL.replace("stack: shop", "stack: awsome")
    (line,) = complaints(f"{text}parameters: {{a: {{value: x}}}}\n")
    assert "parameters.a: would be called /awsome/…" in line
    assert complaints(f"{text}parameters: {{a: {{value: x, name: /a}}}}\n") == []


@pytest.mark.parametrize("pasted", ["AKIAIOSFODNN7EXAMPLE", "hunter2!", "a://b:hunter2@c"])
def test_a_value_in_the_place_of_a_name_is_never_printed(
    pasted: str, complaints: Complaints
) -> None:
    (line,) = complaints(MINIMAL.replace("nginx}", f"nginx, secrets: {{A: '{pasted}'}}}}"))
    assert "services.app.secrets.A: expected the name of a secret" in line
    assert pasted not in line


@pytest.mark.parametrize(("written", "there"), [("true", True), ("false", False), ("{}", True)])
def test_a_password_is_generated_where_that_is_said(written: str, there: bool, load: Load) -> None:
    spec = load(f"{MINIMAL}secrets: {{a: {{generate: {written}}}}}\n").spec
    assert (spec.secrets["a"].generate is not None) is there
    assert spec.secrets["a"].recovery_window_days == 30
