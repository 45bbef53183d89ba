"""Who calls, and whether the spec is meant for them.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed


def account(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """Who calls. `query["expected"]` is the account that the spec insists on, or None."""
    answer = aws.client("sts").get_caller_identity()
    expected = query.get("expected")
    if expected and expected != answer["Account"]:
        raise LookupFailed(
            f"the spec is for account {expected}, but these credentials are for "
            f"{answer['Account']} ({answer['Arn']})"
        )
    partition = answer["Arn"].split(":")[1]
    return {"Account": answer["Account"], "Partition": partition, "Region": aws.region,
            "Caller": answer["Arn"]}  # fmt: skip
