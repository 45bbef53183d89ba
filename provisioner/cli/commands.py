"""Every command, each a few lines around the Python API."""

from __future__ import annotations

import json
from typing import Any

import click
import yaml

from provisioner.cli import in_actions, options
from provisioner.cli.carrying import carry_out, finish, need_approval, print_json
from provisioner.cli.target import Target, with_spec, with_target
from provisioner.engine.document import FORMAT_VERSION
from provisioner.engine.execute import Report
from provisioner.errors import PlanError, SpecError, UsageError
from provisioner.examine import examine
from provisioner.render import markdown, text
from provisioner.spec.load import load_every
from provisioner.spec.schema import json_schema

CHANGES = 2


@click.command()
@with_spec
@options.JSON
@options.option("--render", is_flag=True, help="Print the spec with everything resolved.")
def validate(target: Target, *, as_json: bool, render: bool) -> None:
    """Check a spec without calling AWS; without -e, in every environment."""
    if render:
        click.echo(_yaml(target.load().data), nl=False)
        return
    try:
        found = _load_all(target)
    except SpecError as error:
        if as_json:
            print_json(
                {
                    "format_version": FORMAT_VERSION,
                    "valid": False,
                    "problems": [_problem(p) for p in error.problems],
                }
            )
            raise click.exceptions.Exit(error.exit_code) from error
        raise
    environments = [loaded.environment for loaded in found if loaded.environment]
    warnings = {warning for loaded in found for warning in loaded.warnings}
    if as_json:
        print_json(
            {
                "format_version": FORMAT_VERSION,
                "valid": True,
                "environments": environments,
                "warnings": [_problem(p) for p in warnings],
            }
        )
        return
    options.warn(sorted(warnings, key=lambda problem: (problem.line, problem.column)))
    where = f" ({', '.join(environments)})" if environments else ""
    click.echo(f"{target.spec}: valid{where}")


@click.command()
@with_target
@options.JSON
@options.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Markdown is for comments: at most 65,536 characters, folded where it can be.",
)
@options.REPLACE
@options.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@options.option("--full", is_flag=True, help="Show every value of what is new.")
def plan(
    target: Target,
    *,
    as_json: bool,
    form: str,
    replace: tuple[str, ...],
    detailed_exitcode: bool,
    full: bool,
) -> int:
    """Show what apply would do. Changes nothing."""
    stack = target.stack()
    found = stack.plan(replaceable=replace)
    document = stack.plan_document(found)
    in_actions.planned(document)
    _show_plan(document, "json" if as_json else form, full=full)
    return CHANGES if detailed_exitcode and not found.empty else 0


@click.command()
@with_target
@options.JSON
@options.REPORT
@options.YES
@options.NO_INPUT
@options.FORCE
@options.REPLACE
@options.PARALLELISM
@options.PROGRESS
@options.option("--dry-run", is_flag=True, help="The same as plan.")
@options.option(
    "--expect", metavar="FINGERPRINT", help="Refuse unless the plan is the one that has this."
)
def apply(
    target: Target,
    *,
    as_json: bool,
    yes: bool,
    no_input: bool,
    force: bool,
    replace: tuple[str, ...],
    parallelism: int,
    progress: str,
    dry_run: bool,
    expect: str | None,
) -> int:
    """Make AWS as the spec says, and wait until it is."""
    if not dry_run:
        need_approval("apply", yes=yes, no_input=no_input)
    stack = target.stack()
    found = stack.plan(replaceable=replace)
    document = stack.plan_document(found)
    if dry_run:
        _show_plan(document, "json" if as_json else "text")
        return 0
    if not as_json or not yes:  # nobody is asked about what they have not seen
        click.echo(text.plan(document), err=as_json)
    if expect and expect != document["fingerprint"]:
        raise PlanError(
            f"this is not the plan that was looked at: its fingerprint is "
            f"{document['fingerprint']}, expected was {expect}; plan again, and look"
        )
    if found.empty:
        nothing = Report((), found.outputs)
        return finish(stack.report_document(nothing), nothing, verb="apply", as_json=as_json)
    found = stack.guard(found, force=force)
    if not yes and not click.confirm("Apply these changes?", err=True):
        click.echo("Nothing was changed.", err=True)
        return 1
    return carry_out(stack, found, "apply", as_json=as_json, parallelism=parallelism, show=progress)


@click.command()
@with_target
@options.JSON
@options.REPORT
@options.YES
@options.NO_INPUT
@options.FORCE
@options.PARALLELISM
@options.PROGRESS
def teardown(
    target: Target,
    *,
    as_json: bool,
    yes: bool,
    no_input: bool,
    force: bool,
    parallelism: int,
    progress: str,
) -> int:
    """Delete everything that the stack owns, and nothing else."""
    need_approval("teardown", yes=yes, no_input=no_input)
    stack = target.stack()
    found = stack.teardown_plan()
    if found.empty:
        if not as_json:
            left = text.retained(stack.plan_document(found))
            words = f"is left but:\n{left}" if left else "exists."
            click.echo(f"Nothing to do. Nothing of {stack.scope.stack} {words}")
            return 0
        none = Report((), retained=found.retained)
        return finish(stack.report_document(none), none, verb="teardown", as_json=as_json)
    if not as_json or not yes:
        click.echo(text.plan(stack.plan_document(found)), err=as_json)
    found = stack.guard(found, force=force)
    if not yes:
        name = click.prompt(f"Type {stack.scope.stack} to delete all of this", err=True)
        if name != stack.scope.stack:
            raise UsageError(f"that is not {stack.scope.stack}: nothing was deleted")
    return carry_out(
        stack, found, "teardown", as_json=as_json, parallelism=parallelism, show=progress
    )


@click.command()
def schema() -> None:
    """Print the JSON Schema of specs, for editors."""
    click.echo(json.dumps(json_schema(), indent=2))


def _load_all(target: Target) -> list[Any]:
    if target.environment:
        return [target.load()]
    in_actions.hide(target.spec)
    every = load_every(target.spec, variables=target.variables, settings=target.settings)
    return [examine(loaded) for loaded in every]


def _problem(problem: Any) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("file", "line", "column", "path", "message")}


def _yaml(data: Any) -> str:
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))


def _show_plan(document: Any, form: str, *, full: bool = False) -> None:
    if form == "json":
        print_json(document)
    elif form == "markdown":
        click.echo(markdown.plan(document), nl=False)
    else:
        click.echo(text.plan(document, full=full))
