from __future__ import annotations

import pytest

from provisioner.spec.credentials import credential, is_secret

CREDENTIALS = {
    "AKIAIOSFODNN7EXAMPLE": "an AWS access key",
    "-----BEGIN PRIVATE KEY-----\nMIIE": "a private key",
    "-----BEGIN OPENSSH PRIVATE KEY-----": "a private key",
    "postgres://user:pass@db:5432/shop": "a URL with a password",
    "redis://:pass@cache": "a URL with a password",
    "ghp_" + "a" * 36: "a GitHub token",
    "xoxb-1234567890-abc": "a Slack token",
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
