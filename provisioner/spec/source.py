"""From a file to clean text: everything that can be wrong before YAML is looked at."""

from __future__ import annotations

import re
from pathlib import Path as FilePath

from provisioner.errors import Problem, SpecError

LARGEST = 1024 * 1024
"""Bytes. A spec of 40 services has 40 kB; a file of megabytes is the wrong file."""

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def read(path: str | FilePath) -> str:
    """The text of a spec file.

    Raises SpecError: not there, not readable, too large, not UTF-8, control characters.
    """
    name = str(path)
    try:
        with FilePath(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _whole(name, "there is no such file") from None
    except IsADirectoryError:
        raise _whole(name, "this is a directory; give the spec file in it") from None
    except PermissionError:
        raise _whole(name, "this user may not read the file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise _whole(name, f"the file cannot be read: {reason}") from error
    return decode(content, name)


def decode(content: bytes, file: str) -> str:
    """The text in `content`, without a byte order mark. Raises SpecError."""
    if len(content) > LARGEST:
        raise _whole(file, "larger than 1 MiB; this is not a spec")
    if content.startswith(_WIDE):
        raise SpecError([Problem(file, 1, 1, "", "this is UTF-16 or UTF-32; save it as UTF-8")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
        what = f"not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}"
        raise SpecError([_at(file, before, f"{what}; save the file as UTF-8")]) from error
    return clean(text, file)


def clean(text: str, file: str) -> str:
    """`text`, when YAML allows all of its characters. Raises SpecError."""
    if len(text.encode(errors="replace")) > LARGEST:
        raise _whole(file, "larger than 1 MiB; this is not a spec")
    text = text.removeprefix("\ufeff")
    if found := find_unprintable(text):
        before, character = found
        what = f"the control character {character} is not allowed"
        raise SpecError([_at(file, before, f"{what}; remove it")])
    return text


def find_unprintable(text: str) -> tuple[str, str] | None:
    """What stands before the first character that YAML does not allow, and its name (`U+0000`)."""
    match = _UNPRINTABLE.search(text)
    return (text[: match.start()], f"U+{ord(match.group()):04X}") if match else None


def lines(text: str) -> list[str]:
    """The lines as PyYAML counts them."""
    return _LINE_END.split(text)


def _at(file: str, before: str, message: str) -> Problem:
    above = lines(before)
    return Problem(file, len(above), len(above[-1]) + 1, "", message)


def _whole(file: str, message: str) -> SpecError:
    return SpecError([Problem(file, 0, 0, "", message)])
