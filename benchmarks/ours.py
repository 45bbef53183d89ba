"""Our own commands, as a user types them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from . import stack
from .emulator import Emulator
from .process import run
from .trial import Command, Phase

ROOT = Path(__file__).parents[1]


class Provisioner:
    """`python -m provisioner` on a spec of N services."""

    name = "provisioner"

    def __init__(self, emulator: Emulator, count: int, directory: Path) -> None:
        self._environment = emulator.environment()
        self._spec = stack.write(count, directory)

    def prepare(self) -> None:
        """Have everything compiled: a plan that is not counted, of a stack that is not there."""
        command = [sys.executable, "-m", "provisioner", "plan", str(self._spec)]
        run([*command, "-e", stack.ENVIRONMENT], environment=self._environment, directory=ROOT)

    def command(self, phase: Phase) -> Command:
        options: Mapping[Phase, tuple[str, ...]] = {
            Phase.APPLY: ("apply", "-y"),
            Phase.PLAN: ("plan", "--detailed-exitcode"),
            Phase.IMAGE: ("apply", "-y", "--var", "image_tag=v2"),
            Phase.TEARDOWN: ("teardown", "-y", "--var", "image_tag=v2"),
        }
        verb, *rest = options[phase]
        arguments = [sys.executable, "-m", "provisioner", verb, str(self._spec)]
        return Command([*arguments, "-e", stack.ENVIRONMENT, *rest], self._environment, ROOT)
