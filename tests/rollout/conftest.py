"""An embedded cloud whose time passes when somebody waits: minutes take none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import boto3
import pytest

from provisioner.api import Stack, connect
from provisioner.cli.carrying import RESULT_CODES
from provisioner.engine.aws import Aws
from provisioner.engine.clock import Clock
from provisioner.engine.execute import Event, Report
from provisioner.errors import Interrupted
from provisioner.local import cloud as lifecycle
from provisioner.local.control import ask
from provisioner.render import text
from provisioner.spec.load import load_text

REGION = "eu-west-1"
SPEC = """
stack: story
region: eu-west-1
variables: {image_tag: "1"}
network:
  vpc: {tags: {Name: oaktree-vpc-dev}}
  private_subnets: {tags: {Tier: private}}
services:
  app:
    image: "nginx:${image_tag}"
    desired_count: 2
"""
BALANCED = """
stack: balanced
region: eu-west-1
variables: {image_tag: "1"}
network:
  vpc: {tags: {Name: oaktree-vpc-dev}}
  private_subnets: {tags: {Tier: private}}
  public_subnets: {tags: {Tier: public}}
load_balancer: {listeners: {http: {port: 80}}}
services:
  app:
    image: "nginx:${image_tag}"
    desired_count: 2
    port: 8080
    routes: [{path: "/*"}]
"""


class CloudClock(Clock):
    """Waiting lets the cloud's time pass, so many times what was asked for: fewer questions."""

    def __init__(self, endpoint: str, stride: float = 3) -> None:
        super().__init__()
        self.stride = stride
        self.endpoint, self.passed = endpoint, 0.0
        self.later: list[tuple[float, Callable[[], object]]] = []

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        if self.stopped:
            raise Interrupted("stopped while waiting")
        ask(self.endpoint, "clock/advance", {"seconds": seconds * self.stride}, timeout=60)
        self.passed += seconds * self.stride
        due = [what for when, what in self.later if when <= self.passed]
        self.later = [one for one in self.later if one[0] > self.passed]
        for what in due:
            what()

    def after(self, seconds: float, what: Callable[[], object]) -> None:
        """Let something happen while somebody waits."""
        self.later.append((self.passed + seconds, what))


class Story:
    """A stack on the cloud, applied again and again with other images."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.clock = CloudClock(endpoint)
        self.heard: list[Event] = []
        self.code: int | None = None
        self.screen = ""
        self.answer: Callable[[dict[str, Any]], None] = lambda _: None
        """Told every rollout as it stands, like somebody who looks on."""

    @cached_property
    def aws(self) -> Aws:
        return connect(REGION, endpoint_url=self.endpoint, access_key=("test", "test"))

    def client(self, service: str) -> Any:
        session = boto3.Session(
            region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )
        return session.client(service, endpoint_url=self.endpoint)

    def stack(self, spec: str, tag: str, settings: Sequence[str] = ()) -> Stack:
        loaded = load_text(spec, "story.yaml", variables={"image_tag": tag}, settings=settings)
        return Stack(loaded.spec, environment=None, aws=self.aws, clock=self.clock)

    def run(self, stack: Stack) -> Report:
        self.heard = []
        return stack.apply(stack.plan(), listen=self._hear)

    def _hear(self, event: Event) -> None:
        self.heard.append(event)
        if event.details:
            self.answer(dict(event.details))

    def apply(self, tag: str, *settings: str, spec: str = SPEC) -> dict[str, Any]:
        """The report's document; `code` and `screen` are what the command line makes of it."""
        stack = self.stack(spec, tag, settings)
        document = stack.report_document(self.run(stack))
        self.code = RESULT_CODES.get(document["result"])
        self.screen = text.report(json.loads(json.dumps(document)), verb="apply")
        return document


@pytest.fixture(scope="session")
def _cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lifecycle.Cloud]:
    directory = tmp_path_factory.mktemp("stories")
    yield lifecycle.start(directory, options={"manual": True})
    lifecycle.stop(directory)


@pytest.fixture(scope="module")
def _told(_cloud: lifecycle.Cloud) -> Story:
    return Story(_cloud.endpoint)


@pytest.fixture
def story(_told: Story, _silence: None) -> Story:
    """The module's stacks go on from test to test: each says with which image it begins."""
    _told.clock, _told.answer = CloudClock(_told.endpoint), lambda _: None
    return _told


def rollout(document: Mapping[str, Any]) -> Any:
    """The one rollout of a report."""
    (found,) = document["rollouts"]
    return found


def served(document: Mapping[str, Any]) -> Any:
    """What a report says that the service runs."""
    return document["outputs"]["services"]["app"]["task_definition_arn"]
