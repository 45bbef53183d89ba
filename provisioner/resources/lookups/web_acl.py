"""A web ACL that exists, by name or ARN.

https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACL.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed
from provisioner.resources.wafv2._common import SERVICE, listed, place


def web_acl(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`Arn`, `Name` and `MetricName` of the regional web ACL `query["name"]`, a name or an ARN."""
    wanted = query["name"]
    found = _named(aws, wanted)
    if found is None:
        raise LookupFailed(
            f"load_balancer.waf.web_acl: there is no regional web ACL {wanted} in {aws.region}; "
            "name one that exists, or leave it out to have one made"
        )
    visible = found["VisibilityConfig"]
    return {"Arn": found["ARN"], "Name": found["Name"], "MetricName": visible["MetricName"]}


def _named(aws: Aws, wanted: str) -> dict[str, Any] | None:
    if wanted.startswith("arn:"):
        *_, name, identifier = wanted.split("/")
        return _read(aws, {"Name": name, "Id": identifier})
    for item in listed(aws, "list_web_acls", "WebACLs"):
        if item["Name"] == wanted:
            return _read(aws, item)
    return None


def _read(aws: Aws, item: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = aws.client(SERVICE).get_web_acl(**place(item))["WebACL"]
    except ClientError as error:
        if says(error, ("WAFNonexistentItemException",)):
            return None
        raise
    return found
