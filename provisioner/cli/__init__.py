"""The command line: arguments, prompts, exit codes. The only package that prints."""

from __future__ import annotations

import atexit
import gc
import sys
from typing import NoReturn

import click

from provisioner.cli.group import GROUP
from provisioner.cli.signals import leave_on_signals
from provisioner.errors import Interrupted, UsageError

EXIT_CODES = {
    0: "done",
    1: "error",
    2: "plan --detailed-exitcode found changes",
    3: "the new version does not serve, or not in time; status --exit-status: not healthy",
    4: "refused by a safety gate",
    5: "partly applied",
    64: "usage",
    65: "invalid spec",
    75: "locked (reserved: there is no lock yet)",
    77: "no permission or credentials",
    130: "interrupted (SIGINT)",
    143: "interrupted (SIGTERM)",
}
GROUP.epilog = "\b\nExit codes:\n" + "\n".join(f"  {c:>3}  {w}" for c, w in EXIT_CODES.items())


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit with its code.

    Python looks for garbage once more at the end, through all of AWS's descriptions: a quarter of
    a plan's time.
    """
    atexit.register(gc.freeze)
    leave_on_signals()
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run a command. Returns its exit code."""
    try:
        result = GROUP.main(args=arguments, prog_name="provisioner", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return UsageError.exit_code if isinstance(error, click.UsageError) else 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return Interrupted.exit_code
    return result if isinstance(result, int) else 0
