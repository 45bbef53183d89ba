"""Commands that act on services that run, and on nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from provisioner.api import Stack
from provisioner.cli import options
from provisioner.cli.carrying import carry_out, keep, need_approval, print_json
from provisioner.cli.target import Target, with_target
from provisioner.deploy import back, paused, ship, steps
from provisioner.deploy.places import Place
from provisioner.engine.document import FORMAT_VERSION
from provisioner.engine.execute import PARALLELISM, Report
from provisioner.engine.step import Plan
from provisioner.errors import UsageError
from provisioner.render import text

Command = Callable[..., Any]
SERVICE = click.argument("service", required=False, help="Its name in the spec; all without it.")
DRY_RUN = options.option("--dry-run", is_flag=True, help="Show what would be done, and stop.")


def _acting(command: Command) -> Command:
    """The options of every command that changes what runs."""
    choices = (options.PROGRESS, options.NO_INPUT, options.YES, options.REPORT, options.JSON)
    for add in choices:
        command = add(command)
    return with_target(command)


@click.command()
@_acting
@DRY_RUN
@options.option(
    "--image",
    "images",
    multiple=True,
    required=True,
    metavar="SERVICE=TAG",
    help="A tag, sha256:… or a whole reference; SERVICE/CONTAINER=… for another container.",
)
def deploy(
    target: Target,
    *,
    images: tuple[str, ...],
    as_json: bool,
    yes: bool,
    no_input: bool,
    progress: str,
    dry_run: bool,
) -> int:
    """Roll out other images, and touch nothing but task definitions and services.

    Each is looked up in its repository and pinned by its digest; one that is not there is refused.
    """
    wishes = [ship.wish(one) for one in images]
    if not dry_run:
        need_approval("deploy", yes=yes, no_input=no_input)
    stack = target.stack()
    places = stack.services(dict.fromkeys(one.service for one in wishes))
    found = ship.ship(stack.aws, places, wishes)
    for image in found.images:
        click.echo(_image(image), err=True)
    plan = stack.by_hand(places, found.steps)
    more = {"images": [image.to_dict() for image in found.images]}
    return _go(stack, plan, "deploy", as_json=as_json, yes=yes, show=progress, dry_run=dry_run,
               more=more, nothing="these images have been deployed already")  # fmt: skip


def _image(image: ship.Image) -> str:
    what = f"{image.service}/{image.container}"
    if image.note:
        return f"{what}: {image.note}"
    named = f"{image.tag} is {image.digest}" if image.tag else image.digest
    return f"{what}: {named}" + (", which it has" if image.before == image.after else "")


@click.command()
@_acting
@DRY_RUN
@options.option(
    "--to", default="", metavar="REVISION", help="7 or shop-task:7; `revisions` lists them."
)
@SERVICE
def rollback(
    target: Target,
    *,
    service: str | None,
    to: str,
    as_json: bool,
    yes: bool,
    no_input: bool,
    progress: str,
    dry_run: bool,
) -> int:
    """Stop a deployment that goes on, or return to the last revision that served."""
    if not dry_run:
        need_approval("rollback", yes=yes, no_input=no_input)
    stack = target.stack()
    places = stack.services([service] if service else ())
    if to and len(places) > 1:
        raise UsageError("--to needs a SERVICE: revisions are of one service each")
    found = [back.decide(stack.aws, place, to) for place in places]
    for one in found:
        click.echo(f"{one.place.wanted.address}: {one.words}", err=True)
    if dry_run:
        if as_json:
            print_json(_decided(found))
        return 0
    going = any(one.stop or one.to for one in found)
    if going and not yes and not click.confirm("Go back?", err=True):
        click.echo("Nothing was changed.", err=True)
        return 1
    stopped = [one for one in found if one.stop]
    for one in stopped:
        if not one.asked:
            stack.roll_back(one.stop)
    made = [steps.turned(one.place) for one in stopped]
    made += [steps.roll_to(one.place, one.to, "rollback") for one in found if one.to]
    plan = stack.by_hand(places, made)
    return carry_out(
        stack, plan, "rollback", as_json=as_json, parallelism=PARALLELISM, show=progress
    )


def _decided(found: list[back.Decision]) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "rollbacks": [
            {
                "address": one.place.wanted.address,
                "stops": one.stop or None,
                "task_definition": one.to or None,
                "words": one.words,
            }
            for one in found
        ],
    }


@click.command()
@_acting
@DRY_RUN
@SERVICE
def restart(
    target: Target,
    *,
    service: str | None,
    as_json: bool,
    yes: bool,
    no_input: bool,
    progress: str,
    dry_run: bool,
) -> int:
    """Replace the tasks of a service by new ones of the same version."""
    return _simple(target, service, steps.restart, "restart", as_json=as_json, yes=yes,
                   no_input=no_input, show=progress, dry_run=dry_run)  # fmt: skip


@click.command()
@_acting
@DRY_RUN
@click.argument("counts", nargs=-1, required=True, metavar="SERVICE=N...", help="How many tasks.")
def scale(
    target: Target,
    *,
    counts: tuple[str, ...],
    as_json: bool,
    yes: bool,
    no_input: bool,
    progress: str,
    dry_run: bool,
) -> int:
    """Give services another number of tasks, until the next apply puts the spec's back."""
    wanted = dict(map(_count, counts))
    if not dry_run:
        need_approval("scale", yes=yes, no_input=no_input)
    stack = target.stack()
    places = stack.services(wanted)
    for place in places:
        if "desiredCount" in place.wanted.kept:
            raise UsageError(
                f"{place.wanted.address}: its number of tasks belongs to autoscaling, which would"
                " change it back; change `autoscaling: {min: …, max: …}` in the spec, and apply"
            )
    made = [
        steps.scale(place, wanted[place.name])
        for place in places
        if place.live.properties["desiredCount"] != wanted[place.name]
    ]
    plan = stack.by_hand(places, made)
    return _go(stack, plan, "scale", as_json=as_json, yes=yes, show=progress, dry_run=dry_run,
               nothing="so many tasks are wanted already")  # fmt: skip


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not name or not number.isdecimal():
        raise UsageError(f"{text}: expected SERVICE=N")
    return name, int(number)


