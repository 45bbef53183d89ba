"""A spec file -> one validated Spec for one environment.

    text -> Document (data and places)       compose
         -> overlay of the environment       overlay
         -> --set                            settings
         -> ${references}                    interpolate
         -> Spec                             pydantic; its errors: problems
         -> rules between fields             checks

Every step reports all it finds; a later step is left out only where it would repeat the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from provisioner.errors import Problem, SpecError
from provisioner.spec.checks import check
from provisioner.spec.compose import parse
from provisioner.spec.document import Document
from provisioner.spec.interpolate import Inputs, check_given, interpolate
from provisioner.spec.models import Spec
from provisioner.spec.overlay import choose, environments
from provisioner.spec.problems import in_file_order, to_problems
from provisioner.spec.scalars import plain
from provisioner.spec.settings import apply, read_setting
from provisioner.spec.source import read

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Loaded:
    """A spec that is ready to be built from."""

    spec: Spec
    environment: str | None
    data: dict[str, Any]
    """The spec as plain data with everything resolved, as `validate --render` prints it."""
    warnings: tuple[Problem, ...]
    file: str
    document: Document
    """Where everything was written."""


def load(
    path: str | FilePath,
    *,
    environment: str | None = None,
    variables: Mapping[str, str] = NOTHING,
    settings: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """The spec in a file, for one of its environments.

    `variables` are `--var`, `settings` are `--set` (`a.b=value`), `environ` is what `${env:NAME}`
    reads (the process's own when None). Raises SpecError with every problem, or UsageError.
    """
    return load_text(
        read(path),
        str(path),
        environment=environment,
        variables=variables,
        settings=settings,
        environ=environ,
    )


def load_text(
    text: str,
    file: str,
    *,
    environment: str | None = None,
    variables: Mapping[str, str] = NOTHING,
    settings: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """As `load`, from text; `file` is what problems call it."""
    job = _Job(parse(text, file), variables, settings, environ)
    prepared = job.prepare(environment)
    job.check_variables([prepared])
    return job.finish(prepared)


def load_every(
    path: str | FilePath,
    *,
    variables: Mapping[str, str] = NOTHING,
    settings: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> list[Loaded]:
    """The spec in a file for each of its environments, or once where it has none.

    Raises one SpecError with the problems of all; those of some environments only say which.
    """
    job = _Job(parse(read(path), str(path)), variables, settings, environ)
    names: list[str | None] = list(environments(job.document)) or [None]
    prepared: list[_Prepared] = []
    loaded: list[Loaded] = []
    found: dict[Problem, list[str]] = {}
    for name in names:
        try:
            prepared.append(job.prepare(name))
        except SpecError as error:
            _collect(found, error, name)
    job.check_variables(prepared)
    for item in prepared:
        try:
            loaded.append(job.finish(item))
        except SpecError as error:
            _collect(found, error, item.environment)
    if found:
        problems = [_naming(problem, where, len(names)) for problem, where in found.items()]
        raise SpecError(in_file_order(problems))
    return loaded


def _collect(found: dict[Problem, list[str]], error: SpecError, environment: str | None) -> None:
    for problem in error.problems:
        found.setdefault(problem, []).append(environment or "")


def _naming(problem: Problem, environments: list[str], of: int) -> Problem:
    if len(environments) == of:
        return problem
    return replace(problem, message=f"in {', '.join(environments)}: {problem.message}")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The spec of one environment, settings made, references still in it."""

    environment: str | None
    document: Document
    problems: list[Problem]


class _Job:
    """One spec with what the command line gives for it."""

    def __init__(
        self,
        document: Document,
        variables: Mapping[str, str],
        settings: Sequence[str],
        environ: Mapping[str, str] | None,
    ) -> None:
        self.document = document
        self._variables = variables
        self._settings = [read_setting(setting) for setting in settings]
        self._environ = os.environ if environ is None else environ

    def prepare(self, environment: str | None) -> _Prepared:
        """Overlay and settings. Raises UsageError, SpecError."""
        document, problems = apply(choose(self.document, environment), self._settings)
        return _Prepared(environment, document, problems)

    def check_variables(self, prepared: Sequence[_Prepared]) -> None:
        """UsageError for a `--var` that means nothing in any of them."""
        check_given([self.document, *(item.document for item in prepared)], self._variables)

    def finish(self, prepared: _Prepared) -> Loaded:
        """References, models, checks. Raises SpecError."""
        inputs = Inputs(prepared.environment, self._variables, self._environ)
        document, problems = interpolate(prepared.document, inputs)
        problems = [*prepared.problems, *problems]
        warnings: list[Problem] = []
        try:
            spec = Spec.model_validate(document.data)
        except ValidationError as error:
            problems += to_problems(error, document)
        else:
            for finding in check(spec):
                if document.known(finding.path) not in document.broken:
                    where = problems if finding.severity == "error" else warnings
                    where.append(document.problem(finding.path, finding.message))
        if problems:
            raise SpecError(in_file_order(problems))
        data = {key: value for key, value in document.data.items() if key != "environments"}
        return Loaded(
            spec=spec,
            environment=prepared.environment,
            data={key: plain(value) for key, value in data.items()},
            warnings=tuple(in_file_order(warnings)),
            file=document.file,
            document=document,
        )
