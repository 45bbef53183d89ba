"""What was found, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from .calls import Call, by_operation
from .cold import Cold
from .emulator import Latency
from .load import CONNECTIONS, Load, Stop
from .table import NOTHING, milliseconds, seconds, table
from .trial import Phase, Series, wall

OURS = "provisioner"
LIMIT_OF_ONE = 28
LIMIT_PER_SERVICE = 5
SHOWN_PACKAGES = 12


@dataclass
class Findings:
    """Everything that was measured. `notes` are about the circumstances."""

    slow: Latency
    runs: int
    machine: str
    notes: list[str] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    colds: list[Cold] = field(default_factory=list)
    imports: Mapping[str, float] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    stop: Stop | None = None

    def plans(self) -> list[Series]:
        """Our own empty plans, by number of services."""
        mine = [s for s in self.series if s.tool == OURS and s.phase == Phase.PLAN]
        return sorted(mine, key=lambda series: series.count)


def render(findings: Findings) -> str:
    """The whole report."""
    parts = ["# What it costs", _preface(findings)]
    if findings.plans():
        parts += ["## Against the limits", _limits(findings)]
    for count in sorted({series.count for series in findings.series}):
        parts += [f"## {_services(count)}", _figures(findings, count)]
    if findings.plans():
        parts += ["## The calls of an empty plan", _operations(findings.plans())]
        parts += _chains(findings)
    if findings.colds:
        parts += ["## Where the time of a plan goes, without delay", _cold(findings.colds)]
    if findings.imports:
        parts += ["### Imports", _imports(findings.imports)]
    if findings.loads:
        parts += ["## The application under load", application(findings.loads, findings.stop)]
    return "\n\n".join(parts) + "\n"


PREFACE = """\
Wall times are medians of {runs} runs; other people's work on the same machine is in them.
CPU is the median of all runs of a row, memory their maximum.
Memory is that of all processes alive at one time; processes are all there ever were.
*Delay* is {read:g} ms for each read and {write:g} ms for each write, on the server.
Connections and TLS cost nothing here.
*Chain* is the longest sequence of calls in which each starts after the one before has ended \
(`benchmarks/calls.py`), with delay, in the run where it was shortest.
Calls are what the server counted; in parentheses the most, where polling differed.
Nothing takes time in this cloud but the calls: deployments are steady at once.
"""


def _preface(findings: Findings) -> str:
    slow = findings.slow
    known = PREFACE.format(runs=findings.runs, read=slow.read_ms, write=slow.write_ms)
    lines = [findings.machine, *findings.notes, *known.splitlines()]
    return "\n".join(["Written by `make bench`; do not edit.", "", *(f"- {x}" for x in lines)])


def _services(count: int) -> str:
    return "1 service" if count == 1 else f"{count} services"


def _limits(findings: Findings) -> str:
    plans = findings.plans()
    first = plans[0]
    rows = []
    if first.count == 1:
        reached = len(first.calls())
        rows.append(["empty plan, calls", f"<= {LIMIT_OF_ONE}", str(reached)])
    if len(plans) > 1:
        last = plans[-1]
        more = (len(last.calls()) - len(first.calls())) / (last.count - first.count)
        rows.append(["calls per further service", f"<= {LIMIT_PER_SERVICE}", f"{more:.1f}"])
    chains = [(plan.count, plan.chain()) for plan in plans]
    known = [f"{len(chain)} (N={count})" for count, chain in chains if chain is not None]
    if known:
        rows.append(["empty plan, chain", "the same for every N", ", ".join(known)])
    return table(["what", "limit", "reached"], rows, words=3)


def _figures(findings: Findings, count: int) -> str:
    heads = [
        "phase", "tool", "calls", "reads", "writes", "chain",
        "wall s", "wall s, delay", "CPU s", "MB", "processes",
    ]  # fmt: skip
    mine = [series for series in findings.series if series.count == count]
    rows = [_row(series) for phase in Phase for series in mine if series.phase == phase]
    return table(heads, rows, words=2)


def _row(series: Series) -> list[str]:
    reads, writes = series.reads_and_writes()
    least, most, chain = reads + writes, series.most_calls(), series.chain()
    return [
        series.phase,
        series.tool,
        str(least) if least == most else f"{least} ({most})",
        str(reads),
        str(writes),
        NOTHING if chain is None else str(len(chain)),
        seconds(wall(series.quick)),
        seconds(wall(series.slow)),
        seconds(series.cpu()),
        f"{series.memory():.0f}",
        str(series.processes()),
    ]


def _operations(plans: Sequence[Series]) -> str:
    """How often each operation is called, and how much of that every further service adds."""
    counted = [by_operation(plan.calls()) for plan in plans]
    names = sorted({name for count in counted for name in count})
    span = plans[-1].count - plans[0].count
    rows = []
    for name in [*names, "all"]:
        numbers = [count.total() if name == "all" else count[name] for count in counted]
        more = f"{(numbers[-1] - numbers[0]) / span:.2f}" if span else NOTHING
        rows.append([name, *map(str, numbers), more])
    heads = ["operation", *(f"N={plan.count}" for plan in plans), "per further service"]
    return table(heads, rows)


def _chains(findings: Findings) -> Iterator[str]:
    lines = [
        f"- N={plan.count}, {findings.slow}: {_path(chain)}"
        for plan in findings.plans()
        if (chain := plan.chain()) is not None
    ]
    lines += [
        f"- N={cold.count}, a second per call: {_path(cold.rounds)}"
        for cold in findings.colds
        if cold.rounds
    ]
    if lines:
        yield "Their longest chains:"
        yield "\n".join(lines)


def _path(chain: Sequence[Call]) -> str:
    """`9: sts:GetCallerIdentity, 8 x ecs:DescribeTaskDefinition`."""
    words = []
    for name, group in groupby(chain, key=lambda call: call.name):
        times = len(list(group))
        words.append(name if times == 1 else f"{times} x {name}")
    return f"{len(chain)}: {', '.join(words)}"


def _cold(colds: Sequence[Cold]) -> str:
    heads = ["ms, wall (CPU)", *(f"N={cold.count}" for cold in colds)]
    pieces = list(colds[0].pieces)
    rows = [[piece, *(_both(cold.pieces[piece]) for cold in colds)] for piece in pieces]
    rows.append(["all pieces, one after another", *(_both(_sum(cold)) for cold in colds)])
    rows.append(["the command itself", *(_both(cold.whole) for cold in colds)])
    return table(heads, rows)


def _both(times: tuple[float, float]) -> str:
    return f"{milliseconds(times[0])} ({milliseconds(times[1])})"


def _sum(cold: Cold) -> tuple[float, float]:
    walls, cpus = zip(*cold.pieces.values(), strict=True)
    return sum(walls), sum(cpus)


def _imports(found: Mapping[str, float]) -> str:
    ranked = sorted(found.items(), key=lambda item: -item[1])
    rows = [[package, milliseconds(spent)] for package, spent in ranked[:SHOWN_PACKAGES]]
    rest = sum(spent for _, spent in ranked[SHOWN_PACKAGES:])
    rows += [["others", milliseconds(rest)], ["all", milliseconds(sum(found.values()))]]
    return table(["package", "ms, traced"], rows)


LOADED = """\
`python -m app`, one process, asked by one other over {connections} connections that stay open; \
both share this machine's CPUs with whatever else runs there.
Store: SQLite, in memory or in a file of the machine's disk. `/live` is what the framework costs, \
`/health` is answered from its cache of two seconds.
"""
STOPPED = """\
Stopped under load: SIGTERM while {connections} clients ask for items, which leave when `/ready` \
says so, as a load balancer's targets are deregistered: {answered} requests answered, {after} of \
them after the signal, **{failed} failed**, exit {code} after {seconds:.1f} s (a second of them \
is `DRAIN_SECONDS`).
Load average of the machine at the end: {busy:.1f}.
"""


def application(loads: Sequence[Load], stop: Stop | None) -> str:
    """Requests a second, and how long they take."""
    rows = [
        [
            load.question,
            load.store,
            f"{load.rate():.0f}",
            f"{load.percentile(50) * 1000:.1f}",
            f"{load.percentile(99) * 1000:.1f}",
            str(load.failed),
        ]
        for load in loads
    ]
    heads = ["request", "store", "requests/s", "p50 ms", "p99 ms", "failed"]
    parts = [LOADED.format(connections=CONNECTIONS).rstrip(), table(heads, rows, words=2)]
    if stop is not None:
        said = STOPPED.format(
            connections=CONNECTIONS,
            answered=stop.answered,
            after=stop.after_signal,
            failed=stop.failed,
            code=stop.code,
            seconds=stop.seconds,
            busy=stop.busy,
        )
        parts.append(said.rstrip())
    return "\n\n".join(parts)
