"""One life of a stack, measured: first apply, empty plan, a new image, teardown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Protocol

from .calls import Call, longest_chain, writes
from .emulator import Emulator, Latency
from .process import Run, run


class Phase(StrEnum):
    """What is done to the stack, in this order."""

    APPLY = "first apply"
    PLAN = "empty plan"
    IMAGE = "one image change"
    TEARDOWN = "teardown"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a tool."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    directory: Path | None = None


class Tool(Protocol):
    """Something that builds the stack. An image change is planned and applied in one command."""

    name: str

    def prepare(self) -> None:
        """Do what is done once, before the first apply, and is not measured."""

    def command(self, phase: Phase) -> Command:
        """The command for a phase. It exits with 0, a plan only if it is empty."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One command, and what the server saw of it."""

    run: Run
    calls: tuple[Call, ...]


@dataclass
class Series:
    """All samples of one tool, phase and number of services, without and with delay."""

    tool: str
    phase: Phase
    count: int
    quick: list[Sample] = field(default_factory=list)
    slow: list[Sample] = field(default_factory=list)

    @property
    def samples(self) -> list[Sample]:
        return [*self.quick, *self.slow]

    def calls(self) -> tuple[Call, ...]:
        """The calls of the sample with the fewest: one that asked less often "are you ready?"."""
        return min((sample.calls for sample in self.samples), key=len)

    def most_calls(self) -> int:
        return max(len(sample.calls) for sample in self.samples)

    def reads_and_writes(self) -> tuple[int, int]:
        changing = writes(self.calls())
        return len(self.calls()) - changing, changing

    def chain(self) -> list[Call] | None:
        """The shortest of the longest chains, None if nothing was run with a delay.

        What the code makes wait is in all of them, what a busy machine does is not.
        """
        chains = [longest_chain(sample.calls) for sample in self.slow]
        return min(chains, key=len, default=None)

    def cpu(self) -> float:
        return median(sample.run.cpu for sample in self.samples)

    def memory(self) -> float:
        return max(sample.run.memory for sample in self.samples)

    def processes(self) -> int:
        return max(sample.run.processes for sample in self.samples)


def wall(samples: Sequence[Sample]) -> float | None:
    """The median, None of nothing."""
    return median(sample.run.wall for sample in samples) if samples else None


def trials(
    tool: Tool, emulator: Emulator, count: int, delays: Sequence[Latency], runs: int
) -> list[Series]:
    """Live the life of the stack `runs` times for each delay. Raises CommandFailed."""
    series = {phase: Series(tool.name, phase, count) for phase in Phase}
    for latency in delays:
        for _ in range(runs):
            for phase, sample in _life(tool, emulator, latency):
                kept = series[phase].slow if latency.read_ms else series[phase].quick
                kept.append(sample)
    return list(series.values())


def _life(tool: Tool, emulator: Emulator, latency: Latency) -> Iterator[tuple[Phase, Sample]]:
    emulator.reset()
    emulator.delay(Latency())
    tool.prepare()
    emulator.delay(latency)
    for phase in Phase:
        emulator.clear()
        command = tool.command(phase)
        ended = run(command.arguments, environment=command.environment, directory=command.directory)
        yield phase, Sample(ended, tuple(emulator.calls()))
