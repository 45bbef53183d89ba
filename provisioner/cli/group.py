"""All commands by their names, each imported when somebody asks for it.

Most need boto3, the spec's models and every kind; the embedded cloud's own commands do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

HOMES: Mapping[str, str] = {
    "apply": "commands:apply",
    "comment": "pipeline:comment",
    "continue": "deploying:proceed",
    "deploy": "deploying:deploy",
    "destroy": "commands:teardown",
    "exec": "running:execute",
    "github-role": "permissions:github_role",
    "iam-policy": "permissions:iam_policy",
    "local": "local:LOCAL",
    "logs": "running:logs",
    "notify": "pipeline:notify",
    "plan": "commands:plan",
    "restart": "deploying:restart",
    "revisions": "observing:revisions",
    "rollback": "deploying:rollback",
    "run": "running:run",
    "scale": "deploying:scale",
    "schema": "commands:schema",
    "status": "observing:status",
    "teardown": "commands:teardown",
    "validate": "commands:validate",
    "wait": "observing:wait",
}
"""Module and attribute, in this package."""


class Commands(click.Group):
    """A group that knows where its commands are."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in their order."""
        return sorted(HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None if there is none."""
        if cmd_name not in HOMES:
            return None
        module, _, attribute = HOMES[cmd_name].partition(":")
        found: click.Command = getattr(import_module(f"provisioner.cli.{module}"), attribute)
        return found


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="provisioner", prog_name="provisioner")
def GROUP() -> None:  # noqa: N802  # what the console script runs
    """Build and keep an ECS Fargate web stack as one YAML spec says. No state file."""
