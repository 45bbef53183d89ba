"""The spec and the AWS that a command works on: its options, and what they are turned into."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from provisioner.api import Stack, connect, region_for
from provisioner.cli import in_actions
from provisioner.cli.options import decorate, option, warn, with_output
from provisioner.engine.aws import Aws
from provisioner.errors import UsageError
from provisioner.examine import examine
from provisioner.local import cloud
from provisioner.local.clock import REAL_TIME
from provisioner.local.control import ask
from provisioner.spec.load import Loaded, load

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
        """A way to AWS, or to the embedded cloud, until the command ends."""
        aws = self._connect(region_for(loaded.spec, self.region))
        click.get_current_context().call_on_close(aws.close)
        return aws

    def _connect(self, region: str) -> Aws:
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


SPEC = click.argument("spec", type=click.Path(path_type=str), help="The spec's file.")
ENVIRONMENT = option("-e", "--env", "environment", help="Overlay from `environments:`.")
VARIABLES = option(
    "--var", "variables", multiple=True, metavar="NAME=VALUE", help="Give ${NAME} a value."
)
SETTINGS = option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change one value of the spec."
)
_SPEC_OPTIONS = (SPEC, ENVIRONMENT, VARIABLES, SETTINGS)
_AWS_OPTIONS = (
    option("--region", help="AWS region; stronger than the spec's."),
    option("--profile", help="Profile of the AWS configuration."),
    option("--assume-role-arn", "role_arn", metavar="ARN", help="Act as this role."),
    option("--endpoint-url", metavar="URL", help="Send every call there."),
    option("--local", is_flag=True, help="Use the embedded cloud: no AWS account needed."),
)


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

    return decorate(with_output(run), choices)


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError(f"--var {text}: expected NAME=VALUE")
    return name, value
