"""The list of secrets, which says all about them but their values.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
"""

from __future__ import annotations

from typing import Any

from provisioner.engine.aws import Aws


def secrets(aws: Aws) -> list[dict[str, Any]]:
    """Every secret of the region with its tags, but those that are scheduled for deletion."""
    return aws.once(
        "secrets", lambda: aws.pages("secretsmanager", "list_secrets", "SecretList", MaxResults=100)
    )


def key_id(key: str | None) -> str | None:
    """A customer key by its id: Secrets Manager and Systems Manager answer an ARN or an id."""
    return key.rpartition(":key/")[2] if key else None
