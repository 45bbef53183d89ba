"""The command line: `python -m benchmarks [--services 1,10,50] [--no-latency] …`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore

from . import cold, hcl, load
from .emulator import Emulator, Latency, emulator
from .ours import Provisioner
from .report import Findings, render
from .trial import Tool, trials

RESULTS = Path(__file__).parent / "results.md"
SLOW = Latency(80, 150)
TERRAFORM_LIMIT = 10
"""With more services, every one of its phases takes many minutes."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    findings = Findings(SLOW, options.runs, _machine(), notes=[_load()])
    terraform = options.terraform and _terraform(findings)
    with emulator() as server, TemporaryDirectory(prefix="benchmark-") as temporary:
        directory = Path(temporary)
        delays = [Latency(), SLOW] if options.latency else [Latency()]
        for count in options.services:
            for tool in _tools(server, count, directory, terraform=terraform):
                _say(f"{tool.name}, N={count} …")
                findings.series += trials(tool, server, count, delays, options.runs)
        _say("the pieces of a plan …")
        findings.imports = cold.imports(server, options.runs)
        for count in options.services:
            studied = cold.study(server, count, directory, options.runs, patient=options.latency)
            findings.colds.append(studied)
    if options.load_seconds:
        _say("the application under load …")
        findings.loads, findings.stop = load.measure(options.load_seconds)
    findings.notes.append(_load())
    report = render(findings)
    options.output.write_text(report)
    sys.stdout.write(report)
    return 0


def _tools(server: Emulator, count: int, directory: Path, *, terraform: bool) -> Iterator[Tool]:
    yield Provisioner(server, count, directory)
    if terraform and count <= TERRAFORM_LIMIT:
        yield hcl.Terraform(server, count, directory)


def _terraform(findings: Findings) -> bool:
    """Whether it can be compared with; the report says what there is, or what is missing."""
    try:
        hcl.installed()
    except hcl.TerraformMissing as missing:
        findings.notes.append(f"No comparison with Terraform: {missing}.")
        _say(findings.notes[-1])
        return False
    findings.notes.append(
        f"{hcl.version()}, the same stack (`benchmarks/terraform/main.tf`) on the same server, "
        f"for up to {TERRAFORM_LIMIT} services; its times hold fixed waits of the provider's own."
    )
    return True


def _machine() -> str:
    return (
        f"Python {platform.python_version()}, botocore {botocore.__version__}, "
        f"{platform.system()}, {os.cpu_count()} CPUs, which the server shares."
    )


def _load() -> str:
    one, _, fifteen = os.getloadavg()
    return f"Load average {one:.1f} in the last minute, {fifteen:.1f} in the last 15."


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    yes_or_no = argparse.BooleanOptionalAction
    parser.add_argument("--services", type=_counts, default=[1, 10, 50], metavar="N,N,…")
    parser.add_argument("--latency", action=yes_or_no, default=True, help="with simulated delays")
    parser.add_argument("--terraform", action=yes_or_no, default=True, help="where it is installed")
    parser.add_argument("--runs", type=int, default=3, help="of everything (3)")
    parser.add_argument(
        "--load-seconds", type=float, default=5, help="of each request (5); 0: none"
    )
    parser.add_argument("--output", type=Path, default=RESULTS, help="results.md")
    return parser.parse_args(arguments)


def _counts(text: str) -> list[int]:
    return sorted({int(part) for part in text.split(",") if part})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
