"""Where the secrets of a container come from, and why they cannot be had.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from .simulation.reasons import ABSENT, NO_KEY, NO_PARAMETER, NO_SECRET

# The parts of a secret's ARN; what follows is a key of its JSON, a stage, a version.
SECRET_PARTS = 7


def unreadable(account: str, own_region: str, source: str) -> str:
    """Return why a secret's `valueFrom` gives no value, nothing if it does.

    The reason is one of `reasons`.
    """
    parts = source.split(":")
    region = parts[3] if len(parts) > SECRET_PARTS - 2 else own_region
    if parts[2:3] == ["secretsmanager"]:
        secrets = secretsmanager_backends[account][region].secrets
        arn = ":".join(parts[:SECRET_PARTS])
        found = secrets.get(arn)
        if found is None or found.is_deleted():
            return NO_SECRET.replace("{why}", ABSENT).replace("{secret}", arn)
        key = parts[SECRET_PARTS] if len(parts) > SECRET_PARTS else ""
        return "" if not key or _has(found, key) else NO_KEY.replace("{key}", key)
    name = parts[-1].removeprefix("parameter") if len(parts) > 1 else source
    # In an ARN, `parameter/a` is `a` as well as `/a`.
    names = {name, name.removeprefix("/")} if len(parts) > 1 else {name}
    known = ssm_backends[account][region]
    if any(known.get_parameters([each]) for each in names):
        return ""
    return NO_PARAMETER.replace("{why}", name)


def _has(secret: Any, key: str) -> bool:
    """Whether a secret's present value is a JSON object with a key."""
    version = secret.versions.get(secret.default_version_id) or {}
    try:
        return key in dict(json.loads(version.get("secret_string") or ""))
    except (ValueError, TypeError):
        return False
