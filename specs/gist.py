"""The gist of a report that `apply --report` has written: what became of each rollout, and why."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROLLOUT = ("service", "verdict", "status", "old", "new", "reason")


def gist(report: dict[str, Any]) -> dict[str, Any]:
    """The result and the rollouts, with what failed first and what helps."""
    rollouts = []
    for one in report["rollouts"]:
        shown = {key: one[key] for key in ROLLOUT}
        if why := one["post_mortem"]:
            shown |= {"first": why["first"], "hints": [hint["id"] for hint in why["hints"]]}
        rollouts.append(shown)
    failed = {one["address"]: one["error"] for one in report["steps"] if one["error"]}
    return {"result": report["result"], "failed": failed, "rollouts": rollouts}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(gist(json.loads(Path(sys.argv[1]).read_text())), indent=2) + "\n")
