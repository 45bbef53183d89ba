"""What a bare word in YAML means: the core schema of YAML 1.2.

PyYAML's own rules are YAML 1.1, where `on` and `no` are booleans, `12:30` is 750 and `010` is 8.
"""

from __future__ import annotations

import re

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 400  # int() refuses texts of more than 4300 digits

Scalar = str | int | float | bool | None


class WrittenInt(int):
    """A whole number not in its usual form (`010`, `0xFF`), which as text must stay as written."""

    text: str

    def __str__(self) -> str:
        return self.text


class WrittenFloat(float):
    """A fraction that as text must stay as written: `1.10` is not `1.1`."""

    text: str

    def __str__(self) -> str:
        return self.text


def read_plain(text: str) -> Scalar:
    """The value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _DECIMAL.fullmatch(text) or _NO_NUMBER.fullmatch(text):
        return _fraction(text)
    return text


def _integer(text: str) -> int:
    bases = {"0o": 8, "0x": 16}
    number = int(text, bases.get(text[:2], 10))
    if str(number) == text:
        return number
    written = WrittenInt(number)
    written.text = text
    return written


def _fraction(text: str) -> float:
    written = WrittenFloat(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    written.text = text
    return written


def plain(value: object) -> object:
    """The same data without our number types, for a YAML or JSON writer.

    A whole number in an unusual form becomes text: number and text fields both read it back.
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, WrittenInt):
        return str(value)
    return float(value) if isinstance(value, WrittenFloat) else value
