"""A secret of somebody else, by name.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed
from provisioner.resources.secretsmanager._common import secrets

NEAR = 5


def secret(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`{"name": …, "where": path in the spec}` to its Arn.

    The name that was not found is not repeated: it may be a value that somebody put there.
    """
    found = {item["Name"]: item["ARN"] for item in secrets(aws)}
    if query["name"] in found:
        return {"Arn": found[query["name"]]}
    near = get_close_matches(query["name"], sorted(found), NEAR)
    words = f"there is {', '.join(near)}" if near else "none has a name like it"
    raise LookupFailed(
        f"{query['where']}: the secret named there (not shown, it may be the value itself) does not"
        f" exist in {aws.region}; {words}; make it under `secrets:`, or name another"
    )
