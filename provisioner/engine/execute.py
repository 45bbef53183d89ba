"""Run the steps of a plan: in order, in parallel, with the retries and waits the kinds declare.

A failed step skips what needs it and nothing else. Nothing raises out of `execute`: the report
says what became of every step. Asking the clock to stop ends the run after the calls under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, Literal

import structlog
from botocore.exceptions import BotoCoreError, ClientError

from provisioner.engine.attempt import Attempt, Say
from provisioner.engine.aws import DENIED, Aws, code_of, explain
from provisioner.engine.clock import Clock
from provisioner.engine.kind import Kind, Scope
from provisioner.engine.model import Live, Outputs
from provisioner.engine.step import Plan, Step
from provisioner.engine.waiting import Waiting
from provisioner.errors import Interrupted, NotServing, ProvisionerError, StepFailed

log = structlog.get_logger()

State = Literal["done", "failed", "skipped", "interrupted"]
PARALLELISM = 10
TICK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step. `error` says why it is not done.

    `details` is the last that its kind told of it while it was waited for, or of its failure.
    """

    step: Step
    state: State
    seconds: float = 0.0
    error: str = ""
    code: str = ""
    serving: bool = True
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: a step begins, waits for something, or has ended.

    `details` is a document of the kind's, where it has one: of an `ecs.service`, its rollout.
    """

    phase: Literal["start", "waiting", "done", "failed", "skipped", "interrupted"]
    step: Step
    message: str = ""
    seconds: float = 0.0
    details: Mapping[str, Any] | None = None


Listen = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """Listen to nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    """Every outcome in the plan's order, and what is known of every address afterwards."""

    outcomes: tuple[Outcome, ...]
    outputs: Outputs = field(default_factory=dict)
    interrupted: bool = False
    retained: tuple[Live, ...] = ()

    @property
    def result(self) -> str:
        """`done`, `failed`, `partial`, `not-serving` or `interrupted`."""
        states = {outcome.state for outcome in self.outcomes}
        if self.interrupted:
            return "interrupted"
        if any(not outcome.serving for outcome in self.outcomes):
            return "not-serving"
        if "failed" not in states:
            return "done"
        return "partial" if "done" in states else "failed"

    @property
    def denied(self) -> bool:
        """Whether every failure was a missing permission."""
        failed = [outcome for outcome in self.outcomes if outcome.state == "failed"]
        return bool(failed) and all(outcome.code in DENIED for outcome in failed)


def execute(
    plan: Plan,
    *,
    kinds: Mapping[str, Kind],
    aws: Aws,
    scope: Scope,
    clock: Clock,
    listen: Listen = ignore,
    parallelism: int = PARALLELISM,
) -> Report:
    """Carry out a plan."""
    return _Run(plan, kinds, aws, scope, clock, listen).go(parallelism)


class _Run:
    def __init__(
        self,
        plan: Plan,
        kinds: Mapping[str, Kind],
        aws: Aws,
        scope: Scope,
        clock: Clock,
        listen: Listen,
    ) -> None:
        self.plan, self.kinds, self.clock, self.listen = plan, kinds, clock, listen
        self.aws, self.scope = aws, scope
        self.steps = {step.key: step for step in plan.steps}
        self.outcomes: dict[str, Outcome] = {}
        self.outputs: dict[str, Mapping[str, Any]] = dict(plan.outputs)
        self.details: dict[str, Mapping[str, Any]] = {}
        self.lock = threading.Lock()

    def go(self, parallelism: int) -> Report:
        sorter = TopologicalSorter({key: step.needs for key, step in self.steps.items()})
        sorter.prepare()
        running: dict[Future[Outcome], str] = {}
        with ThreadPoolExecutor(parallelism, thread_name_prefix="step") as pool:
            while sorter.is_active():
                for key in sorted(sorter.get_ready()):
                    blocker = self._blocker(self.steps[key])
                    if blocker:
                        self._record(Outcome(self.steps[key], "skipped", error=blocker))
                        sorter.done(key)
                    else:
                        running[pool.submit(self._attempt, self.steps[key])] = key
                finished, _ = wait(running, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._record(future.result())
                    sorter.done(running.pop(future))
        ordered = tuple(self.outcomes[key] for key in self.steps)
        stays = self.plan.retained
        return Report(ordered, self.outputs, interrupted=self.clock.stopped, retained=stays)

    def _blocker(self, step: Step) -> str:
        """Why a step cannot run: the first need that is not done, or that the run was stopped."""
        for need in sorted(step.needs):
            if self.outcomes[need].state != "done":
                return f"needs {need}, which is {self.outcomes[need].state}"
        return "the run was stopped" if self.clock.stopped else ""

    def _record(self, outcome: Outcome) -> None:
        self.outcomes[outcome.step.key] = outcome
        event = Event(outcome.state, outcome.step, outcome.error, outcome.seconds, outcome.details)
        self.listen(event)

    def _attempt(self, step: Step) -> Outcome:
        began = self.clock.now()
        with structlog.contextvars.bound_contextvars(step=step.key):
            log.info("step.start", reason=step.reason)
            self.listen(Event("start", step))
            outcome = self._outcome(step, began)
            log.info(
                "step.end",
                state=outcome.state,
                seconds=round(outcome.seconds, 3),
                error=outcome.error,
            )
        return outcome

    def _outcome(self, step: Step, began: float) -> Outcome:
        state: State = "done"
        error, code, serving = "", "", True
        try:
            self._perform(step, lambda words: self._say(step, words, began))
        except Interrupted as stop:
            state, error = "interrupted", str(stop)
        except (ClientError, BotoCoreError) as refusal:
            state, error, code = "failed", str(explain(refusal)), code_of(refusal)
        except ProvisionerError as failure:
            state, error, serving = "failed", str(failure), not isinstance(failure, NotServing)
            if isinstance(failure, StepFailed):
                code = failure.code
                self._remember(step, failure.details)
        except Exception as bug:  # a bug of ours must not lose the report of the other steps
            log.exception("step.crashed")
            state, error = "failed", f"unexpected {type(bug).__name__}: {bug}"
        told = self.details.get(step.key)
        return Outcome(step, state, self.clock.now() - began, error, code, serving, told)

    def _say(self, step: Step, words: str | Waiting, began: float) -> None:
        details = words.details if isinstance(words, Waiting) else None
        self._remember(step, details)
        self.listen(Event("waiting", step, str(words), self.clock.now() - began, details))

    def _remember(self, step: Step, details: Mapping[str, Any] | None) -> None:
        if details is not None:
            self.details[step.key] = details  # a step has one thread

    def _perform(self, step: Step, say: Say) -> None:
        with self.lock:
            known = dict(self.outputs)
        attempt = Attempt(self.kinds[step.kind], self.aws, self.scope, self.clock, known, say)
        outputs = attempt.perform(step)
        if outputs is not None:
            with self.lock:
                self.outputs[step.address] = outputs
