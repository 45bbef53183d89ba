"""A built image, run as ECS would run it: its user, its variables, nothing that can be written."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .build import Image

NO_WRITING = ["/bin/sh", "-c", 'ulimit -f 0 && exec "$@"', "sh"]
"""A limit of no bytes on files holds for every one of them, also where others may write."""
STOP_SECONDS = 30
"""What ECS waits after SIGTERM. Source: ECS API reference, ContainerDefinition, stopTimeout."""


def seal(image: Image) -> frozenset[Path]:
    """Take the permission to write from everything; the paths that there are."""
    paths = [image.root, *image.root.rglob("*")]
    for path in paths:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222 | 0o444)
    return frozenset(paths)


def unseal(image: Image) -> None:
    """So that it can be removed."""
    for folder, _, _ in os.walk(image.root):
        Path(folder).chmod(0o755)


def run(
    image: Image, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command to its end, as `docker exec` would."""
    return subprocess.run(
        [*NO_WRITING, *command], cwd=image.root / image.directory, text=True, check=False,
        env={**image.environment, **(environment or {})}, capture_output=True, timeout=120,
        **as_user(image.user),
    )  # fmt: skip


@contextmanager
def started(image: Image, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The image's own command; killed at the end of the block, if it still runs."""
    with subprocess.Popen(
        [*NO_WRITING, *image.entrypoint, *image.command], cwd=image.root / image.directory,
        env={**image.environment, **environment}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        **as_user(image.user),
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def stopped(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code after SIGTERM, and everything it said. Raises subprocess.TimeoutExpired."""
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=STOP_SECONDS)
    return process.returncode, said


def as_user(user: str) -> dict[str, Any]:
    """Arguments of subprocess. Who is not root is nobody else either."""
    if os.geteuid() != 0:
        return {}
    number, _, group = user.partition(":")
    return {"user": int(number), "group": int(group or number), "extra_groups": []}
