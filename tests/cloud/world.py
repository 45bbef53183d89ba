"""A stack on a server: planned, applied and torn down through the API, or by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache, cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
import structlog
from botocore.config import Config

from provisioner.api import Stack, connect
from provisioner.cli import run
from provisioner.engine.aws import Aws
from provisioner.engine.execute import Report
from provisioner.engine.step import Plan
from provisioner.resources import KINDS
from provisioner.spec.load import Loaded, load
from tests.cloud.clock import HurriedClock
from tests.cloud.inventory import Found, one, owned
from tests.cloud.servers import ROOT, Server, credentials
from tests.cloud.tap import Call, Recording, Tap

OAKTREE = ROOT / "specs" / "oaktree.yaml"
REGION = "ap-southeast-1"
TIMEOUT = 90
PROGRAM = (sys.executable, "-m", "provisioner")


@dataclass(frozen=True, slots=True)
class Applied:
    """What was planned, what became of it, and what went over the wire for it."""

    plan: dict[str, Any]
    report: Report
    recording: Recording = field(repr=False)

    @property
    def writes(self) -> list[Call]:
        """The calls that changed something."""
        return self.recording.writes

    @property
    def operations(self) -> list[str]:
        """Their names."""
        return self.recording.operations


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str
    recording: Recording = field(repr=False)

    @property
    def document(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)


class World:
    """One stack, by default OakTree's in dev, on one server, seen through a tap."""

    def __init__(
        self,
        server: Server,
        tap: Tap,
        directory: Path,
        *,
        spec: Path = OAKTREE,
        environment: str | None = "dev",
    ) -> None:
        self.server, self.tap, self.directory = server, tap, directory
        self.spec, self.environment = spec, environment

    @cached_property
    def aws(self) -> Aws:
        """The product's way to the server, through the tap; it remembers nothing yet."""
        return _connection(self.tap.endpoint).snapshot()

    def client(self, service: str) -> Any:
        """A client of the test's own: past the tap, so that its calls are not counted."""
        return _client(self.server.endpoint, service)

    def load(
        self, settings: Sequence[str] = (), variables: Mapping[str, str] | None = None
    ) -> Loaded:
        """The spec, with `--set` and `--var`."""
        return load(
            self.spec,
            environment=self.environment,
            settings=settings,
            variables=variables or {},
            environ={},
        )

    def stack(self, *settings: str, **variables: str) -> Stack:
        """The stack as the API has it."""
        loaded = self.load(settings, variables)
        return Stack(loaded.spec, environment=self.environment, aws=self.aws, clock=HurriedClock())

    def plan(self, *settings: str, **variables: str) -> dict[str, Any]:
        """The plan's document; planning is checked to write nothing."""
        stack = self.stack(*settings, **variables)
        with self.tap.recording() as recording:
            document = stack.plan_document(stack.plan())
        assert recording.operations == []
        return document

    def apply(self, *settings: str, **variables: str) -> Applied:
        """Plan and apply, to the end."""
        stack = self.stack(*settings, **variables)
        with self.tap.recording() as recording:
            return self._carry_out(stack, stack.plan(), recording, force=False)

    def teardown(self, *settings: str, force: bool = False) -> Applied:
        """Plan the teardown and carry it out, to the end."""
        stack = self.stack(*settings)
        with self.tap.recording() as recording:
            return self._carry_out(stack, stack.teardown_plan(), recording, force=force)

    def _carry_out(self, stack: Stack, plan: Plan, recording: Recording, *, force: bool) -> Applied:
        document = stack.plan_document(plan)
        report = stack.apply(stack.guard(plan, force=force))
        errors = [(one.step.key, one.error) for one in report.outcomes if one.state != "done"]
        assert errors == [], errors
        return Applied(document, report, recording)

    def check_settled(self, *settings: str, **variables: str) -> None:
        """A plan finds nothing to do."""
        found = self.plan(*settings, **variables)
        assert changes(found) == []

    def addresses(self, *settings: str, **variables: str) -> set[str]:
        """Everything that the spec asks for and that is a thing of its own."""
        resources = self.stack(*settings, **variables).blueprint.resources
        return {one.address for one in resources if not KINDS[one.kind].part_of}

    def owned(self) -> dict[str, Found]:
        """What the stack owns, by address, as AWS itself says; no two things at one address."""
        owner = self.stack().scope.stack
        return owned(self.client, owner)

    def one(self, address: str) -> Found:
        """What the stack owns at an address, as AWS itself says."""
        return one(self.client, self.stack().scope.stack, address)

    def cli(self, *arguments: str, env: Mapping[str, str] | None = None) -> Finished:
        """Run a command on the spec, in this process: `cli("plan", "--json")`."""
        before, out, err = structlog.get_config(), StringIO(), StringIO()
        environment = self.environ(env)
        with (
            self.tap.recording() as recording,
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            for name in [*os.environ]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.chdir(self.directory)
            patch.setattr(sys, "stdin", StringIO())
            code = run(self.command(*arguments)[len(PROGRAM) :])
        structlog.configure(**before)
        return Finished(code, out.getvalue(), err.getvalue(), recording)

    def process(self, *arguments: str) -> Finished:
        """Run a command on the spec, in a process of its own, as a user does."""
        with self.tap.recording() as recording:
            done = subprocess.run(
                self.command(*arguments),
                cwd=self.directory,
                env=self.environ(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
        return Finished(done.returncode, done.stdout, done.stderr, recording)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command on the spec, to be waited for or killed."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.directory,
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def command(self, verb: str, *arguments: str) -> list[str]:
        """The command line, as a list."""
        environment = ["-e", self.environment] if self.environment else []
        return [*PROGRAM, verb, str(self.spec), *environment, *arguments]

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a command that finds the server; an empty value takes one away."""
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "PYTHONPATH": str(ROOT),
            "AWS_ENDPOINT_URL": self.tap.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            **(more or {}),
        }
        return {name: value for name, value in own.items() if value}


@cache
def _connection(endpoint: str) -> Aws:
    """Its clients cost more than a plan does; what it writes with is shared, too."""
    made = connect(REGION, endpoint_url=endpoint, access_key=("test", "test"))
    made.writable()
    return made


@cache
def _client(endpoint: str, service: str) -> Any:
    """It tries once, so it remembers nothing, and all tests may have the same."""
    session = boto3.Session(region_name=REGION, **credentials())
    config = Config(retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url=endpoint, config=config)


def changes(document: Mapping[str, Any]) -> list[str]:
    """A plan's document in short: `["update ecs.service/app"]`."""
    return [f"{change['action']} {change['address']}" for change in document["changes"]]


def fields(document: Mapping[str, Any], address: str) -> dict[str, tuple[Any, Any]]:
    """The changes at an address: path to before and after."""
    return {
        field["path"]: (field["before"], field["after"])
        for change in document["changes"]
        if change["address"] == address
        for field in change["fields"]
    }
