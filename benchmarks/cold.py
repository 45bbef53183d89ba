"""Where the time of a first `plan` goes, when nothing answers slowly."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import stack
from .calls import Call, longest_chain
from .emulator import Emulator, Latency
from .ours import ROOT, Provisioner
from .process import Run, run
from .trial import Phase

PATIENT = Latency(1000, 1000)
IMPORT = "import provisioner.cli"
Pieces = dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Cold:
    """One empty plan of N services, taken apart. Times are medians, in seconds (wall, CPU).

    `whole` is the command itself. `rounds` is its longest chain with a second per call, so that
    nothing but the need for another's answer (or for a free thread) is left to wait for.
    """

    count: int
    whole: tuple[float, float]
    pieces: Pieces
    rounds: list[Call]


def study(emulator: Emulator, count: int, directory: Path, runs: int, *, patient: bool) -> Cold:
    """Build the stack, take a plan apart, leave everything behind. Raises CommandFailed."""
    tool = Provisioner(emulator, count, directory)
    emulator.reset()
    emulator.delay(Latency())
    tool.prepare()
    _do(tool, Phase.APPLY)
    plans = [_do(tool, Phase.PLAN) for _ in range(runs)]
    pieces = _pieces(emulator, stack.write(count, directory), runs)
    rounds: list[Call] = []
    if patient:
        emulator.delay(PATIENT)
        emulator.clear()
        _do(tool, Phase.PLAN)
        rounds = longest_chain(emulator.calls())
        emulator.delay(Latency())
    whole = (median(plan.wall for plan in plans), median(plan.cpu for plan in plans))
    return Cold(count, whole, pieces, rounds)


def imports(emulator: Emulator, runs: int) -> dict[str, float]:
    """Seconds that importing the command line takes, by package, from `-X importtime`.

    The time of a module is its own, without what it imports. Tracing makes it longer than it is.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(runs):
        command = [sys.executable, "-X", "importtime", "-c", IMPORT]
        traced = run(command, environment=emulator.environment(), directory=ROOT)
        for package, seconds in _by_package(traced.output).items():
            found[package].append(seconds)
    return {package: median(times) for package, times in found.items()}


def _by_package(trace: str) -> Mapping[str, float]:
    """The lines are `import time: SELF | CUMULATIVE | name`, in microseconds."""
    spent: dict[str, float] = defaultdict(float)
    for line in trace.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        if line.startswith("import time:") and own.strip().isdigit():
            spent[_package(rest.rpartition("|")[2].strip())] += int(own) / 1e6
    return spent


def _package(module: str) -> str:
    top = module.partition(".")[0]
    return "the standard library" if top in sys.stdlib_module_names else top


def _pieces(emulator: Emulator, spec: Path, runs: int) -> Pieces:
    environment = emulator.environment()
    bare = [_python("", environment) for _ in range(runs)]
    loaded = [_python(IMPORT, environment) for _ in range(runs)]
    found: dict[str, list[tuple[float, float]]] = {
        "start and end of Python": [(each.wall, each.cpu) for each in bare],
        IMPORT: [
            (with_it.wall - without.wall, with_it.cpu - without.cpu)
            for with_it, without in zip(loaded, bare, strict=True)
        ],
    }
    command = [sys.executable, "-m", "benchmarks.stopwatch", str(spec), stack.ENVIRONMENT]
    for _ in range(runs):
        told = run(command, environment=environment, directory=ROOT).output
        for piece, wall, cpu in json.loads(told):
            found.setdefault(piece, []).append((wall, cpu))
    return {
        piece: (median(wall for wall, _ in times), median(cpu for _, cpu in times))
        for piece, times in found.items()
    }


def _python(code: str, environment: Mapping[str, str]) -> Run:
    return run([sys.executable, "-c", code], environment=environment, directory=ROOT)


def _do(tool: Provisioner, phase: Phase) -> Run:
    command = tool.command(phase)
    return run(command.arguments, environment=command.environment, directory=command.directory)
