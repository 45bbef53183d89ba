"""The same stack with Terraform, if it is on this machine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from . import stack
from .emulator import Emulator
from .process import run
from .trial import Command, Phase

SOURCE = Path(__file__).parent / "terraform" / "main.tf"
BINARY = "terraform-provider-aws"
CONFIGURATION = "TF_CLI_CONFIG_FILE"
STATE = "terraform.tfstate"
LEVELS = 5
"""A plugin directory has its binaries at host/namespace/type/version/platform/."""
SYSTEM = frozenset({"/proc", "/sys", "/dev", "/run"})


class TerraformMissing(Exception):
    """It cannot be compared with: its message says what is not there."""


class Terraform:
    """`terraform` on the same stack of N services."""

    name = "terraform"

    def __init__(self, emulator: Emulator, count: int, directory: Path) -> None:
        self._directory = directory / f"terraform-{count}"
        self._binary, init = installed()
        self._environment = {**emulator.environment(), **settings()}
        self._write(emulator, count)
        run(
            [self._binary, "init", "-input=false", "-no-color", *init],
            environment=self._environment,
            directory=self._directory,
        )

    def prepare(self) -> None:
        """Forget the state of an earlier life."""
        for left in self._directory.glob(f"{STATE}*"):
            left.unlink()

    def command(self, phase: Phase) -> Command:
        changed = ("-var", "image_tag=v2")
        options: Mapping[Phase, tuple[str, ...]] = {
            Phase.APPLY: ("apply", "-auto-approve"),
            Phase.PLAN: ("plan", "-detailed-exitcode"),
            Phase.IMAGE: ("apply", "-auto-approve", *changed),
            Phase.TEARDOWN: ("destroy", "-auto-approve", *changed),
        }
        verb, *rest = options[phase]
        arguments = [self._binary, verb, "-input=false", "-no-color", *rest]
        return Command(arguments, self._environment, self._directory)

    def _write(self, emulator: Emulator, count: int) -> None:
        self._directory.mkdir()
        shutil.copy(SOURCE, self._directory)
        variables = {
            "endpoint": emulator.endpoint,
            "region": stack.spec(1)["region"],
            "main": stack.MAIN,
            "services": services(count),
        }
        (self._directory / "terraform.tfvars.json").write_text(json.dumps(variables, indent=2))


def services(count: int) -> dict[str, dict[str, str | None]]:
    """The services as main.tf takes them."""
    found: dict[str, dict[str, str | None]] = {}
    for name in stack.names(count):
        main = name == stack.MAIN
        found[name] = {
            "infix": "" if main else f"-{name}",
            "repository": "oaktree-dev" if main else f"oaktree-dev-{name}",
            "tag": None if main else stack.FIXED_TAG,
            "path": "/api/*" if main else f"/{name}/*",
        }
    return found


def installed() -> tuple[str, list[str]]:
    """The binary, and what `init` needs to find the provider. Raises TerraformMissing.

    The user's configuration file is taken at its word; without one, the provider is looked for
    on this machine's disks. Nothing is ever downloaded.
    """
    binary = shutil.which("terraform")
    if binary is None:
        raise TerraformMissing("terraform is not installed")
    if _configuration():
        return binary, []
    provider = _provider()
    if provider is None:
        raise TerraformMissing("terraform is installed, but its AWS provider is not")
    return binary, [f"-plugin-dir={provider.parents[LEVELS]}"]


def version() -> str:
    """`Terraform 1.11.4 with the AWS provider 5.100.0`. Raises TerraformMissing."""
    binary, _ = installed()
    told = run([binary, "version", "-json"], environment=settings()).output
    core = json.loads(told[told.index("{") :])["terraform_version"]
    provider = _provider()
    which = provider.name.split("_")[1].removeprefix("v") if provider else "of the configuration"
    return f"Terraform {core} with the AWS provider {which}"


def settings() -> dict[str, str]:
    """Environment of every command: no questions, nothing asked of the network."""
    return {
        "HOME": os.environ.get("HOME", "/"),
        "PATH": os.environ.get("PATH", os.defpath),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        **_configuration(),
    }


def _configuration() -> dict[str, str]:
    path = os.environ.get(CONFIGURATION, "")
    return {CONFIGURATION: path} if path and Path(path).is_file() else {}


@cache
def _provider() -> Path | None:
    """A provider binary that lies where a plugin directory has it, on any disk."""
    for place, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if str(Path(place) / name) not in SYSTEM]
        for name in files:
            if name.startswith(BINARY) and len(Path(place).parents) >= LEVELS:
                return Path(place) / name
    return None
