"""A state in a file: a line of JSON that tells what it is, then what `frozen` makes of it."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

FORMAT = "provisioner embedded cloud"
# Of the classes whose objects are in a state: a higher number when one of them changes.
VERSION = 3


def header() -> dict[str, Any]:
    """Return what a file of this version begins with."""
    return {"format": FORMAT, "version": VERSION, "moto": version("moto")}


def write(path: Path, data: bytes) -> None:
    """Write a state so that the file is the whole of it, or what was there before. OSError."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with new.open("wb") as file:
            file.write(json.dumps(header()).encode() + b"\n" + data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def read(path: Path) -> bytes:
    """Return the state in a file. Raises OSError; ValueError if it is not one of this version."""
    first, _, data = path.read_bytes().partition(b"\n")
    try:
        found = json.loads(first)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"{path}: this is not a state that `provisioner local save` has written")
    expected = header()
    for name in ("version", "moto"):
        if found.get(name) != expected[name]:
            raise ValueError(
                f"{path}: saved with {name} {found.get(name)}, and this is {name} {expected[name]};"
                " build the state anew"
            )
    return data
