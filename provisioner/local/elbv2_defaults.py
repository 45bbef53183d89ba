"""What Elastic Load Balancing fills in, as its Describe answers show it.

Sources: API_LoadBalancerAttribute, API_TargetGroupAttribute, API_Action and API_RuleCondition of
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Shape = Mapping[str, Any]

LOAD_BALANCER = {
    "access_logs.s3.bucket": "",
    "access_logs.s3.enabled": "false",
    "access_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "health_check_logs.s3.bucket": "",
    "health_check_logs.s3.enabled": "false",
    "health_check_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
TARGET_GROUP = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.enabled": "false",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
REDIRECT = {
    "Host": "#{host}",
    "Path": "/#{path}",
    "Port": "#{port}",
    "Protocol": "#{protocol}",
    "Query": "#{query}",
}
# Fields whose values a condition also shows at its top level.
PLAIN = {"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig"}


def load_balancer_attributes(scheme: str) -> dict[str, str]:
    """Attributes of a new application load balancer."""
    closed = "true" if scheme == "internal" else "false"
    return {**LOAD_BALANCER, "ipv6.deny_all_igw_traffic": closed}


def actions(asked: Iterable[Shape]) -> list[dict[str, Any]]:
    """Actions as Describe shows them."""
    return [{"Order": index, **_detailed(action)} for index, action in enumerate(asked, start=1)]


def _detailed(action: Shape) -> dict[str, Any]:
    if action["Type"] == "redirect":
        return {**action, "RedirectConfig": {**REDIRECT, **action["RedirectConfig"]}}
    if action["Type"] == "forward":
        return {**action, **_forward(action)}
    return dict(action)


def _forward(action: Shape) -> dict[str, Any]:
    """Both forms: one target group is named at the top, too."""
    config = action.get("ForwardConfig", {})
    plain = [{"TargetGroupArn": action["TargetGroupArn"]}] if "TargetGroupArn" in action else []
    groups = [{"Weight": 1, **group} for group in config.get("TargetGroups") or plain]
    stickiness = config.get("TargetGroupStickinessConfig") or {"Enabled": False}
    full: dict[str, Any] = {
        "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness}
    }
    if len(groups) == 1:
        full["TargetGroupArn"] = groups[0]["TargetGroupArn"]
    return full


def conditions(asked: Iterable[Shape]) -> list[dict[str, Any]]:
    """Conditions as Describe shows them."""
    return [_condition(condition) for condition in asked]


def _condition(condition: Shape) -> dict[str, Any]:
    config = PLAIN.get(condition.get("Field", ""))
    if config is None:
        return dict(condition)
    values = condition.get(config, {}).get("Values") or condition.get("Values", [])
    return {**condition, "Values": values, config: {"Values": values}}
