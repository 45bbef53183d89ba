"""Build both targets of the Dockerfile and use them: `python -m tests.image`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from .build import Builder, Image
from .container import as_user, run, seal, started, stopped, unseal
from .dockerfile import ignored, parse

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs" / "oaktree.yaml"
SHA = "0123456789abcdef0123456789abcdef01234567"
ANYBODY = "1000:1000"
START_SECONDS = 60
WRITE = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('x')"


def main() -> int:
    """0, or AssertionError or BuildFailed with what is wrong."""
    with TemporaryDirectory(prefix="image-") as temporary:
        workshop = Path(temporary)
        workshop.chmod(0o755)
        (workshop / "open").mkdir()
        (workshop / "open").chmod(0o777)  # as a real /tmp would be
        arguments = {"GIT_SHA": SHA}
        builder = Builder(
            parse((ROOT / "Dockerfile").read_text(), arguments),
            ROOT,
            ignored((ROOT / ".dockerignore").read_text()),
            workshop,
            _host(workshop),
            arguments,
        )
        for target, ask in (("app", _application), ("provisioner", _provisioner)):
            with _built(builder, target) as image:
                ask(image)
    return 0


@contextmanager
def _built(builder: Builder, target: str) -> Iterator[Image]:
    """A target at its place; nothing may have come into its tree."""
    began = time.monotonic()
    image = builder.build(target)
    if target == "provisioner":
        shutil.copy(SPEC, image.root / image.directory)  # what a user mounts there
    before = seal(image)
    try:
        size = sum(path.lstat().st_size for path in before) / 1e6
        _say(f"{target}: built in {time.monotonic() - began:.0f} s, {size:.0f} MB over the base")
        for folder in (image.root / image.directory, builder.workshop / "open"):
            refused = run(image, ["python", "-c", WRITE, str(folder / "x")])
            assert refused.returncode == 1, f"{folder} can be written to"
        yield image
        assert frozenset([image.root, *image.root.rglob("*")]) == before
    finally:
        unseal(image)
    builder.put_away(target)


def _application(image: Image) -> None:
    container = yaml.safe_load(SPEC.read_text())["services"]["app"]
    assert image.user.split(":")[0] == container["user"], "the spec names another user"
    how, *check = container["container_health_check"]["command"]
    assert how == "CMD", "the image need not have a shell"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    own = {"APP_ENV": "dev", "PORT": str(port), "DRAIN_SECONDS": "1"}
    began = time.monotonic()
    with started(image, own) as process:
        while run(image, check, own).returncode:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() - began < START_SECONDS, "not healthy"
        _say(f"app: healthy by its own check after {time.monotonic() - began:.1f} s")
        assert _ask(port, "/health")["state"] == "ok"
        assert _ask(port, "/version")["git_sha"] == SHA
        assert _ask(port, "/api/items", {"name": "acorn"})["id"] == 1
        assert _ask(port, "/api/deployment/status")["available"] is False
        code, said = stopped(process)
    assert code == 0, said
    assert run(image, check, own).returncode == 1
    _say("app: /health, /version, items in memory, stopped with 0")


def _provisioner(image: Image) -> None:
    for command in (["--version"], ["validate", SPEC.name, "-e", "prod"]):
        done = run(image, [*image.entrypoint, *command])
        assert done.returncode == 0, done.stdout + done.stderr
        _say(f"provisioner {' '.join(command)}: {done.stdout.strip().splitlines()[-1]}")


def _ask(port: int, path: str, body: dict[str, Any] | None = None) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request(
            "POST" if body else "GET", path, json.dumps(body) if body else None, headers
        )
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status in (200, 201), f"{path}: {answer.status} {said!r}"
        return json.loads(said)
    except HTTPException as error:
        raise AssertionError(path) from error
    finally:
        connection.close()


def _host(workshop: Path) -> dict[str, str]:
    """The environment of build commands: `python` and `pip` as in the base image, no other of ours.

    pip's settings are kept: they say where packages come from.
    """
    folder = workshop / "base"
    folder.mkdir()
    (folder / "python").symlink_to(_python())
    (folder / "pip").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pip "$@"\n')
    (folder / "pip").chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "HOME" or name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    return {**kept, "PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin"}


def _python() -> Path:
    """The interpreter below our own, or one like it, which the image's user may run, too."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = [Path(sys.base_prefix, "bin"), *map(Path, os.environ["PATH"].split(":"))]
    for found in [place / name for place in places if (place / name).is_file()]:
        try:
            done = subprocess.run(
                [found, "-c", "import venv"], cwd="/", check=False, **as_user(ANYBODY)
            )
        except PermissionError:
            continue
        if done.returncode == 0:
            return found
    raise SystemExit(f"{name}: none that user {ANYBODY} may run")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
