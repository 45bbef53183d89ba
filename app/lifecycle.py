"""Where the process is in its life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Lifecycle:
    """`starting` until the application has started, `draining` from SIGTERM on."""

    state: Literal["starting", "ready", "draining"] = "starting"
