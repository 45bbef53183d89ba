"""Lifecycle hooks: what a deployment waits for at a stage, and how each ends.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html and
pause-lifecycle-hooks.html; the texts are those of troubleshooting-blue-green.html. There are no
functions to invoke here: the words in a function's name (`check--fails`), or in the setting
`fates`, say what it would have answered.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .surroundings import Surroundings

# Minutes until an unanswered hook times out (API_DeploymentLifecycleHook).
PATIENCE = 1440
# Seconds that a function takes which says nothing about it [unverified].
LASTS = 1.0
WORDS = {
    "fails": "answers FAILED: the deployment is rolled back",
    "breaks": "ends without an answer: the deployment is rolled back",
    "hangs": "answers IN_PROGRESS for ever: the hook times out",
    "slow-90s": "answers IN_PROGRESS for so long, then SUCCEEDED",
}
_SLOW = re.compile(r"slow-(\d+)s")
SAID_NO = "Lifecycle hook target {target} returned FAILED status."
NO_ANSWER = "ECS was unable to parse the response from {target} due to HookStatus must not be null"
NO_ROLE = "ECS was unable to assume role {role}"
# [unverified]: what is told of a hook that has timed out, and of a pause that was turned back.
TOO_LATE = "Lifecycle hook {target} timed out."
TURNED_BACK = "the pause hook was rolled back by the user."
# Stages whose functions are invoked again on the way back.
AGAIN = ("PRODUCTION_TRAFFIC_SHIFT", "TEST_TRAFFIC_SHIFT")


@dataclass(slots=True)
class Hook:
    """One hook at one stage. `due` is when its function has answered."""

    id: str
    kind: str
    target: str
    stage: str
    expires: float
    on_timeout: str
    due: float = math.inf
    outcome: Literal["SUCCEEDED", "FAILED"] = "SUCCEEDED"
    status: str = "IN_PROGRESS"
    role: str = ""
    why: str = SAID_NO

    @property
    def open(self) -> bool:
        """It has not ended."""
        return self.status in {"AWAITING_ACTION", "IN_PROGRESS"}

    @property
    def refused(self) -> bool:
        """It wants the deployment rolled back."""
        return self.status == "FAILED" or (
            self.status == "TIMED_OUT" and self.on_timeout == "ROLLBACK"
        )


def begun(
    configuration: Mapping[str, Any], stage: str, now: float, world: Surroundings
) -> list[Hook]:
    """Start the hooks that are configured for a stage."""
    return [
        _begin(each, stage, now, world)
        for each in configuration.get("lifecycleHooks") or ()
        if stage in each.get("lifecycleStages", ())
    ]


def complaint(hooks: Sequence[Hook]) -> str:
    """Return why the deployment has to go back because of one of them, nothing if it has not."""
    for hook in hooks:
        if hook.refused:
            late = hook.status == "TIMED_OUT"
            words = (TOO_LATE if late else hook.why).format(
                target=hook.target or hook.id, role=hook.role
            )
            return f"{hook.stage} lifecycle hook(s) failed. {words}"
    return ""


def advance(hook: Hook, now: float) -> None:
    """Let it end if that is due."""
    if not hook.open:
        return
    if hook.due <= min(now, hook.expires):
        hook.status = hook.outcome
    elif hook.expires <= now:
        hook.status = "TIMED_OUT"


def _begin(asked: Mapping[str, Any], stage: str, now: float, world: Surroundings) -> Hook:
    kind = asked.get("targetType") or "AWS_LAMBDA"
    limit = asked.get("timeoutConfiguration") or {}
    hook = Hook(
        id=f"ecs-{'pause' if kind == 'PAUSE' else 'lambda'}-{secrets.token_urlsafe(32)}",
        kind=kind,
        target=asked.get("hookTargetArn", ""),
        stage=stage,
        expires=now + 60 * float(limit.get("timeoutInMinutes") or PATIENCE),
        on_timeout=limit.get("action") or "ROLLBACK",
        role=asked.get("roleArn", ""),
    )
    if kind == "PAUSE":
        hook.status = "AWAITING_ACTION"
        return hook
    name = hook.target.partition(":function:")[2].partition(":")[0]
    words = [word for text in (name, *world.fates(name, name)) for word in _words(text)]
    slow = [float(found[1]) for word in words if (found := _SLOW.fullmatch(word))]
    hook.due = math.inf if "hangs" in words else now + max(slow, default=LASTS)
    hook.outcome = "FAILED" if {"fails", "breaks"} & {*words} else "SUCCEEDED"
    hook.why = NO_ANSWER if "breaks" in words else SAID_NO
    if hook.role and not world.assumable(hook.role):
        hook.due, hook.outcome, hook.why = now, "FAILED", NO_ROLE
    return hook


def _words(text: str) -> list[str]:
    return [each.strip() for each in re.split("--|,", text)]
