"""Which capacity provider a task gets: first every base, then by weight.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-capacity-providers.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def choose(strategy: Sequence[Mapping[str, Any]], present: Sequence[str]) -> str:
    """Return the provider of the next task, given those of the tasks that there are.

    Without a strategy there is none. Of equals, the first of the strategy is taken.
    """
    if not strategy:
        return ""
    have = {each["capacityProvider"]: 0 for each in strategy}
    for name in present:
        if name in have:
            have[name] += 1
    for each in strategy:
        if have[each["capacityProvider"]] < int(each.get("base") or 0):
            return str(each["capacityProvider"])
    weighed = [each for each in strategy if int(each.get("weight") or 0) > 0]
    if not weighed:
        return str(strategy[0]["capacityProvider"])

    def share(each: Mapping[str, Any]) -> float:
        beyond = have[each["capacityProvider"]] - int(each.get("base") or 0)
        return (beyond + 1) / int(each["weight"])

    return str(min(weighed, key=share)["capacityProvider"])
