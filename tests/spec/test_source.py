from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.errors import SpecError
from provisioner.spec.source import LARGEST, clean, decode, lines, read


def _complaint(path: Path | str) -> str:
    with pytest.raises(SpecError) as caught:
        read(path)
    return str(caught.value)


def test_a_file_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_bytes("\ufeffstack: käse\n".encode())
    assert read(file) == "stack: käse\n"


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert _complaint(tmp_path / "no.yaml") == f"{tmp_path}/no.yaml: there is no such file"


def test_a_directory_is_no_spec(tmp_path: Path) -> None:
    assert _complaint(tmp_path) == f"{tmp_path}: this is a directory; give the spec file in it"


def test_a_path_through_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("stack: a\n")
    path = tmp_path / "spec.yaml" / "more"
    assert _complaint(path) == f"{path}: the file cannot be read: Not a directory"


def test_an_impossible_name_is_explained() -> None:
    assert "cannot be read" in _complaint("a\0b")


def test_a_device_without_end_is_not_read_to_its_end() -> None:
    assert _complaint("/dev/zero") == "/dev/zero: larger than 1 MiB; this is not a spec"


def test_text_is_measured_in_bytes() -> None:
    with pytest.raises(SpecError, match="larger than 1 MiB"):
        clean("é" * (LARGEST // 2 + 1), "f")
    assert clean("e" * LARGEST, "f")


def test_half_a_character_is_found_at_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        decode(b"a: 1\nb: \xc3", "f")
    assert str(caught.value).startswith("f:2:4: not UTF-8: byte 0xc3 at offset 8")


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(SpecError, match=r"f:1:4: the control character U\+D800"):
        clean("a: \ud800", "f")


def test_every_kind_of_line_end_counts_once() -> None:
    assert lines("a\nb\r\nc\rd") == ["a", "b", "c", "d"]
