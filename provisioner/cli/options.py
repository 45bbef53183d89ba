"""The options that commands share, and what they are turned into."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from provisioner.api import Stack, connect, region_for
from provisioner.cli import in_actions
from provisioner.cli.log import configure
from provisioner.engine.aws import Aws
from provisioner.errors import Problem, ProvisionerError, SpecError, UsageError
from provisioner.examine import examine
from provisioner.local import cloud
from provisioner.local.clock import REAL_TIME
from provisioner.local.control import ask
from provisioner.spec.load import Loaded, load

REPORTED = "provisioner.report"
LOCAL_CREDENTIALS = ("local", "local")
Command = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Target:
    """The spec and the AWS that a command works on."""

    spec: str
    environment: str | None
    variables: dict[str, str]
    settings: tuple[str, ...]
    region: str | None
    profile: str | None
    role_arn: str | None
    endpoint_url: str | None
    local: bool

    def load(self) -> Loaded:
        """The spec, resolved. Raises SpecError, UsageError."""
        in_actions.hide(self.spec)
        return examine(
            load(
                self.spec,
                environment=self.environment,
                variables=self.variables,
                settings=self.settings,
            )
        )

    def stack(self) -> Stack:
        """The stack, connected to AWS or to the embedded cloud."""
        loaded = self.load()
        warn(loaded.warnings)
        return Stack(loaded.spec, environment=loaded.environment, aws=self.aws(loaded))

    def aws(self, loaded: Loaded) -> Aws:
        """A way to AWS, or to the embedded cloud."""
        region = region_for(loaded.spec, self.region)
        if self.local:
            server = local_cloud()
            return connect(region, endpoint_url=server.endpoint, access_key=LOCAL_CREDENTIALS)
        return connect(
            region,
            profile=self.profile,
            endpoint_url=self.endpoint_url,
            role_arn=self.role_arn,
        )


def local_cloud() -> cloud.Cloud:
    """The embedded cloud; if it has to be started, say how fast its time passes."""
    directory = cloud.default_directory(os.environ)
    running = cloud.status(directory)
    if running is None:
        running = cloud.start(directory, fresh=cloud.AS_AWS)
        speed = ask(running.endpoint, "settings")["speed"]
        pace = "in real time" if speed == REAL_TIME else f"at {speed:g} times real time"
        click.echo(
            f"The embedded cloud has started, {pace};"
            " `provisioner local start --speed N` changes that, at any time.",
            err=True,
        )
    return running


def option(*names: str, **attributes: Any) -> Callable[[Command], Command]:
    """An option that can be given as PROVISIONER_<NAME>, too."""
    long = next(name for name in names if name.startswith("--")).split("/")[0]
    variable = "PROVISIONER_" + long.strip("-").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **attributes)


SPEC = click.argument("spec", type=click.Path(path_type=str), help="The spec's file.")
ENVIRONMENT = option("-e", "--env", "environment", help="Overlay from `environments:`.")
VARIABLES = option(
    "--var", "variables", multiple=True, metavar="NAME=VALUE", help="Give ${NAME} a value."
)
SETTINGS = option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change one value of the spec."
)
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
_SPEC_OPTIONS = (SPEC, ENVIRONMENT, VARIABLES, SETTINGS)
_AWS_OPTIONS = (
    option("--region", help="AWS region; stronger than the spec's."),
    option("--profile", help="Profile of the AWS configuration."),
    option("--assume-role-arn", "role_arn", metavar="ARN", help="Act as this role."),
    option("--endpoint-url", metavar="URL", help="Send every call there."),
    option("--local", is_flag=True, help="Use the embedded cloud: no AWS account needed."),
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

    return _decorate(run, _OUTPUT_OPTIONS)


def with_spec(command: Command) -> Command:
    """Give a command a spec, and hand it over as `target`; AWS is not needed."""
    return _with(command, _SPEC_OPTIONS)


def with_target(command: Command) -> Command:
    """Give a command a spec and an AWS to work on, handed over as `target`."""
    return _with(command, (*_SPEC_OPTIONS, *_AWS_OPTIONS))


def _with(command: Command, choices: tuple[Any, ...]) -> Command:
    @wraps(command)
    def run(
        spec: str,
        environment: str | None,
        variables: tuple[str, ...],
        settings: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        target = Target(
            spec=spec,
            environment=environment,
            variables=dict(map(_pair, variables)),
            settings=settings,
            region=rest.pop("region", None),
            profile=rest.pop("profile", None),
            role_arn=rest.pop("role_arn", None),
            endpoint_url=rest.pop("endpoint_url", None),
            local=rest.pop("local", False),
        )
        if target.local and (target.endpoint_url or target.profile or target.role_arn):
            raise UsageError("--local is an AWS of its own: no endpoint, profile or role beside it")
        return command(target=target, **rest)

    return _decorate(with_output(run), choices)


def _decorate(command: Command, options: tuple[Any, ...]) -> Command:
    for choice in reversed(options):
        command = choice(command)
    return command


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError(f"--var {text}: expected NAME=VALUE")
    return name, value


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