@click.command("continue")
@_acting
@options.option("--rollback", is_flag=True, help="Answer that it must go back.")
@SERVICE
def proceed(
    target: Target,
    *,
    service: str | None,
    rollback: bool,
    as_json: bool,
    yes: bool,
    no_input: bool,
    progress: str,
) -> int:
    """Let deployments go on that wait at a PAUSE hook, and follow them to their end."""
    need_approval("continue", yes=yes, no_input=no_input)
    stack = target.stack()
    found = paused.find(stack.aws, stack.services([service] if service else ()))
    verb = "Roll back" if rollback else "Go on"
    for one in found:
        click.echo(f"{one.place.wanted.address}: {one.words}", err=True)
    if not yes and not click.confirm(f"{verb}?", err=True):
        click.echo("Nothing was changed.", err=True)
        return 1
    for one in found:
        paused.answer(stack.aws.writable(), one, "ROLLBACK" if rollback else "CONTINUE")
    follow = steps.turned if rollback else steps.wait
    plan = stack.by_hand([one.place for one in found], [follow(one.place) for one in found])
    return carry_out(
        stack, plan, "continue", as_json=as_json, parallelism=PARALLELISM, show=progress
    )


def _simple(
    target: Target,
    service: str | None,
    step: Callable[[Place], Any],
    verb: str,
    *,
    as_json: bool,
    yes: bool,
    no_input: bool,
    show: str,
    dry_run: bool,
) -> int:
    if not dry_run:
        need_approval(verb, yes=yes, no_input=no_input)
    stack = target.stack()
    places = stack.services([service] if service else ())
    plan = stack.by_hand(places, [step(place) for place in places])
    return _go(stack, plan, verb, as_json=as_json, yes=yes, show=show, dry_run=dry_run)


def _go(
    stack: Stack,
    plan: Plan,
    verb: str,
    *,
    as_json: bool,
    yes: bool,
    show: str,
    dry_run: bool,
    more: dict[str, Any] | None = None,
    nothing: str = "",
) -> int:
    """Show the plan, ask, and carry it out; `nothing` says why there is nothing to do."""
    if plan.empty and not as_json:
        keep({**stack.report_document(Report((), plan.outputs)), **(more or {})})
        click.echo(f"Nothing to do: {nothing}.")
        return 0
    document = {**stack.plan_document(plan), **(more or {})}
    if dry_run and as_json:
        print_json(document)
        return 0
    if dry_run or not as_json or not yes:
        click.echo(text.plan(document), err=as_json)
    if dry_run:
        return 0
    if not yes and not plan.empty and not click.confirm("Do this?", err=True):
        click.echo("Nothing was changed.", err=True)
        return 1
    return carry_out(
        stack, plan, verb, as_json=as_json, parallelism=PARALLELISM, show=show, more=more
    )
