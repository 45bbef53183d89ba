"""A role that exists, by name.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed


def role(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The `Arn` of the role `query["name"]`."""
    try:
        found = aws.client("iam").get_role(RoleName=query["name"])
    except ClientError as error:
        if says(error, ("NoSuchEntity",)):
            words = f"there is no role {query['name']}; name one that exists, or give its ARN"
            raise LookupFailed(words) from error
        raise
    return {"Arn": found["Role"]["Arn"]}
