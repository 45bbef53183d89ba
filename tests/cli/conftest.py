"""The command line, in this process or in one of its own."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from provisioner.cli import run
from tests.cli.terminal import Terminal
from tests.cloud.world import World


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Command = Callable[..., Ran]
OnTerminal = Callable[..., Terminal]


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Run `provisioner` in this process: `command("plan", "spec.yaml", CI="1")`."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    before = structlog.get_config()

    def go(*arguments: str, **environment: str) -> Ran:
        with monkeypatch.context() as own:
            for name, value in environment.items():
                own.setenv(name, value)
            capsys.readouterr()
            code = run(list(arguments))
        return Ran(code, *capsys.readouterr())

    yield go
    structlog.configure(**before)  # what the command set up writes to the captured stderr


@pytest.fixture
def on(command: Command, world: World, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command on the world's spec and server: `on("plan", "--json")`."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.tap.endpoint)

    def go(verb: str, *arguments: str, **environment: str) -> Ran:
        return command(verb, str(world.spec), "-e", "dev", *arguments, **environment)

    return go


@pytest.fixture
def terminal(world: World) -> Iterator[OnTerminal]:
    """Begin a command on the world's spec and a terminal: `terminal("apply", NO_COLOR="1")`."""
    begun: list[Terminal] = []

    def go(verb: str, *arguments: str, **environment: str) -> Terminal:
        begun.append(
            Terminal(
                world.command(verb, *arguments),
                env=world.environ(
                    {"TERM": "xterm", "COLUMNS": "150", "LINES": "40", **environment}
                ),
                cwd=world.directory,
            )
        )
        return begun[-1]

    yield go
    for one in begun:
        one.process.kill()  # a test that failed may have left it
        one.close()


@pytest.fixture
def nowhere() -> str:
    """An endpoint where nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    return f"http://127.0.0.1:{port}"
