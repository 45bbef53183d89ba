"""Who, from what commit and from which spec: the tags of a revision."""

from __future__ import annotations

import pytest

from provisioner.deploy.history import signature
from provisioner.engine.owner import COMMIT, SPEC, WHO

CALLER = "arn:aws:sts::123456789012:assumed-role/deployer/ana@example.org"


@pytest.mark.parametrize(
    ("environ", "who", "commit"),
    [
        ({}, "ana@example.org", None),
        ({"GITHUB_ACTOR": "octo", "GITHUB_SHA": "c0ffee"}, "octo", "c0ffee"),
        ({"PROVISIONER_COMMIT": "mine", "GITHUB_SHA": "c0ffee"}, "ana@example.org", "mine"),
        ({"GITLAB_USER_LOGIN": "gi*t", "CI_COMMIT_SHA": "b" * 300}, "gi_t", "b" * 256),
        ({"GITHUB_SHA": ""}, "ana@example.org", None),
    ],
)
def test_what_the_pipeline_says_is_stronger_than_the_caller(
    environ: dict[str, str], who: str, commit: str | None
) -> None:
    found = signature(environ, CALLER, "abcd")
    assert (found[WHO], found.get(COMMIT), found[SPEC]) == (who, commit, "abcd")
