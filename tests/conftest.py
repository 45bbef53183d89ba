"""Servers for the whole session, one of each kind per worker; nothing of the user's own AWS."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import botocore.hooks
import botocore.session
import pytest
import structlog
from botocore.client import ClientCreator
from botocore.hooks import EventAliaser
from botocore.model import ServiceModel

from tests.cloud import servers
from tests.cloud.bench import Bench
from tests.cloud.ground import Ground
from tests.cloud.landing import land
from tests.cloud.servers import MINISTACK, Server
from tests.cloud.tap import Tap
from tests.cloud.world import World

FOREIGN = (
    "AWS_", "PROVISIONER_", "CI", "GITHUB_", "NO_COLOR", "FORCE_COLOR", "CLICOLOR",
    "XDG_STATE_HOME", "PYTHONDONTWRITEBYTECODE",
)  # fmt: skip
VPC = "oaktree-vpc-dev"


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the user's AWS, state directory or taste in colours.

    And a hundred processes need not compile the same modules again.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(FOREIGN)]:
            environment.delenv(name)
        environment.setenv("AWS_CONFIG_FILE", str(home / "config"))
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        environment.setenv("PROVISIONER_LOCAL_DIR", str(home / "local"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_works() -> None:
    """A shell has what it runs in the background ignore SIGINT, and processes inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _garbage_waits() -> None:
    """AWS's descriptions fill a large heap, and to go through it often is a tenth of everything."""
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Every boto3 session reads AWS's descriptions anew, and makes its methods of them.

    That is most of what a client costs; the rest is to inspect the same hooks' signatures, and to
    translate their names.
    """
    made: dict[str, dict[str, Any]] = {}
    make = ClientCreator._create_methods

    def methods(creator: ClientCreator, model: ServiceModel) -> dict[str, Any]:
        if model.service_name not in made:
            made[model.service_name] = make(creator, model)
        return dict(made[model.service_name])

    takes = cache(botocore.hooks.accepts_kwargs)
    names: dict[str, str] = {}
    begin = EventAliaser.__init__

    def remember(self: EventAliaser, *arguments: Any, **more: Any) -> None:
        begin(self, *arguments, **more)
        self._alias_name_cache = names

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        patch.setattr(ClientCreator, "_create_methods", methods)
        patch.setattr(
            botocore.hooks, "accepts_kwargs", lambda hook: takes(getattr(hook, "__func__", hook))
        )
        patch.setattr(EventAliaser, "__init__", remember)
        yield


def _tapped(
    serve: Callable[[Path], AbstractContextManager[Server]], factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Tap]]:
    with serve(factory.mktemp("server")) as server, Tap(server.endpoint) as tap:
        yield server, tap


@pytest.fixture(scope="session")
def _embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Tap]]:
    yield from _tapped(servers.embedded, tmp_path_factory)


@pytest.fixture(scope="session")
def _moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Tap]]:
    yield from _tapped(servers.moto, tmp_path_factory)


@pytest.fixture(scope="session")
def _ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Tap]]:
    if not MINISTACK.exists():
        pytest.skip(f"MiniStack is not installed: no {MINISTACK}; `make install` makes it")
    yield from _tapped(servers.ministack, tmp_path_factory)


@pytest.fixture
def _silence() -> None:
    """Unconfigured, structlog prints everything; an earlier test may have left a closed stream."""
    structlog.configure(processors=[_drop])


def _drop(_logger: object, _name: str, _event: object) -> NoReturn:
    raise structlog.DropEvent


@pytest.fixture
def server_name() -> str:
    """The server of `world`; tests that want several are parametrized with it."""
    return "embedded"


@pytest.fixture
def world(
    request: pytest.FixtureRequest, server_name: str, tmp_path: Path, _silence: None
) -> World:
    """An empty server with OakTree's network."""
    server, tap = request.getfixturevalue(f"_{server_name}")
    server.forget()
    tap.clear()
    made = World(server, tap, tmp_path)
    if server.directory is None:
        land(made.client("ec2"), VPC)
    return made


@pytest.fixture(scope="module")
def shared(_embedded: tuple[Server, Tap], tmp_path_factory: pytest.TempPathFactory) -> World:
    server, tap = _embedded
    server.forget()
    tap.clear()
    return World(server, tap, tmp_path_factory.mktemp("shared"))


_numbers = count(1)


@pytest.fixture
def bench(request: pytest.FixtureRequest, shared: World, _silence: None) -> Bench:
    """A stack of its own on the embedded cloud, beside those of the module's other tests.

    Its kind is the one that the test's file is named for.
    """
    kind = f"{request.path.parent.name}.{request.path.stem.removeprefix('test_')}"
    return Bench(f"t{next(_numbers)}", shared, kind)


@pytest.fixture(scope="module")
def ground(shared: World) -> Ground:
    """What the resources of the module's tests stand on, made by hand."""
    return Ground(shared.client)
