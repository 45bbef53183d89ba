from __future__ import annotations

import pytest

from provisioner.spec.credentials import credential, is_secret, named

CREDENTIALS = {
    "AKIAIOSFODNN7EXAMPLE": "an AWS access key",
    "-----BEGIN PRIVATE KEY-----\nMIIE": "a private key",
    "-----BEGIN OPENSSH PRIVATE KEY-----": "a private key",
    "postgres://user:pass@db:5432/shop": "a URL with a password",
    "redis://:pass@cache": "a URL with a password",
    "ghp_" + "a" * 36: "a GitHub token",
    "xoxb-1234567890-abc": "a Slack token",
    "sk_live_" + "a" * 24: "a Stripe key",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl": "a JSON web token",
    "sk_test_": None,
    "postgres://user@db:5432/shop": None,
    "https://example.com/a:b@c": None,
    "-----BEGIN CERTIFICATE-----": None,
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db": None,
    "info": None,
}


@pytest.mark.parametrize("value", CREDENTIALS)
def test_credentials_are_known_by_their_looks(value: str) -> None:
    assert credential(value) == CREDENTIALS[value]


NAMES = {
    "DB_PASSWORD": True, "passwd": True, "API_KEY": True, "apiKey": True, "apikey": True,
    "AWS_ACCESS_KEY_ID": True, "secrets": True, "GITHUB_TOKEN": True, "keys": True,
    "KEYCLOAK_URL": False, "monkey": False, "client_keep_alive_seconds": False, "PORT": False,
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_value_is_secret_by_the_name_of_its_key(name: str) -> None:
    assert is_secret(("services", "app", "environment", name), "x") is NAMES[name]


def test_a_value_is_secret_below_a_secret_section() -> None:
    assert is_secret(("services", "app", "secrets", "DB"), "x")


BY_NAME = {
    ("DB_PASSWORD", "hunter2"): True, ("PGPASSWORD", "12345"): True, ("passwd", "x"): True,
    ("AWS_SECRET_ACCESS_KEY", "abc"): True, ("apiKey", "abc"): True, ("API_KEY", "abc"): True,
    ("CLIENT_SECRET", "abc"): True, ("GITHUB_TOKEN", "abc"): True, ("PRIVATE_KEY", "abc"): True,
    ("DB_PASSWORD", ""): False, ("DB_PASSWORD", "/run/secrets/db"): False,
    ("DB_PASSWORD", "arn:aws:ssm:eu-west-1:123456789012:parameter/db"): False,
    ("USE_TOKEN", "true"): False, ("NEXT_TOKEN", "https://id.example/token"): False,
    ("DB_PASSWORD_FILE", "db"): False, ("TOKEN_TTL", "3600"): False, ("SECRET_NAME", "db"): False,
    ("PRIMARY_KEY", "id"): False, ("AWS_ACCESS_KEY_ID", "x"): False, ("KEYCLOAK", "x"): False,
    ("TIMEOUT_TOKENS", "5"): False,
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BY_NAME)
def test_a_variable_is_a_credential_by_its_name(name: str, value: str) -> None:
    assert named(name, value) is BY_NAME[name, value]
