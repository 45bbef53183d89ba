"""What a service tells of its target groups: who has come, and who goes.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from __future__ import annotations

import math
from collections import Counter

from .health import targets_of
from .service import Service
from .targets import Targets


def tell(service: Service, now: float, targets: Targets) -> None:
    """Tell, once for each, of targets that were registered, and of those that drain."""
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    for task in service.tasks:
        for group, target in targets_of(task, targets):
            if target.deregistered < math.inf:
                went[group] += group in task.member_of
                task.member_of.discard(group)
            elif group not in task.member_of:
                came[group] += 1
                task.member_of.add(group)
    for group, number in (+came).items():
        service.tell(now, f"registered {number} targets in (target-group {group})")
    for group, number in (+went).items():
        service.tell(now, f"deregistered {number} targets in (target-group {group})")
