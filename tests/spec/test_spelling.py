from __future__ import annotations

import pytest

from provisioner.spec.service import Service
from provisioner.spec.spelling import enumerated, hint, instead, near

MEANT: dict[str, str | None] = {
    "memoryMib": "memory_mib",
    "MEMORY-MIB": "memory_mib",
    "memory": "memory_mib",
    "desiredCount": "desired_count",
    "desired": "desired_count",
    "replicas": "desired_count",
    "containerPort": "port",
    "env": "environment",
    "enviroment": "environment",
    "secret": "secrets",
    "healthcheck": "health_check",
    "entrypoint": "entry_point",
    "stop_timeout": "stop_timeout_seconds",
    "xyz": None,
    "": None,
}


@pytest.mark.parametrize("name", MEANT)
def test_a_wrong_key_leads_to_the_one_that_was_meant(name: str) -> None:
    assert near(name, Service.model_fields) == MEANT[name]


def test_another_tools_word_counts_only_where_ours_is_allowed() -> None:
    assert near("replicas", ["image", "tag"]) is None


def test_a_hint_is_nothing_or_the_end_of_a_sentence() -> None:
    assert hint("prd", ["dev", "prod"]) == "; did you mean `prod`?"
    assert hint("x", ["dev", "prod"]) == ""


def test_what_there_is_follows_the_hint() -> None:
    assert instead("prd", ["dev", "prod"]) == "; did you mean `prod`? There are: dev and prod"
    assert instead("x", ["dev"]) == "; there are: dev"
    assert instead("x", []) == "; there are: none"


def test_a_list_is_a_sentence() -> None:
    assert enumerated(["a"]) == "a"
    assert enumerated([1, 2, 3], "or") == "1, 2 or 3"
