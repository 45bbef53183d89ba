"""A listener that exists, by port, ARN or tags, and whether our priorities are free on it.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties, Tags
from provisioner.engine.owner import STACK, is_ours
from provisioner.errors import NotOwned
from provisioner.resources.elbv2._common import listener_rules, listeners_of
from provisioner.resources.elbv2._existing import tagged, tags_by_arn
from provisioner.resources.lookups._one import only
from provisioner.resources.lookups.load_balancer import chosen

USUAL = {"HTTP": 80, "HTTPS": 443}
FIRST_BAND, LAST = 1000, 49000


def listener(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`port`, `arn` or `tags`, on the load balancer of the query `balancer`.

    `numbers` are the priorities that rules of `stack` are to have, out of a band of `size`; `host`
    is the name that leads to it, or "".
    Outputs: Arn, Port, Protocol, Url.
    """
    balancer = chosen(aws, query["balancer"])
    name = balancer["LoadBalancerName"]
    found = listeners_of(aws, balancer["LoadBalancerArn"])
    what = {**query, "name": query["arn"] or (query["port"] and f"on port {query['port']}")}
    fitting = _fitting(aws, found, query)
    there = ", ".join(f"{one['Protocol']} {one['Port']}" for one in found) or "no listener"
    ports = (f"port {one['Port']}" for one in fitting)
    one = only(fitting, what, "listener", ports, f" at {name}, which has {there}")
    _check_numbers(aws, one, query)
    port, protocol = one["Port"], one["Protocol"]
    end = "" if USUAL.get(protocol) == port else f":{port}"
    host = query["host"] or balancer.get("DNSName", "")
    url = f"{protocol.lower()}://{host}{end}"
    return {"Arn": one["ListenerArn"], "Port": port, "Protocol": protocol, "Url": url}


def _fitting(aws: Aws, found: list[dict[str, Any]], query: Properties) -> list[dict[str, Any]]:
    if query["tags"]:
        return tagged(aws, found, "ListenerArn", query["tags"])
    field, value = ("ListenerArn", query["arn"]) if query["arn"] else ("Port", query["port"])
    return [one for one in found if one[field] == value]


def _check_numbers(aws: Aws, one: Mapping[str, Any], query: Properties) -> None:
    """Rules of others keep their numbers: ours are never put on one, nor before them by force."""
    arn = one["ListenerArn"]
    rules = aws.once(("listener-rules", arn), lambda: listener_rules(aws, arn))
    tags = tags_by_arn(aws, [rule["RuleArn"] for rule in rules])
    theirs = {
        rule["Priority"]: (rule["RuleArn"], tags.get(rule["RuleArn"], {}))
        for rule in rules
        if not is_ours(tags.get(rule["RuleArn"], {}), query["stack"])
    }
    taken = [number for number in sorted(query["numbers"]) if number in theirs]
    if taken:
        lines = "\n  ".join(f"{number}: {_whose(*theirs[number])}" for number in taken)
        raise NotOwned(
            f"{query['field']}: priorities that the stack's rules need are taken on the listener:"
            f"\n  {lines}\nwrite others{_free(theirs, query['size'])}"
        )


def _whose(arn: str, tags: Tags) -> str:
    owner = tags.get(STACK)
    return f"{arn}, {f'of the stack {owner}' if owner else 'which has no ownership tags'}"


def _free(taken: Mapping[int, object], size: int) -> str:
    """The first band of that size that nobody is in."""
    step = max(size, 100)
    for first in range(FIRST_BAND, LAST, step):
        if not any(number in taken for number in range(first, first + size)):
            return f", such as `priorities: {first}-{first + size - 1}`"
    return ""
