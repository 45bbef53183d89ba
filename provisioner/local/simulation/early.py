"""When a rolling deployment is successful before all of its tasks are healthy.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/early-success-criteria.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def enough(configuration: Mapping[str, Any], desired: int) -> int:
    """Return how many healthy tasks complete a deployment that shall have so many."""
    criteria = configuration.get("earlySuccessCriteria") or {}
    if not criteria.get("enable"):
        return desired
    return min(desired, max(1, math.ceil(desired * int(criteria["healthyPercent"]) / 100)))


def deferred(configuration: Mapping[str, Any]) -> bool:
    """Whether the tasks of the old revision may go after the deployment is complete."""
    criteria = configuration.get("earlySuccessCriteria") or {}
    return bool(criteria.get("enable")) and criteria["sourceServiceRevisionCleanup"] == "DEFERRED"
