"""A Dockerfile as stages of steps, and what .dockerignore leaves of the context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KNOWN = (
    "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "RUN", "USER", "WORKDIR",
)  # fmt: skip
FROM = re.compile(r"(?P<base>\S+)(?:\s+AS\s+(?P<name>\S+))?", re.IGNORECASE)
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction, its continued lines joined."""

    word: str
    rest: str
    line: int


@dataclass(frozen=True, slots=True)
class Stage:
    """`base` is another stage, or an image of a registry."""

    name: str
    base: str
    steps: tuple[Step, ...]


class Unknown(ValueError):
    """An instruction that is not done here; the message names the line."""


def parse(text: str, arguments: Mapping[str, str] | None = None) -> dict[str, Stage]:
    """The stages by name; `arguments` are those of `--build-arg`. Raises Unknown."""
    known: dict[str, str] = {}
    stages: list[tuple[str, str, list[Step]]] = []
    for step in _steps(text):
        if step.word == "FROM":
            found = FROM.fullmatch(step.rest)
            if found is None:
                raise Unknown(f"line {step.line}: FROM {step.rest}")
            base = expand(found["base"], known)
            stages.append((found["name"] or str(len(stages)), base, []))
        elif step.word not in KNOWN:
            raise Unknown(f"line {step.line}: {step.word} is not done here")
        elif stages:
            stages[-1][2].append(step)
        else:
            name, _, default = step.rest.partition("=")
            known[name] = (arguments or {}).get(name, default)
    return {name: Stage(name, base, tuple(steps)) for name, base, steps in stages}


def expand(text: str, known: Mapping[str, str]) -> str:
    """`$NAME` and `${NAME}` replaced; what is not known is empty."""
    return VARIABLE.sub(lambda found: known.get(found[1] or found[2], ""), text)


def _steps(text: str) -> Iterator[Step]:
    kept: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        kept.append(line.strip().removesuffix("\\").strip())
        if not line.rstrip().endswith("\\"):
            word, _, rest = " ".join(kept).partition(" ")
            yield Step(word.upper(), rest.strip(), number - len(kept) + 1)
            kept = []


@dataclass(frozen=True, slots=True)
class Ignored:
    """The patterns of .dockerignore: the last one that fits decides."""

    patterns: tuple[tuple[bool, re.Pattern[str]], ...]

    def __call__(self, path: Path) -> bool:
        """Whether a path, relative to the context, is left out."""
        verdict = False
        names = ["/".join(path.parts[: count + 1]) for count in range(len(path.parts))]
        for out, pattern in self.patterns:
            if any(pattern.fullmatch(name) for name in names):
                verdict = out
        return verdict


def ignored(text: str) -> Ignored:
    """Of the text of .dockerignore."""
    lines = [line.strip() for line in text.splitlines()]
    return Ignored(
        tuple(
            (not line.startswith("!"), _pattern(line.removeprefix("!").strip("/")))
            for line in lines
            if line and not line.startswith("#")
        )
    )


def _pattern(glob: str) -> re.Pattern[str]:
    marks = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(marks.get(part, re.escape(part)) for part in parts))
