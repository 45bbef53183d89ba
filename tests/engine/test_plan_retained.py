"""What carries the tag that says so is never deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioner.engine.document import plan_document, report_document
from provisioner.engine.execute import Report
from provisioner.engine.model import Live, Resource
from provisioner.engine.owner import ON_TEARDOWN, RETAIN, is_retained
from tests.support.stacks import GROUP, KINDS, STORE, G, S
from tests.support.world import exists, keys, paths, plan, seen, thing

KEPT = replace(S, tags={ON_TEARDOWN: RETAIN})


@pytest.mark.parametrize("wanted", [(), (G,)], ids=["teardown", "prune"])
def test_it_stays_and_the_rest_goes(wanted: tuple[Resource, ...]) -> None:
    other = thing("other", GROUP, Zone="z1")
    there = [exists(KEPT), exists(G), exists(other)]
    found = plan(wanted, seen(*there), KINDS)
    gone = [other] if wanted else [G, other]
    assert sorted(keys(found)) == [f"delete {one.address} {exists(one).id}" for one in gone]
    assert found.retained == (exists(KEPT),)


def test_without_the_tag_it_goes() -> None:
    for tags in ({}, {ON_TEARDOWN: "delete"}):
        there = exists(replace(S, tags=tags))
        found = plan((), seen(there), KINDS)
        assert keys(found) == [f"delete {S.address} {there.id}"]
        assert found.retained == ()


def test_while_it_is_wanted_it_is_like_everything_else() -> None:
    changed = plan([KEPT], seen(exists(KEPT, Size=2)), KINDS)
    assert changed.empty
    assert changed.retained == ()
    resized = replace(KEPT, properties={**KEPT.properties, "Size": 1})
    assert keys(plan([resized], seen(exists(KEPT, Size=2)), KINDS)) == [f"update {S.address}"]


def test_the_choice_is_changed_like_any_tag() -> None:
    freed = replace(S, tags={ON_TEARDOWN: "delete"})
    (step,) = plan([freed], seen(exists(KEPT)), KINDS).steps
    assert paths(step) == [f"tags.{ON_TEARDOWN}"]


def test_another_name_is_another_thing_beside_it() -> None:
    other = replace(KEPT, properties={"Name": "t"})
    found = plan([other], seen(exists(KEPT)), KINDS)
    assert keys(found) == [f"create {S.address}"]
    assert found.retained == (exists(KEPT),)


def test_one_that_is_not_ours_is_not_spoken_of() -> None:
    foreign = replace(exists(KEPT), tags={ON_TEARDOWN: RETAIN})
    assert plan((), seen(foreign), KINDS).retained == ()
    assert is_retained(foreign.tags)


def test_plan_and_report_say_what_stays() -> None:
    found = plan((), seen(exists(KEPT)), KINDS)
    entry = {
        "address": "net.store/s",
        "name": "s",
        "reason": "it is tagged provisioner:on-teardown=retain",
    }
    document = plan_document(found, kinds=KINDS, environment=None, account="", region="")
    assert document["retained"] == [entry]
    report = Report((), retained=found.retained)
    assert report_document(report, {}, kinds=KINDS)["retained"] == [entry]


def test_what_has_no_name_is_called_by_its_id() -> None:
    nameless = Live("net.rules", "rules-1", {**exists(KEPT).tags}, {}, {})
    document = report_document(Report((), retained=(nameless,)), {}, kinds=KINDS)
    assert document["retained"][0]["name"] == "rules-1"
    assert STORE in document["retained"][0]["address"]
