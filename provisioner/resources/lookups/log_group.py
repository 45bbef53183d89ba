"""A log group that exists, by name.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed


def log_group(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The `Arn` of the log group `query["name"]`."""
    name = query["name"]
    found = aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name)
    for group in found:
        if group["logGroupName"] == name:
            return {"Arn": str(group["arn"]).removesuffix(":*")}
    raise LookupFailed(
        f"there is no log group {name} in {aws.region}; "
        "name one that exists, or leave out `existing` to have it made"
    )
