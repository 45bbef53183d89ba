"""A `plan` in the pieces it consists of, timed from inside: `… stopwatch SPEC ENVIRONMENT`.

Prints a JSON list of [piece, wall seconds, CPU seconds]. CPU is that of all threads. The pieces
are done one after another here; the tool makes clients while the first calls are under way.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from provisioner import Stack, connect, load, region_for
from provisioner.cli.log import configure
from provisioner.engine.check import check
from provisioner.engine.plan import make_plan
from provisioner.render import text
from provisioner.resources import KINDS

OTHERS = ("sts", "resourcegroupstaggingapi")


class Stopwatch:
    """Collects what pieces take."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, float, float]] = []

    @contextmanager
    def of(self, piece: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.taken.append((piece, time.perf_counter() - wall, time.process_time() - cpu))


def main(spec: str, environment: str) -> None:
    configure(0, None)  # else every call is written to the log, which takes time
    watch = Stopwatch()
    with watch.of("read the spec"):
        loaded = load(spec, environment=environment)
    with watch.of("session"):
        aws = connect(region_for(loaded.spec))
    with watch.of("spec to resources"):
        stack = Stack(loaded.spec, environment=loaded.environment, aws=aws)
    services = dict.fromkeys([*OTHERS, *(kind.api.service for kind in KINDS.values())])
    for service in services:
        with watch.of(f"client {service}"):
            aws.client(service)
    with watch.of("calls and their answers"):
        seen = stack.observe()
    wanted = stack.blueprint.resources
    with watch.of("check against the API"):
        check(wanted, kinds=KINDS, aws=aws, known=seen.lookups)
    with watch.of("make the plan"):
        plan = make_plan(wanted, seen, kinds=KINDS, scope=stack.scope)
    with watch.of("show the plan"):
        shown = text.plan(stack.plan_document(plan))
    if not plan.empty:
        raise SystemExit(f"the plan is not empty:\n{shown}")
    sys.stdout.write(json.dumps(watch.taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
