"""What can be known of secrets without their values.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says


def secrets(aws: Aws) -> list[dict[str, Any]]:
    """Every secret of the region but those that are scheduled for deletion, minutes late."""
    return aws.once(
        "secrets", lambda: aws.pages("secretsmanager", "list_secrets", "SecretList", MaxResults=100)
    )


def describe(aws: Aws, name: str) -> dict[str, Any] | None:
    """One secret as it is now, with its tags; None where it is not, or is to be deleted."""
    try:
        found: dict[str, Any] = aws.client("secretsmanager").describe_secret(SecretId=name)
    except ClientError as error:
        if says(error, ("ResourceNotFoundException",)):
            return None
        raise
    return None if found.get("DeletedDate") else found


def key_id(key: str | None) -> str | None:
    """A customer key by its id: Secrets Manager and Systems Manager answer an ARN or an id."""
    return key.rpartition(":key/")[2] if key else None
