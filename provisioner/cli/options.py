"""The options that commands share, and what they are turned into."""

from __future__ import annotations

import math
import os
import shlex
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import click

from provisioner.cli import in_actions
from provisioner.cli.log import configure
from provisioner.errors import Problem, ProvisionerError, SpecError

REPORTED = "provisioner.report"
Command = Callable[..., Any]


def option(*names: str, **attributes: Any) -> Callable[[Command], Command]:
    """An option that can be given as PROVISIONER_<NAME>, too."""
    long = next(name for name in names if name.startswith("--")).split("/")[0]
    variable = "PROVISIONER_" + long.strip("-").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **attributes)


class Number(click.FloatRange):
    """A number within limits; `nan` and `inf` are none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(f"{value} is not a number.", param, ctx)
        return found


JSON = option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
REPORT = option(
    "--report",
    type=click.File("w", lazy=False),
    metavar="FILE",
    expose_value=False,
    callback=lambda context, _, file: context.meta.update({REPORTED: file}),
    help="Write the JSON document of what was done to a file, beside the text.",
)
YES = option("-y", "--yes", "--auto-approve", "yes", is_flag=True, help="Do not ask.")
NO_INPUT = option(
    "--no-input", is_flag=True, help="Never ask; implied by CI and without a terminal."
)
FORCE = option(
    "--force",
    is_flag=True,
    help="Delete even what holds data, is protected or carries others' things.",
)
PARALLELISM = option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=10,
    show_default=True,
    help="Steps at a time.",
)
REPLACE = option(
    "--replace",
    multiple=True,
    metavar="ADDRESS",
    help="Allow this replacement although it interrupts.",
)
PROGRESS = option(
    "--progress",
    type=click.Choice(["auto", "tty", "plain", "none"]),
    default="auto",
    show_default=True,
    help="How progress is shown, on stderr.",
)
_OUTPUT_OPTIONS = (
    option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours on stdout and stderr.",
    ),
    click.option("--no-color", "color", flag_value="never", hidden=True),
    option("-v", "--verbose", count=True, help="Log steps; twice: every AWS call."),
    option("--log-format", type=click.Choice(["text", "json"]), help="Form of the log on stderr."),
)


def with_output(command: Command) -> Command:
    """Give a command the options about colours and logs, and carry them out."""

    @wraps(command)
    def run(color: str, verbose: int, log_format: str | None, **rest: Any) -> Any:
        context = click.get_current_context()
        context.color = use_color(color)
        configure(verbose, log_format, color=context.color)
        try:
            return command(**rest)
        except ProvisionerError as error:
            complain(error)
            raise click.exceptions.Exit(error.exit_code) from error

    return decorate(run, _OUTPUT_OPTIONS)


def decorate(command: Command, options: tuple[Any, ...]) -> Command:
    """Give a command options, the first of which its help shows first."""
    for choice in reversed(options):
        command = choice(command)
    return command


def warn(problems: Iterable[Problem]) -> None:
    """Say what is odd but not wrong, on stderr."""
    problems = list(problems)
    in_actions.annotate(problems, "warning")
    for problem in problems:
        click.echo(f"{click.style('warning:', fg='yellow')} {problem}", err=True)


def complain(error: ProvisionerError) -> None:
    """Say what went wrong, on stderr; of a spec as file:line:col, for editors and CI to follow."""
    head = "" if isinstance(error, SpecError) else click.style("error: ", fg="red")
    click.echo(f"{head}{error}", err=True)
    if isinstance(error, SpecError):
        in_actions.annotate(error.problems, "error")


def use_color(choice: str) -> bool | None:
    """Whether to colour: the flag, then NO_COLOR, then FORCE_COLOR; None asks the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if os.environ.get(name):
            return os.environ[name] != "0"
    return False if os.environ.get("TERM") == "dumb" else None


def interactive(*, no_input: bool) -> bool:
    """Whether somebody is there to answer."""
    return not no_input and not os.environ.get("CI") and sys.stdin.isatty()


def given(name: str) -> Any:
    """What the running command was given for an option."""
    return click.get_current_context().params.get(name)


def again(verb: str = "") -> str:
    """The running command, or another on the same spec, without its variables.

    Their values may be nobody's business.
    """
    context = click.get_current_context()
    words = ["provisioner", verb or context.info_name or "", str(given("spec"))]
    words += ["-e", given("environment")] if given("environment") else []
    words += ["--local"] if given("local") else []
    same = " with the same --var and --set" if given("variables") or given("settings") else ""
    return f"`{shlex.join(words)}`{same}"
