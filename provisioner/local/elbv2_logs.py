"""Attributes that do more than say something: what is written into a bucket once logs go there.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html,
enable-connection-logging.html and enable-health-check-logging.html: to see whether it may write,
it makes a file. The name of that for health check logs is [unverified].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.elbv2.models import ELBv2Backend
from moto.s3.models import s3_backends

DELAY = "deregistration_delay.timeout_seconds"
TEST_FILES = {
    "access_logs.s3.": "ELBAccessLogTestFile",
    "connection_logs.s3.": "ELBConnectionLogTestFile",
    "health_check_logs.s3.": "ELBHealthCheckLogTestFile",
}


def destinations(
    attributes: Mapping[str, str], changed: Mapping[str, str], account: str
) -> Iterator[tuple[str, str]]:
    """Yield bucket and key of the test file of each kind of log that a change switches on.

    `attributes` are those of the load balancer after the change; also where nothing but the prefix
    changes, there is a new place to write to.
    """
    for kind, name in TEST_FILES.items():
        touched = any(each.startswith(kind) for each in changed)
        if touched and attributes.get(f"{kind}enabled") == "true":
            prefix = (attributes.get(f"{kind}prefix") or "").strip("/")
            folder = f"{prefix}/" if prefix else ""
            yield attributes.get(f"{kind}bucket") or "", f"{folder}AWSLogs/{account}/{name}"


class Attributed(ELBv2Backend):
    """moto's, whose values the tables have checked."""

    def modify_load_balancer_attributes(self, arn: str, attrs: dict[str, Any]) -> dict[str, Any]:
        """Change them; where logs are switched on, their bucket gets a test file."""
        changed = super().modify_load_balancer_attributes(arn, attrs)
        s3 = s3_backends[self.account_id][self.partition]
        for bucket, key in destinations(changed, attrs, self.account_id):
            s3.put_object(bucket, key, b"")
        return changed

    def modify_target_group_attributes(
        self, target_group_arn: str, attributes: dict[str, Any]
    ) -> None:
        """Change them (moto refuses a delay of 3600 s, which AWS takes)."""
        delay = attributes.pop(DELAY, None)
        super().modify_target_group_attributes(target_group_arn, attributes)
        if delay is not None:
            self.target_groups[target_group_arn].attributes[DELAY] = delay
