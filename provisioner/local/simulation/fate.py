"""What a task does is written in its image's tag: `:crash`, `:1.4.2--slow-90s--exit-3`.

A tag is read word by word, split at `--`; what is no word of the language is ignored. The same
words, separated by commas, are read from the container's environment variable `LOCAL_FATE` and
from the control endpoint. docs/reference/embedded-cloud.md is generated from `WORDS`.

What stops a task, and how: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/
stopped-task-error-codes.html; why it does not start, in AWS's words: `reasons`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from . import reasons

VARIABLE = "LOCAL_FATE"
# Seconds until an application that says nothing about it answers, and until one that crashes does.
STARTS_IN = 2.0
CRASHES_IN = 5.0
KILLED = 137
# What an application writes of a health check.
LINE = "GET {path} {code}"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a container. Times are seconds; those of the application since it started.

    `refused` is the reason with which the task fails to start; `unplaced` the capacity that is not
    there. `lines` are what it writes before it ends, `checked` what at a failed health check.
    `times`: only so many tasks of a service meet it, those after them do not.
    """

    refused: str = ""
    unplaced: str = ""
    pull: float = 0
    answers_in: float = STARTS_IN
    fails_in: float = math.inf
    ends_in: float = math.inf
    exit_code: int = 0
    reason: str = ""
    stop_code: str = "EssentialContainerExited"
    lines: tuple[str, ...] = ()
    checked: str = LINE.replace("{code}", "503")
    balancer: str = "Health checks failed with these codes: [503]"
    container_ok: bool = True
    balancer_ok: bool = True
    deaf: bool = False
    times: float = math.inf


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the language: its pattern, an example, what it means."""

    pattern: str
    example: str
    meaning: str
    apply: Callable[[Fate, re.Match[str]], Fate]


def _ends(
    code: int | None = None, *said: str, **fields: object
) -> Callable[[Fate, re.Match[str]], Fate]:
    def apply(fate: Fate, found: re.Match[str]) -> Fate:
        groups = found.groupdict()
        status = int(groups.get("code") or code or 0)
        if not groups.get("after"):  # it ends before it has ever answered
            fate = replace(fate, answers_in=math.inf)
        after = float(groups.get("after") or CRASHES_IN)
        lines = tuple(each.replace("{code}", str(status)) for each in said)
        fate = replace(fate, ends_in=after, exit_code=status, lines=lines)
        return replace(fate, **fields)  # type: ignore[arg-type]

    return apply


def _refused(reason: str) -> Callable[[Fate, re.Match[str]], Fate]:
    return lambda fate, _: replace(fate, refused=reason)


def _number(name: str, **fields: object) -> Callable[[Fate, re.Match[str]], Fate]:
    return lambda fate, found: replace(fate, **{name: float(found[1])}, **fields)  # type: ignore[arg-type]


def _flags(**fields: object) -> Callable[[Fate, re.Match[str]], Fate]:
    return lambda fate, _: replace(fate, **fields)  # type: ignore[arg-type]


AFTER = r"(?:-after-(?P<after>\d+)s)?"

WORDS = (
    Word(
        rf"crash{AFTER}", "crash-after-30s", "exits with code 1, at once or after so long",
        _ends(1, "Error: something is not as it should be", "exiting with code {code}"),
    ),
    Word(
        rf"exit-(?P<code>\d+){AFTER}", "exit-3", "exits with that code; 0 ends the task, too",
        _ends(None, "exiting with code {code}"),
    ),
    Word(
        rf"oom{AFTER}", "oom", "is killed for the memory it uses: exit code 137, OutOfMemoryError",
        _ends(KILLED, reason="OutOfMemoryError: Container killed due to memory usage"),
    ),
    Word(
        "wrong-arch", "wrong-arch", "is built for another processor: exec format error, exit 255",
        _ends(255, "exec /usr/local/bin/app: exec format error"),
    ),
    Word(
        rf"spot{AFTER}", "spot-after-60s", "loses its Fargate Spot capacity: SIGTERM, two minutes",
        _ends(0, stop_code="SpotInterruption", reason=""),
    ),
    Word(
        "unhealthy", "unhealthy", "fails all health checks",
        _flags(container_ok=False, balancer_ok=False),
    ),
    Word(
        "unhealthy-container", "unhealthy-container", "fails the container's own health check only",
        _flags(container_ok=False),
    ),
    Word(
        r"status-(\d{3})", "status-404", "answers the load balancer's check with that status",
        lambda fate, found: replace(
            fate,
            balancer_ok=False,
            balancer=f"Health checks failed with these codes: [{found[1]}]",
            checked=LINE.replace("{code}", found[1]),
        ),
    ),
    Word(
        "timeout", "timeout", "lets the load balancer's health check time out",
        _flags(balancer_ok=False, balancer="Request timed out", checked=""),
    ),
    Word(
        r"unhealthy-after-(\d+)s", "unhealthy-after-600s", "passes health checks for so long",
        _number("fails_in"),
    ),
    Word(r"slow-(\d+)s", "slow-90s", "passes health checks after so long", _number("answers_in")),
    Word(r"pull-(\d+)s", "pull-300s", "takes so much longer to pull", _number("pull")),
    Word("missing", "missing", "is not in the repository", _refused(reasons.NO_MANIFEST)),
    Word(
        "other-platform", "other-platform", "is an index of images, none for this processor",
        _refused(reasons.NO_PLATFORM),
    ),
    Word(
        "no-pull-permission", "no-pull-permission", "its role may not pull its image",
        _refused(reasons.NO_PULL),
    ),
    Word(
        "no-secrets-permission", "no-secrets-permission", "its role may not read its secrets",
        _refused(reasons.NO_SECRET.replace("{why}", reasons.DENIED_SECRET)),
    ),
    Word(
        "no-logs-permission", "no-logs-permission", "its role may not write its logs",
        _refused(reasons.NO_LOGS.replace("{why}", reasons.DENIED_LOGS)),
    ),
    Word(
        "no-network", "no-network", "its subnets cannot reach ECR, nor any other registry",
        _refused(reasons.NO_ECR),
    ),
    Word(
        "no-capacity", "no-capacity", "there is no Fargate capacity for it: it is not even placed",
        _flags(unplaced="FARGATE"),
    ),
    Word(
        "no-spot", "no-spot", "there is no Fargate Spot capacity for it",
        _flags(unplaced="FARGATE_SPOT"),
    ),
    Word("deaf", "deaf", "ignores SIGTERM and is killed after its stopTimeout", _flags(deaf=True)),
    Word(
        r"only-(\d+)-times?", "crash--only-2-times",
        "the other words hold for the first so many tasks of the service", _number("times"),
    ),
)  # fmt: skip
_SPLIT = re.compile(r"--|,")


def read(text: str, fate: Fate | None = None) -> Fate:
    """Read a tag, or words separated by commas, on top of another fate."""
    fate = fate or Fate()
    for part in _SPLIT.split(text):
        for word in WORDS:
            if found := re.fullmatch(word.pattern, part.strip()):
                fate = word.apply(fate, found)
    return fate


def unknown(text: str) -> list[str]:
    """Return what of a text is no word of the language."""
    parts = [part.strip() for part in _SPLIT.split(text)]
    return [part for part in parts if not any(re.fullmatch(word.pattern, part) for word in WORDS)]


def fate_of(image: str, environment: Mapping[str, str], further: Iterable[str] = ()) -> Fate:
    """Return what becomes of a container: its tag's word, its environment's, then the others'."""
    name = image.rpartition("/")[2].partition("@")[0]
    fate = read(name.partition(":")[2])
    for words in (environment.get(VARIABLE, ""), *further):
        fate = read(words, fate)
    return fate
