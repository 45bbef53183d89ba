"""One step: the calls it makes, again while AWS says "not yet", and the wait until it settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_result,
    wait_exponential,
    wait_random,
)
from tenacity.wait import wait_base

from provisioner.engine.aws import THROTTLED, Aws, code_of, message_of, says
from provisioner.engine.clock import Clock
from provisioner.engine.diff import differences
from provisioner.engine.judge import tag_changes
from provisioner.engine.kept import compared, yielded
from provisioner.engine.kind import Kind, Retry, Scope, Verb
from provisioner.engine.model import Change, Live, Outputs, Properties, Resource, refs, resolve
from provisioner.engine.owner import ADDRESS, STACK, stamp
from provisioner.engine.step import Step
from provisioner.engine.waiting import Waiting
from provisioner.errors import NotYet, StepFailed, TimedOut

T = TypeVar("T")
Say = Callable[[str | Waiting], None]

FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 10.0
THROTTLE_SECONDS = 600.0
LISTED_WITHIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """Everything one step needs. `known` are the outputs at the time it starts."""

    kind: Kind
    aws: Aws
    scope: Scope
    clock: Clock
    known: Outputs
    say: Say

    def perform(self, step: Step) -> Mapping[str, Any] | None:
        """Do it. Returns the outputs of what was made, None where nothing new came of it.

        Raises StepFailed, NotServing, TimedOut, Interrupted, ClientError.
        """
        if step.action == "delete":
            self._delete(_sure(step.live), force=step.force)
            return None
        resource = _sure(step.resource)
        want = resolve(resource.properties, self.known)
        unknown = sorted({str(ref) for ref in refs(want)})
        if unknown:
            raise StepFailed(f"{step.address}: {', '.join(unknown)} is still not known")
        if step.action == "create":
            return self._create(resource, want).outputs
        return self._update(resource, _sure(step.live), want)

    def _create(self, resource: Resource, want: Properties) -> Live:
        tags = {**resource.born, **stamp(resource, self.scope.stack)}
        try:
            live = self._call("create", lambda: self.kind.create(self.aws, want, tags))
        except ClientError as error:
            if not says(error, self.kind.exists):
                raise
            live = self._find(resource, want, error)
        changes = [
            change
            for change in self._changes(resource, want, live)
            if change.field not in self.kind.immutable
        ]
        if changes:
            old = live
            made = self._call("update", lambda: self.kind.update(self.aws, old, want, changes))
            live = made or live
        self._settle(live, want)
        return self.kind.settled(self.aws, live)

    def _find(self, resource: Resource, want: Properties, error: ClientError) -> Live:
        """The thing that is there already: ours when an earlier answer was lost.

        What has just been made may not be listed yet.
        """
        tries = _Tries(self.clock)
        found: Live | None = Retrying(
            retry=retry_if_result(lambda live: live is None),
            before=tries.note,
            stop=lambda _state: tries.seconds >= LISTED_WITHIN_SECONDS,
            wait=_rhythm(),
            sleep=self.clock.sleep,
            before_sleep=lambda _state: self.say(f"looking for it: {message_of(error)}"),
            retry_error_callback=lambda _state: None,
        )(lambda: self._twin(resource, want))
        if found is not None:
            return found
        raise StepFailed(
            f"{resource.address}: {message_of(error)}; it has no {STACK} tag of this stack",
            code_of(error),
        ) from error

    def _twin(self, resource: Resource, want: Properties) -> Live | None:
        """Ours of that address, but not the one that is being replaced: its properties differ."""
        for live in self.kind.observe(self.aws.snapshot(), self.scope):
            if not self.scope.ours(live.tags) or live.tags.get(ADDRESS) != resource.address:
                continue
            changes = self._changes(resource, want, live)
            if not any(change.field in self.kind.immutable for change in changes):
                return live
        return None

    def _update(self, resource: Resource, live: Live, want: Properties) -> Mapping[str, Any]:
        tags = {
            change.path[1]: change.after for change in tag_changes(resource, live, self.scope.stack)
        }
        if tags:
            self._call("update", lambda: self.kind.retag(self.aws, live, tags))
        want = yielded(self.kind, resource, want, live)
        first = self.kind.first(live.properties, want)
        if first is not None:
            live = self._change(resource, live, first)
            live = replace(live, properties={**live.properties, **first})
        return self._change(resource, live, want).outputs

    def _change(self, resource: Resource, live: Live, want: Properties) -> Live:
        changes = self._changes(resource, want, live)
        if changes:
            made = self._call("update", lambda: self.kind.update(self.aws, live, want, changes))
            live = made or live
        settles = self.kind.settles
        if changes and (settles is None or any(change.field in settles for change in changes)):
            self._settle(live, want)
        return live

    def _changes(self, resource: Resource, want: Properties, live: Live) -> Sequence[Change]:
        """The difference again, now that every value is known."""
        canonical = self.kind.canonical
        wanted = canonical(compared(self.kind, resource, want, live))
        return differences(wanted, canonical(live.properties), self.kind.rules)

    def _delete(self, live: Live, *, force: bool) -> None:
        try:
            if force:
                self._call("delete", lambda: self.kind.clear(self.aws, live))
            self._call("delete", lambda: self.kind.delete(self.aws, live))
        except ClientError as error:
            if not says(error, self.kind.absent):
                raise
        self._until_quiet(lambda: self.kind.lingering(self.aws, live), self.kind.patience)

    def _settle(self, live: Live, want: Properties) -> None:
        patience = self.kind.patience_for(want)
        try:
            last = self._until_quiet(lambda: self.kind.pending(self.aws, live, want), patience)
        except StepFailed as failure:
            told = self.kind.explained(self.aws, live, want, failure)
            raise told from (failure if told is not failure else failure.__cause__)
        if isinstance(last, Waiting):
            self.say(last)

    def _until_quiet(self, ask: Callable[[], str | Waiting], patience: float) -> str | Waiting:
        """Ask until there is nothing left to wait for; the last words go into the time-out."""
        tries = _Tries(self.clock)

        def give_up(state: RetryCallState) -> str:
            words = _result(state)
            raise TimedOut(f"still not settled after {patience:g} s: {words}")

        return Retrying(
            retry=retry_if_result(bool),
            before=tries.note,
            stop=lambda _state: tries.seconds >= patience,
            wait=_rhythm(),
            sleep=self.clock.sleep,
            before_sleep=lambda state: self.say(_result(state)),
            retry_error_callback=give_up,
        )(lambda: _patiently(ask))

    def _call(self, verb: Verb, act: Callable[[], T]) -> T:
        tries = _Tries(self.clock)

        def exhausted(state: RetryCallState) -> bool:
            rule = self._rule(verb, _error(state))
            return rule is None or tries.seconds >= rule.seconds

        return Retrying(
            retry=retry_if_exception(lambda error: self._rule(verb, error) is not None),
            before=tries.note,
            stop=exhausted,
            wait=_rhythm(),
            sleep=self.clock.sleep,
            before_sleep=lambda state: self.say(f"AWS says not yet: {message_of(_error(state))}"),
            reraise=True,
        )(act)

    def _rule(self, verb: Verb, error: BaseException) -> Retry | None:
        """The retry that an error falls under: a throttle, or one that the kind declares."""
        code, message = code_of(error), message_of(error)
        if code in THROTTLED:  # botocore has slowed down and tried; the step is still worth it
            return Retry(verb, code, seconds=THROTTLE_SECONDS)
        if isinstance(error, NotYet):
            return Retry(verb, code, seconds=self.kind.patience)
        for rule in self.kind.retries:
            if rule.verb == verb and rule.code == code and rule.containing in message:
                return rule
        return None


class _Tries:
    """How many seconds after the first try the last one began.

    An answer that was slow to come does not use up the time: AWS gave it about a moment that is
    long past, and has to be asked once more before the time is over.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: float | None = None
        self.seconds = 0.0

    def note(self, _state: RetryCallState) -> None:
        """A try begins."""
        now = self._clock.now()
        if self._first is None:
            self._first = now
        self.seconds = now - self._first


def _patiently(ask: Callable[[], str | Waiting]) -> str | Waiting:
    """The answer; being throttled is one more thing to wait for."""
    try:
        return ask()
    except ClientError as error:
        if code_of(error) not in THROTTLED:
            raise
        return f"AWS throttles: {message_of(error)}"


def _rhythm() -> wait_base:
    growing = wait_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS)
    return growing + wait_random(0, FIRST_WAIT_SECONDS)


def _result(state: RetryCallState) -> str | Waiting:
    answer: str | Waiting = state.outcome.result() if state.outcome else ""
    return answer


def _error(state: RetryCallState) -> BaseException:
    error = state.outcome.exception() if state.outcome else None
    return error or RuntimeError("no error to retry")


def _sure(value: T | None) -> T:
    if value is None:
        raise StepFailed("a step lacks what it acts on: a bug in the plan")
    return value
