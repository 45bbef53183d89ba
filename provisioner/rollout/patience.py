"""How long a deployment may take by its own settings, on top of starting tasks.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

MINUTE = 60.0
LINEAR_PERCENT, LINEAR_MINUTES, CANARY_MINUTES = 10.0, 6, 10
HOOK_MINUTES = 1440


def extra_seconds(configuration: Mapping[str, Any]) -> float:
    """Bake times, steps, and the longest that each hook may take."""
    strategy = configuration.get("strategy") or "ROLLING"
    minutes = float(configuration.get("bakeTimeInMinutes") or 0)
    if strategy == "LINEAR":
        linear = configuration.get("linearConfiguration") or {}
        steps = math.ceil(100 / (linear.get("stepPercent") or LINEAR_PERCENT))
        minutes += steps * _given(linear, "stepBakeTimeInMinutes", LINEAR_MINUTES)
    if strategy == "CANARY":
        canary = configuration.get("canaryConfiguration") or {}
        minutes += _given(canary, "canaryBakeTimeInMinutes", CANARY_MINUTES)
    for hook in configuration.get("lifecycleHooks") or ():
        limit = _given(hook.get("timeoutConfiguration") or {}, "timeoutInMinutes", HOOK_MINUTES)
        minutes += limit * len(hook.get("lifecycleStages") or (1,))
    return minutes * MINUTE


def _given(settings: Mapping[str, Any], name: str, default: float) -> float:
    value = settings.get(name)
    return default if value is None else float(value)
