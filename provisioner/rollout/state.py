"""How a rollout stands: one frozen value, in words and as a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["waiting", "serving", "not-serving", "superseded"]
Judge = Literal["service-deployments", "deployments", "none"]
ENDED = {
    "ROLLBACK_SUCCESSFUL": "failed, and {} serves again",
    "ROLLBACK_FAILED": "failed, and could not be rolled back",
    "STOPPED": "failed, and was not rolled back",
    "FAILED": "failed",
}
"""How a deployment ended that is no success."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """The circuit breaker: MONITORING, TRIGGERED, MONITORING_COMPLETE or DISABLED."""

    status: str
    failures: int = 0
    threshold: int = 0


@dataclass(frozen=True, slots=True)
class Hook:
    """A lifecycle hook that has been asked; one that is AWAITING_ACTION wants `proceed`."""

    id: str
    kind: str
    status: str
    expires: str = ""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One look at a service's deployment.

    `verdict`: only `serving` is success. `status` is ECS's own word for the deployment.
    `judge`: who says so; `notes` say what could not be read, and are worth saying once.
    `old` and `new` are task definitions, `web:6`. `deployment` is the service deployment's ARN, or
    its id `ecs-svc/1` where no more is known; `number` is what both end in or belong to.
    Counts are tasks of the new revision; `healthy` is None where nothing checks them, or nobody
    may look. `targets` counts those of the target groups in use, by state; `reasons` say why they
    are not healthy. Weights are percents of the traffic that the new revision gets.
    """

    cluster: str
    service: str
    verdict: Verdict = "waiting"
    status: str = ""
    judge: Judge = "service-deployments"
    strategy: str = "ROLLING"
    stage: str = ""
    old: str = ""
    new: str = ""
    deployment: str = ""
    number: str = ""
    desired: int = 0
    pending: int = 0
    running: int = 0
    healthy: int | None = None
    failed: int = 0
    breaker: Breaker | None = None
    production: float | None = None
    test: float | None = None
    targets: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    hooks: tuple[Hook, ...] = ()
    alarms: tuple[str, ...] = ()
    reason: str = ""
    event: str = ""
    since: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self.verdict != "waiting"

    @property
    def failing(self) -> bool:
        """Whether the new version does not serve, and will not."""
        return (
            self.going_back
            or self.verdict in ("not-serving", "superseded")
            or (self.verdict == "waiting" and self.status == "SUCCESSFUL")
        )

    @property
    def going_back(self) -> bool:
        """Whether ECS is on its way to the old revision."""
        return self.status in ("STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")

    @property
    def paused(self) -> tuple[Hook, ...]:
        """Hooks that wait for somebody's answer."""
        return tuple(hook for hook in self.hooks if hook.status == "AWAITING_ACTION")

    def words(self) -> str:
        """One line: what is still missing; "" only when nothing is."""
        if self.verdict == "serving":
            return ""
        if self.over:
            return self.verdict_words()
        if self.going_back:
            back = f"going back to {self.old or 'the old version'}"
            return f"{back}: {self.reason}" if self.reason else back
        if not self.desired:
            return self.reason or "the deployment is under way"
        stage = self.stage.replace("_", " ").lower() if self.strategy != "ROLLING" else ""
        return ", ".join(part for part in (stage, self._tasks(), *self._waits()) if part)

    def verdict_words(self) -> str:
        """How it ended, where that is not a success."""
        if self.verdict == "superseded" or self.status == "SUCCESSFUL":
            return self.reason
        ended = ENDED.get(self.status, self.status.lower()).format(self.old or "the old version")
        what = f"{self.new or 'the new version'} {ended}"
        return f"{what}: {self.reason or self.event}".rstrip(": ")

    def _tasks(self) -> str:
        words = f"{self.running} of {self.desired} tasks run"
        if self.pending:
            words += f", {self.pending} pending"
        if self.healthy is not None and (self.running or self.healthy):
            words += f", {self.healthy} healthy"
        if self.failed:
            words += f", {self.failed} failed"
        breaker = self.breaker
        if breaker and breaker.status != "DISABLED" and breaker.failures and breaker.threshold:
            words += f" (circuit breaker {breaker.failures}/{breaker.threshold})"
        return words

    def _waits(self) -> list[str]:
        words = [f"hook {hook.id} waits for an answer" for hook in self.paused]
        words += [reason for reason in self.reasons[:1] if self.healthy is not None]
        return [*words, self.reason] if self.reason else words

    def to_dict(self) -> dict[str, Any]:
        """JSON's types; keys as in docs/reference/json.md."""
        return {
            "service": self.service,
            "cluster": self.cluster,
            "verdict": self.verdict,
            "status": self.status,
            "judge": self.judge,
            "strategy": self.strategy,
            "stage": self.stage or None,
            "old": self.old or None,
            "new": self.new or None,
            "deployment": self.deployment or None,
            "tasks": {
                "desired": self.desired,
                "pending": self.pending,
                "running": self.running,
                "healthy": self.healthy,
                "failed": self.failed,
            },
            "circuit_breaker": asdict(self.breaker) if self.breaker else None,
            "traffic": {"production": self.production, "test": self.test},
            "targets": dict(sorted(self.targets.items())),
            "target_reasons": list(self.reasons),
            "hooks": [
                {"id": h.id, "type": h.kind, "status": h.status, "expires": h.expires or None}
                for h in self.hooks
            ],
            "alarms": list(self.alarms),
            "missing": None if self.over else self.words(),
            "reason": self.reason or None,
            "event": self.event or None,
            "since": self.since.isoformat() if self.since else None,
            "notes": list(self.notes),
        }
