from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from provisioner.local import cloud
from provisioner.local.cloud import Cloud, LocalError
from provisioner.local.control import ask
from provisioner.local.serve import LOOPBACK
from provisioner.local.state import SERVER, SETTINGS, read, write

START = """
import os, sys
from pathlib import Path
from provisioner.local.cloud import default_directory, start
print(start(default_directory(os.environ)).pid)
"""


def test_a_started_cloud_tells_who_it_is(started: Cloud) -> None:
    told = ask(started.endpoint, "status")
    assert (told["pid"], told["account"]) == (started.pid, "123456789012")
    assert started.endpoint == f"http://127.0.0.1:{started.port}"
    assert cloud.status(started.directory) == started


def test_starting_it_twice_gives_the_same_cloud(started: Cloud) -> None:
    assert cloud.start(started.directory) == started
    assert cloud.start(started.directory, port=started.port) == started


def test_what_does_not_run_has_no_status_and_is_not_stopped(directory: Path) -> None:
    assert cloud.status(directory) is None
    assert not cloud.stop(directory)
    assert not cloud.reset(directory)


def test_a_stopped_cloud_is_gone_and_comes_back_on_its_port(directory: Path) -> None:
    first = cloud.start(directory)
    assert cloud.stop(directory)
    assert cloud.status(directory) is None
    assert not (directory / SERVER).exists()
    second = cloud.start(directory)
    assert second.port == first.port
    assert second.pid != first.pid


def test_it_starts_for_a_program_that_has_a_thousand_files_open(directory: Path) -> None:
    many = 1024  # more than select(2) can look at
    with ExitStack() as opened:
        opened.enter_context(files_allowed(2 * many))
        for _ in range(many):
            opened.enter_context(Path(os.devnull).open())
        assert cloud.start(directory) == cloud.status(directory)


@contextmanager
def files_allowed(wanted: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, before[0]), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_it_moves_to_another_port_if_its_own_is_taken(directory: Path) -> None:
    directory.mkdir()
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        write(directory / SETTINGS, {"port": port})
        moved = cloud.start(directory)
    assert moved.port != port
    assert read(directory / SETTINGS)["port"] == moved.port


def test_a_port_that_is_asked_for_must_be_free(directory: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalError, match=f"on port {port}: .*in use"):
            cloud.start(directory, port=port)


def test_a_running_cloud_does_not_change_its_port(started: Cloud) -> None:
    with pytest.raises(LocalError, match="stop it"):
        cloud.start(started.directory, port=started.port + 1)


def test_a_killed_server_is_not_in_the_way_of_the_next(directory: Path) -> None:
    killed = cloud.start(directory)
    os.kill(killed.pid, signal.SIGKILL)
    again = cloud.start(directory)
    assert (again.pid, again.port) != (killed.pid, 0)
    assert cloud.status(directory) == again


def test_a_process_that_took_over_the_id_is_left_alone(directory: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander:
        hint = {"endpoint": "http://127.0.0.1:9", "instance": "gone", "pid": bystander.pid}
        directory.mkdir()
        write(directory / SERVER, hint)
        assert not cloud.stop(directory)
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"endpoint": "http://127.0.0.1:9"}', '{"endpoint": 7}']
)
def test_a_file_that_somebody_has_damaged_is_as_none(directory: Path, content: str) -> None:
    directory.mkdir()
    (directory / SERVER).write_text(content)
    assert cloud.status(directory) is None
    assert not cloud.stop(directory)


def test_another_cloud_on_the_old_port_is_not_mistaken_for_it(
    directory: Path, started: Cloud
) -> None:
    hint = {"endpoint": started.endpoint, "instance": "gone", "pid": started.pid}
    directory.mkdir()
    write(directory / SERVER, hint)
    assert cloud.status(directory) is None
    assert not cloud.stop(directory)
    assert cloud.status(started.directory) == started


def test_commands_at_the_same_time_start_one_server_that_outlives_them(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISIONER_LOCAL_DIR", str(directory))
    command = [sys.executable, "-c", START]
    root = Path(__file__).parents[2]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda _: subprocess.check_output(command, cwd=root), range(2)))
    running = cloud.status(directory)
    assert running is not None
    assert {int(pid) for pid in told} == {running.pid}


@pytest.mark.parametrize("edited", ["", "{", "[1]", "\u00ff"])
def test_files_without_sense_are_as_absent_ones(tmp_path: Path, edited: str) -> None:
    (tmp_path / SETTINGS).write_text(edited, encoding="latin-1")
    assert read(tmp_path / SETTINGS) == {}


def test_a_directory_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match="file"):
        cloud.start(tmp_path / "file" / "local")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PROVISIONER_LOCAL_DIR": "/a", "XDG_STATE_HOME": "/b"}, Path("/a")),
        ({"XDG_STATE_HOME": "/b"}, Path("/b/provisioner/local")),
        ({}, Path.home() / ".local/state/provisioner/local"),
    ],
    ids=["said", "xdg", "home"],
)
def test_the_directory_follows_the_environment(environment: dict[str, str], expected: Path) -> None:
    assert cloud.default_directory(environment) == expected


@pytest.mark.parametrize(
    ("edited", "words"),
    [
        ('{"port": "x"}', "`port`: expected a whole number from 0 to 65,535"),
        ('{"vpcs": 5}', "`vpcs`: expected a list"),
        ('{"prot": 5000}', "did you mean `port`"),
    ],
)
def test_edited_settings_are_told(tmp_path: Path, edited: str, words: str) -> None:
    (tmp_path / SETTINGS).write_text(edited)
    with pytest.raises(LocalError, match=rf"{SETTINGS}: .*{words}.*correct it, or delete it"):
        cloud.start(tmp_path)
