"""What looks like a secret: its value is neither printed nor accepted outside `secrets:`."""

from __future__ import annotations

import re

from provisioner.spec.document import Path

_SECRET_NAME = re.compile(
    r"passw(or)?d|secret|token|credential|passphrase|(^|[^a-z])key(s|$|[^a-z])|(?-i:[a-z]Key)|apikey",
    re.IGNORECASE,
)
_CREDENTIALS = (
    ("an AWS access key", re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    (
        "a URL with a password",
        re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE),
    ),
    ("a GitHub token", re.compile(r"\b(gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a Stripe key", re.compile(r"\b[rs]k_(live|test)_[A-Za-z0-9]{16,}")),
    ("a JSON web token", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")),
)
_HOLDS_ONE = re.compile(
    r"(passw(or)?d|passphrase|secret|([^a-z]|^)token|(api|private|access|encryption)_?key)$",
    re.IGNORECASE,
)
_NO_CREDENTIAL = re.compile(r"|true|false|arn:.*|/.*|https?://.*", re.IGNORECASE)
"""Nothing, a switch, or where to find one."""


def credential(value: str) -> str | None:
    """What kind of credential `value` contains, if it does."""
    return next((name for name, pattern in _CREDENTIALS if pattern.search(value)), None)


def named(name: str, value: str) -> bool:
    """Whether a variable's value is a credential going by the variable's name: `DB_PASSWORD`."""
    return bool(_HOLDS_ONE.search(name)) and not _NO_CREDENTIAL.fullmatch(value)


def is_secret(path: Path, value: str) -> bool:
    """Whether a value should not be shown: by the name of its key, or by its looks."""
    named = any(isinstance(step, str) and _SECRET_NAME.search(step) for step in path)
    return named or credential(value) is not None
