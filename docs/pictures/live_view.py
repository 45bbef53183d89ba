"""Write live-view.svg: the live view of `apply`, from a real run on an embedded cloud.

`python docs/pictures/live_view.py`. Two services of one stack roll at the same time: the canary of
one has its first share of the traffic, the new version of the other keeps crashing.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import MONOKAI

from provisioner.api import Stack, connect
from provisioner.cli.log import configure
from provisioner.cli.progress import Screen
from provisioner.engine.execute import Event
from provisioner.local import cloud
from provisioner.spec.load import load_text

PICTURE = Path(__file__).with_name("live-view.svg")
SPEC = """
stack: shop
region: eu-west-1
variables: {web_tag: v1, jobs_tag: v1}
network:
  vpc: {tags: {Name: oaktree-vpc-dev}}
  private_subnets: {tags: {Tier: private}}
  public_subnets: {tags: {Tier: public}}
load_balancer: {listeners: {http: {port: 80}}}
services:
  web:
    image: "nginx:${web_tag}"
    port: 8080
    desired_count: 4
    routes: [{path: "/*"}]
    deployment: {strategy: canary, step_percent: 10}
  jobs:
    image: "nginx:${jobs_tag}"
    desired_count: 2
    deployment: {circuit_breaker: {failed_tasks: 30}}
"""
SPEED = 20
SHARE, CRASHES = 10, 3
COLUMNS = 118
FONTS = re.compile(r"@font-face\s*{.*?}\s*", re.DOTALL)
"""A picture in a page loads no fonts; the reader's own fixed-width one does."""


def main() -> None:
    """Let both services roll, and keep the screen at the telling moment."""
    configure(0, "text")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        running = cloud.start(directory, options={"speed": SPEED})
        try:
            PICTURE.write_text(_picture(running.endpoint))
        finally:
            cloud.stop(directory)


def _picture(endpoint: str) -> str:
    first = _stack(endpoint)
    first.apply(first.plan())
    stack = _stack(endpoint, web_tag="v2", jobs_tag="v2--crash")
    plan = stack.plan()
    console = Console(
        record=True, width=COLUMNS, file=StringIO(), force_terminal=True, highlight=False
    )
    screen = Screen(console, len(plan.steps))
    console.print("$ python -m provisioner apply shop.yaml --local --yes")

    seen: dict[str, Mapping[str, Any]] = {}

    def listen(event: Event) -> None:
        if stack.clock.stopped:
            return
        screen.listen(event)
        if event.details:
            seen[event.step.key] = event.details
            if _telling(seen.values()):
                console.print(screen.live.get_renderable())
                stack.clock.stop()

    stack.apply(plan, listen=listen)
    drawn = console.export_svg(title="provisioner", theme=MONOKAI, unique_id="live-view")
    return FONTS.sub("", drawn).replace("Fira Code", "DejaVu Sans Mono")


def _stack(endpoint: str, **variables: str) -> Stack:
    loaded = load_text(SPEC, "shop.yaml", variables=variables)
    aws = connect(loaded.spec.region, endpoint_url=endpoint, access_key=("test", "test"))
    return Stack(loaded.spec, environment=None, aws=aws)


def _telling(rollouts: Collection[Mapping[str, Any]]) -> bool:
    """The canary has its share, and the other has crashed some times."""
    return any(one["traffic"]["production"] == SHARE for one in rollouts) and any(
        one["tasks"]["failed"] >= CRASHES for one in rollouts
    )


if __name__ == "__main__":
    main()
