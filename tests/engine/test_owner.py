"""Ownership tags."""

from __future__ import annotations

import pytest

from provisioner.engine.model import Resource, Tags
from provisioner.engine.owner import is_ours, stamp

GROUP = Resource("elbv2.target_group", "app", {}, {"Team": "web"})


def test_everything_is_stamped_with_whose_it_is_and_which_part() -> None:
    assert stamp(GROUP, "oaktree/dev") == {
        "Team": "web",
        "provisioner:stack": "oaktree/dev",
        "provisioner:address": "elbv2.target_group/app",
    }


def test_the_stamp_is_stronger_than_the_resources_own_tags() -> None:
    liar = Resource("net.thing", "a", {}, {"provisioner:stack": "somebody/else"})
    assert stamp(liar, "oaktree/dev")["provisioner:stack"] == "oaktree/dev"


OWNERS: dict[str, tuple[Tags, bool]] = {
    "this stack": ({"provisioner:stack": "oaktree/dev"}, True),
    "another environment": ({"provisioner:stack": "oaktree/prod"}, False),
    "a stack with a longer name": ({"provisioner:stack": "oaktree/dev2"}, False),
    "no tags": ({}, False),
    "other tags": ({"Team": "oaktree/dev"}, False),
}


@pytest.mark.parametrize(("tags", "ours"), OWNERS.values(), ids=OWNERS)
def test_the_stack_tag_alone_says_whose_it_is(tags: Tags, ours: bool) -> None:
    assert is_ours(tags, "oaktree/dev") is ours
