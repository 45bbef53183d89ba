"""Actions and conditions in one form.

AWS returns a plain forward in two ways at once (TargetGroupArn, and ForwardConfig with weight 1),
fills a redirect with `#{…}` placeholders, and repeats conditions in their old form beside the new.
Sources: elbv2 DescribeListeners, DescribeRules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

REDIRECT_DEFAULTS = {
    "Protocol": "#{protocol}",
    "Port": "#{port}",
    "Host": "#{host}",
    "Path": "/#{path}",
    "Query": "#{query}",
}
CONFIG = {
    "path-pattern": "PathPatternConfig",
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}


def canonical_actions(actions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Actions in order, each with its configuration alone."""
    ordered = sorted(actions, key=lambda action: action.get("Order", 1))
    return [_action(action) for action in ordered]


def _action(action: Mapping[str, Any]) -> dict[str, Any]:
    kind = action["Type"]
    if kind == "forward":
        return {"Type": kind, "ForwardConfig": _forward(action)}
    if kind == "redirect":
        return {"Type": kind, "RedirectConfig": {**REDIRECT_DEFAULTS, **action["RedirectConfig"]}}
    return {key: value for key, value in action.items() if key != "Order"}


def _forward(action: Mapping[str, Any]) -> dict[str, Any]:
    config = action.get("ForwardConfig") or {}
    groups = config.get("TargetGroups") or [{"TargetGroupArn": action.get("TargetGroupArn")}]
    stickiness = config.get("TargetGroupStickinessConfig") or {}
    weighted = [
        {"TargetGroupArn": group["TargetGroupArn"], "Weight": group.get("Weight", 1)}
        for group in groups
    ]
    if len(weighted) == 1:
        weighted[0]["Weight"] = 1  # a single target gets everything, whatever its weight
    return {
        "TargetGroups": sorted(weighted, key=lambda group: str(group["TargetGroupArn"])),
        "TargetGroupStickinessConfig": {"Enabled": stickiness.get("Enabled", False)},
    }


def bridge_actions(
    live: Sequence[Mapping[str, Any]], want: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]] | None:
    """Forward to what is live as before, and have the new target groups attached with no weight.

    None unless both forward, and a wanted group gets nothing now. Traffic moves when the wanted
    actions follow, after the service's new tasks are healthy in the new groups.
    """
    before, after = canonical_actions(live), canonical_actions(want)
    if [action["Type"] for action in (*before, *after)] != ["forward", "forward"]:
        return None
    old, new = (action[0]["ForwardConfig"]["TargetGroups"] for action in (before, after))
    weights = {group["TargetGroupArn"]: group["Weight"] for group in old}
    if all(weights.get(group["TargetGroupArn"]) or not group["Weight"] for group in new):
        return None
    added = [group for group in new if group["TargetGroupArn"] not in weights]
    groups = [*old, *({**group, "Weight": 0} for group in added)]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def canonical_conditions(conditions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Conditions as sets of values under their `…Config`."""
    plain = [_condition(condition) for condition in conditions]
    return sorted(plain, key=lambda condition: json.dumps(condition, sort_keys=True, default=str))


def _condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    field = condition["Field"]
    config = dict(condition.get(CONFIG[field]) or {"Values": condition.get("Values", [])})
    values = config.get("Values", [])
    config["Values"] = sorted(values, key=lambda v: json.dumps(v, sort_keys=True, default=str))
    return {"Field": field, CONFIG[field]: config}
