from __future__ import annotations

import math

import pytest

from provisioner.spec.scalars import Scalar, WrittenFloat, WrittenInt, plain, read_plain

CORE_SCHEMA: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "nULL": "nULL",
    "true": True, "True": True, "FALSE": False, "tRUE": "tRUE",
    "yes": "yes", "no": "no", "on": "on", "off": "off", "y": "y", "n": "n",
    "0": 0, "-17": -17, "+5": 5, "010": 10, "0o10": 8, "0x1F": 31, "0b1": "0b1",
    "1_000": "1_000", "12:30": "12:30", "2026-01-01": "2026-01-01",
    "1.5": 1.5, ".5": 0.5, "1.": 1.0, "1e3": 1000.0, "-.inf": -math.inf, "1.2.3": "1.2.3",
    "=": "=", "<<": "<<", "vpc-1": "vpc-1", "1e": "1e",
}  # fmt: skip


@pytest.mark.parametrize("text", CORE_SCHEMA)
def test_bare_words_mean_what_yaml_1_2_says(text: str) -> None:
    value, expected = read_plain(text), CORE_SCHEMA[text]
    assert value == expected
    assert isinstance(value, bool) == isinstance(expected, bool)


def test_not_a_number_is_one() -> None:
    value = read_plain(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize("text", ["010", "0xFF", "+5", "1.10", "1e3", ".5"])
def test_a_number_remembers_how_it_was_written(text: str) -> None:
    value = read_plain(text)
    assert isinstance(value, WrittenInt | WrittenFloat)
    assert str(value) == f"{value}" == text


def test_a_number_beyond_all_measure_stays_text() -> None:
    assert read_plain("1" * 5000) == "1" * 5000


def test_writers_get_ordinary_values() -> None:
    data = {"a": [read_plain("010"), read_plain("1.10"), read_plain("7"), read_plain("x"), None]}
    result = plain(data)
    assert result == {"a": ["010", 1.1, 7, "x", None]}
    assert isinstance(result, dict)
    assert [type(value) for value in result["a"]] == [str, float, int, str, type(None)]
