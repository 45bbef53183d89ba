"""The steps of a target, done below a directory instead of below `/`."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .dockerfile import Ignored, Stage, Step, expand

ABSOLUTE = re.compile(r"(?<![^\s=:'\"])/(?=[A-Za-z])")
"""The beginning of a path that the Dockerfile means from the root of the image."""


@dataclass
class Image:
    """A stage that has been built. Paths in its variables and commands are below `root`."""

    root: Path
    environment: dict[str, str]
    arguments: dict[str, str] = field(default_factory=dict)
    directory: Path = Path()
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def inside(self, text: str) -> str:
        """Absolute paths as they are here."""
        return ABSOLUTE.sub(f"{self.root}/", text)


class BuildFailed(Exception):
    """A command of the Dockerfile failed; the message is what it said."""


@dataclass
class Builder:
    """Builds in `workshop`. Every stage is made at the same place: virtual environments say where
    they are. `host` is the environment of commands, with the base's PATH.
    """

    stages: Mapping[str, Stage]
    context: Path
    ignored: Ignored
    workshop: Path
    host: Mapping[str, str]
    arguments: Mapping[str, str]
    built: dict[str, Image] = field(default_factory=dict)

    def build(self, name: str) -> Image:
        """A target, ready to be run at its place."""
        image = self._stage(name)
        self._shelf(name).rename(image.root)
        return image

    def put_away(self, name: str) -> None:
        """Make room for another target."""
        self.built[name].root.rename(self._shelf(name))

    def _shelf(self, name: str) -> Path:
        return self.workshop / f"stage-{name}"

    def _stage(self, name: str) -> Image:
        if name in self.built:
            return self.built[name]
        stage = self.stages[name]
        for other in [stage.base, *map(_source, stage.steps)]:
            if other in self.stages:
                self._stage(other)
        image = self._begin(stage.base)
        for step in stage.steps:
            self._table()[step.word](image, step.rest)
        image.root.rename(self._shelf(name))
        self.built[name] = image
        return image

    def _begin(self, base: str) -> Image:
        root = self.workshop / "root"
        if base not in self.built:
            root.mkdir()
            return Image(root, {"PATH": self.host["PATH"]})
        shutil.copytree(self._shelf(base), root, symlinks=True)
        parent = self.built[base]
        return Image(root, dict(parent.environment), directory=parent.directory, user=parent.user)

    def _table(self) -> Mapping[str, Callable[[Image, str], None]]:
        return {
            "ARG": self._argument,
            "CMD": lambda image, rest: image.command.extend(_words(image, rest)),
            "COPY": self._copy,
            "ENTRYPOINT": lambda image, rest: image.entrypoint.extend(_words(image, rest)),
            "ENV": _environment,
            "EXPOSE": _nothing,
            "LABEL": _nothing,
            "RUN": self._run,
            "USER": _user,
            "WORKDIR": _directory,
        }

    def _argument(self, image: Image, rest: str) -> None:
        name, _, default = rest.partition("=")
        image.arguments[name] = self.arguments.get(name, default)

    def _copy(self, image: Image, rest: str) -> None:
        *options, last = shlex.split(rest)
        words = [word for word in options if not word.startswith("--")]
        origin = _source(Step("COPY", rest, 0))
        tree = self._shelf(origin) if origin else self.context
        target = image.root / image.directory / last.lstrip("/")
        if last.startswith("/"):
            target = image.root / last.lstrip("/")
        for word in words:
            source = tree / word.lstrip("/")
            if source.is_dir():
                leave = None if origin else self._left_out
                shutil.copytree(source, target, symlinks=True, ignore=leave, dirs_exist_ok=True)
            elif self.ignored(Path(word)) and not origin:
                raise BuildFailed(f"COPY {word}: .dockerignore leaves it out")
            else:
                folder = last.endswith("/") or len(words) > 1
                (target if folder else target.parent).mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)

    def _left_out(self, folder: str, names: list[str]) -> list[str]:
        place = Path(folder).relative_to(self.context)
        return [name for name in names if self.ignored(place / name)]

    def _run(self, image: Image, rest: str) -> None:
        done = subprocess.run(
            ["/bin/sh", "-c", image.inside(rest)],
            cwd=image.root / image.directory,
            env={**self.host, **image.arguments, **image.environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise BuildFailed(f"RUN {rest}\n{done.stdout}{done.stderr}")


def _source(step: Step) -> str:
    """The stage that a COPY takes from, "" for none."""
    if step.word != "COPY":
        return ""
    found = re.match(r"--from=(\S+)", step.rest)
    return found[1] if found else ""


def _environment(image: Image, rest: str) -> None:
    before = {**image.arguments, **image.environment}  # a line does not see its own variables
    for word in shlex.split(rest):
        name, _, value = word.partition("=")
        image.environment[name] = expand(image.inside(value), before)


def _directory(image: Image, rest: str) -> None:
    image.directory = image.directory / rest if not rest.startswith("/") else Path(rest[1:])
    (image.root / image.directory).mkdir(parents=True, exist_ok=True)


def _user(image: Image, rest: str) -> None:
    image.user = rest


def _nothing(_: Image, __: str) -> None:
    """A word for people and tools."""


def _words(image: Image, rest: str) -> list[str]:
    """The JSON form; the other one needs a shell."""
    return [image.inside(word) for word in json.loads(rest)]
