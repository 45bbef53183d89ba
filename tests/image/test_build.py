"""The Dockerfile's steps, in small; `make image` does the real ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .build import Builder, BuildFailed, Image
from .container import as_user, run, seal, started, stopped, unseal
from .dockerfile import Unknown, ignored, parse

ROOT = Path(__file__).parents[2]
DOCKERFILE = """\
# A comment
ARG BASE=python:3.11
ARG FLAVOUR=plain

FROM ${BASE} AS build
ENV GREETING=hello
WORKDIR /src
COPY words.txt ./
COPY code /code

FROM build AS more
RUN cat words.txt > /made.txt \\
    && echo $GREETING >> /made.txt

FROM ${BASE} AS unused
RUN exit 9

FROM ${BASE} AS last
ARG SHA=none
ENV PATH=/bin-of-ours:$PATH WHO=${SHA}
COPY --from=more /made.txt /out/
COPY --from=more /code /out/code
WORKDIR /out
USER 1000:1000
EXPOSE 80
CMD ["cat", "/out/made.txt"]
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that other users may look into; pytest's own are closed."""
    with TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)
        yield Path(temporary)


@pytest.fixture
def builder(folder: Path) -> Builder:
    context, workshop = folder / "context", folder / "workshop"
    (context / "code" / "__pycache__").mkdir(parents=True)
    workshop.mkdir()
    (context / "words.txt").write_text("acorn\n")
    (context / "code" / "a.py").write_text("")
    (context / "code" / "__pycache__" / "a.pyc").write_text("")
    left = ignored("*\n!words.txt\n!code\n**/__pycache__\n")
    host = {"PATH": os.environ["PATH"]}
    return Builder(parse(DOCKERFILE), context, left, workshop, host, {"SHA": "abc"})


@pytest.fixture
def image(builder: Builder) -> Iterator[Image]:
    built = builder.build("last")
    yield built
    unseal(built)


def test_a_target_is_what_its_steps_make(image: Image) -> None:
    assert (image.root / "out" / "made.txt").read_text() == "acorn\nhello\n"
    assert [path.name for path in (image.root / "out" / "code").iterdir()] == ["a.py"]
    assert sorted(path.name for path in image.root.iterdir()) == ["out"]
    assert image.environment["PATH"] == f"{image.root}/bin-of-ours:{os.environ['PATH']}"
    assert (image.environment["WHO"], image.user) == ("abc", "1000:1000")
    assert image.command == ["cat", f"{image.root}/out/made.txt"]
    assert "GREETING" not in image.environment


def test_a_command_that_fails_fails_the_build(builder: Builder) -> None:
    with pytest.raises(BuildFailed, match="exit 9"):
        builder.build("unused")


def test_what_dockerignore_leaves_out_cannot_be_copied(builder: Builder) -> None:
    builder.ignored = ignored("*\n!code\n")
    with pytest.raises(BuildFailed, match=r"words\.txt: \.dockerignore leaves it out"):
        builder.build("last")


def test_nothing_can_be_written_by_the_container(image: Image, folder: Path) -> None:
    seal(image)
    assert run(image, image.command).stdout == "acorn\nhello\n"
    (folder / "open").mkdir()
    (folder / "open").chmod(0o777)
    for place in (image.root / "out" / "x", folder / "open" / "x"):
        done = run(image, ["sh", "-c", 'printf word > "$0"', str(place)])
        assert done.returncode != 0
        assert not place.exists() or place.stat().st_size == 0


def test_a_container_is_stopped_with_a_signal(image: Image) -> None:
    image.command = ["sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while :; do :; done"]
    image.user = "0:0"
    with started(image, {}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        assert stopped(process) == (3, "bye\n")


def test_an_instruction_that_is_not_done_here_is_named() -> None:
    with pytest.raises(Unknown, match="line 2: HEALTHCHECK is not done here"):
        parse("FROM python AS app\nHEALTHCHECK NONE\n")


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("app/store.py", False),
        ("app/__pycache__/store.pyc", True),
        ("pyproject.toml", False),
        ("tests/app/conftest.py", True),
        (".git/config", True),
    ],
)
def test_our_dockerignore_leaves_what_the_images_need(path: str, out: bool) -> None:
    assert ignored((ROOT / ".dockerignore").read_text())(Path(path)) == out


def test_our_stages_are_named() -> None:
    stages = parse((ROOT / "Dockerfile").read_text(), {"PYTHON_IMAGE": "python@sha256:0"})
    assert {"app", "provisioner"} <= stages.keys()
    assert stages["app"].base == "python@sha256:0"


def test_only_root_can_be_somebody_else() -> None:
    expected = {"user": 1000, "group": 7, "extra_groups": []} if os.geteuid() == 0 else {}
    assert as_user("1000:7") == expected
