"""What a pipeline shows of a run: GitHub appends a step's summary file to its page.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provisioner.render.post_mortem import markdown

VARIABLE = "GITHUB_STEP_SUMMARY"


def summarize(document: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    """Add why deployments failed, where there is a summary to add to."""
    file = environ.get(VARIABLE)
    parts = [markdown(one["post_mortem"]) for one in document["rollouts"] if one["post_mortem"]]
    if file and parts:
        with Path(file).open("a", encoding="utf-8") as summary:
            summary.write("\n".join(parts))
