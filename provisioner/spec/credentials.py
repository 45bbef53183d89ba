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
)


def credential(value: str) -> str | None:
    """What kind of credential `value` contains, if it does."""
    return next((name for name, pattern in _CREDENTIALS if pattern.search(value)), None)


def is_secret(path: Path, value: str) -> bool:
    """Whether a value should not be shown: by the name of its key, or by its looks."""
    named = any(isinstance(step, str) and _SECRET_NAME.search(step) for step in path)
    return named or credential(value) is not None
