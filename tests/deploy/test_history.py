"""Who, from what commit and from which spec: the tags of a revision."""

from __future__ import annotations

import pytest

from provisioner.deploy.history import sign, signature
from provisioner.engine.kind import Effect
from provisioner.engine.model import Resource
from provisioner.engine.owner import COMMIT, SPEC, WHO
from provisioner.engine.step import Plan, Step

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


def test_there_are_never_more_tags_than_aws_takes() -> None:
    tags = {f"t{number}": "" for number in range(45)}
    born = {"provisioner:by/tag/web": "1", "provisioner:by/tag/aside": "2"}
    task = Resource("ecs.task_definition", "web", {}, tags=tags, born=born)
    group = Resource("logs.log_group", "web", {})
    steps = [Step("create", r.address, r.kind, "", Effect.NONE, r) for r in (task, group)]
    signed = sign(Plan("s", tuple(steps), ()), {WHO: "me", SPEC: "abcd"}).steps
    assert signed[0].resource is not None
    assert signed[0].resource.born == {WHO: "me", SPEC: "abcd", "provisioner:by/tag/web": "1"}
    assert signed[1] == steps[1]
