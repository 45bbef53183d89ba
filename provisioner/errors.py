"""Every error this package raises on purpose.

    ProvisionerError                    exit 1
    ├── UsageError                      the command line is wrong              exit 64
    ├── SpecError                       the spec is wrong (carries Problems)   exit 65
    ├── NoAccess                        no credentials, or no permission       exit 77
    ├── PlanError                       no safe plan exists                    exit 4
    │   ├── LookupFailed                something the spec points at is not there
    │   ├── NotOwned                    a name we need belongs to somebody else
    │   ├── Cycle                       resources depend on each other in a ring
    │   └── Guarded                     something must not be deleted as it stands
    ├── StepFailed                      AWS refused, or never settled
    │   ├── TimedOut
    │   └── NotServing                  deployed, but the new version does not serve   exit 3
    ├── NotYet                          AWS has not told what a step needs to go on
    ├── Interrupted                     Ctrl-C or SIGTERM                      exit 130, 143
    └── WriteRefused                    planning tried to change AWS: a bug

Spec and plan errors stop everything before AWS is touched.
Step errors are caught once, by the executor, and become outcomes of the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class ProvisionerError(Exception):
    """The base: catch it to catch all of ours. `exit_code` is what the command line exits with."""

    exit_code = 1


class UsageError(ProvisionerError):
    """The command line, or a call of the Python API, does not make sense."""

    exit_code = 64


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a spec.

    `line` and `column` count from 1; 0 means that the problem has no place in the file (`--set`).
    `path` is dotted (`services.app.cpu`), empty for the whole file.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class SpecError(ProvisionerError):
    """A spec that cannot be used: all of its problems at once, in file order."""

    exit_code = 65

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class NoAccess(ProvisionerError):
    """AWS does not know who calls, or does not let them read."""

    exit_code = 77


class PlanError(ProvisionerError):
    """The spec is fine, but no safe plan exists."""

    exit_code = 4


class LookupFailed(PlanError):
    """Something that the spec points at (a VPC, subnets, a secret) is not there or not usable."""


class NotOwned(PlanError):
    """A name that the stack needs is held by something without the stack's ownership tags."""


class Cycle(PlanError):
    """Resources depend on each other in a ring; the message names it."""


class Guarded(PlanError):
    """Something to be deleted holds data, is protected, or carries what is not ours."""


class StepFailed(ProvisionerError):
    """AWS refused a step, or it settled badly. `code` is AWS's error code where there was one.

    `details` is a document of JSON's types with what was found out about it.
    """

    def __init__(
        self, message: str, code: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


class TimedOut(StepFailed):
    """A step did not settle within its kind's patience; the message says what was still missing."""


class NotServing(StepFailed):
    """A deployment failed or was rolled back: the new version is not the one that serves."""

    exit_code = 3


class NotYet(ProvisionerError):
    """A verb cannot go on before AWS has told something; it is tried again with patience."""


class Interrupted(ProvisionerError):
    """The run was asked to stop (SIGINT or SIGTERM) while a step was waiting."""

    exit_code = 130


class WriteRefused(ProvisionerError):
    """A read-only session was asked for an operation that is not a read."""
