"""What becomes of one wanted thing, given what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.diff import Rules
from provisioner.engine.judge import Judge, Verdict
from provisioner.engine.kind import Effect
from provisioner.engine.model import Live, Properties, Ref, Resource
from provisioner.engine.names import variant
from provisioner.engine.owner import ADDRESS, STACK
from provisioner.errors import PlanError
from tests.support.world import Thing, exists, foreign, kind, paths, scope_of, thing

FIXED = frozenset({"Name", "Zone"})
REFUSE = kind(immutable=FIXED, effects={"Size": Effect.ROLLING, "Colour": Effect.NONE})
CREATE_FIRST = kind(immutable=FIXED, replacement="create-first")
DELETE_FIRST = kind(immutable=FIXED, replacement="delete-first")
REVISIONS = kind(immutable=frozenset(Thing.fields), replacement="create-first", retain=2)
A = thing("a", Zone="z1", Size=1)
MOVED = thing("a", Zone="z2", Size=1)


def judge(
    fake: Thing,
    resource: Resource,
    *lives: Live,
    known: Mapping[str, Any] | None = None,
    allowed: bool = False,
    beside: Sequence[Resource] = (),
) -> Verdict:
    scope = scope_of([resource, *beside])
    return Judge(fake, scope, known or {}, allowed=allowed).verdict(resource, lives)


def test_what_is_not_there_is_made() -> None:
    verdict = judge(REFUSE, A)
    assert verdict.step is not None
    assert (verdict.step.action, verdict.step.reason) == ("create", "does not exist yet")
    assert verdict.step.effect is Effect.NONE
    assert verdict.keeps is None


def test_what_is_as_wanted_is_kept() -> None:
    live = exists(A)
    assert judge(REFUSE, A, live) == Verdict(None, live, ())


def test_what_is_not_ours_is_not_looked_at() -> None:
    verdict = judge(REFUSE, A, foreign(A), foreign(A, owner="shop/prod"))
    assert verdict.step is not None
    assert verdict.step.action == "create"


def test_what_belongs_to_another_address_is_not_looked_at() -> None:
    verdict = judge(REFUSE, A, exists(thing("b")))
    assert verdict.step is not None
    assert verdict.step.action == "create"


def test_what_lost_its_address_is_found_by_its_name() -> None:
    live = exists(thing("old-address", Name="a", Zone="z1", Size=1))
    verdict = judge(REFUSE, A, live)
    assert verdict.keeps is live
    assert verdict.step is not None
    assert paths(verdict.step) == [f"tags.{ADDRESS}"]
    assert verdict.step.action == "update"


def test_what_has_no_name_is_found_by_its_address() -> None:
    nameless = kind(identity=())
    assert judge(nameless, A, exists(A)).step is None


def test_the_same_without_a_name_under_an_address_that_left_the_spec_is_taken_over() -> None:
    nameless = kind(identity=())
    same = judge(nameless, A, exists(thing("b", Name="a", Zone="z1", Size=1))).step
    assert same is not None
    assert (same.action, same.reason) == ("update", "tags differs")
    other = judge(nameless, A, exists(thing("b", Name="a", Zone="z1", Size=2))).step
    assert other is not None
    assert other.action == "create"


def test_the_same_without_a_name_under_an_address_that_is_wanted_stays_there() -> None:
    other = thing("b", Name="a", Zone="z1", Size=1)
    verdict = judge(kind(identity=()), A, exists(other), beside=[other])
    assert verdict.keeps is None


CHANGES: dict[str, tuple[Properties, Properties, list[str], str, Effect]] = {
    "one property": ({"Size": 2}, {"Size": 1}, ["Size"], "Size differs", Effect.ROLLING),
    "two properties": (
        {"Size": 2, "Colour": "red"},
        {"Size": 1},
        ["Size", "Colour"],
        "Size, Colour differ",
        Effect.ROLLING,
    ),
    "two places in one property": (
        {"Check": {"Path": "/", "Port": 1}},
        {"Check": {}},
        ["Check.Path", "Check.Port"],
        "Check differs",
        Effect.IN_PLACE,
    ),
    "a property without effect": ({"Colour": "red"}, {}, ["Colour"], "Colour differs", Effect.NONE),
}


@pytest.mark.parametrize(
    ("want", "have", "changed", "reason", "effect"), CHANGES.values(), ids=CHANGES
)
def test_what_can_be_changed_is_updated(
    want: Properties, have: Properties, changed: list[str], reason: str, effect: Effect
) -> None:
    live = exists(thing("a", **have))
    verdict = judge(REFUSE, thing("a", **want), live)
    assert verdict.keeps is live
    assert verdict.step is not None
    assert paths(verdict.step) == changed
    assert (verdict.step.action, verdict.step.reason, verdict.step.effect) == (
        "update",
        reason,
        effect,
    )


def test_tags_are_compared_but_those_of_others_stay() -> None:
    want = replace(A, tags={"Team": "web", "Cost": "1"})
    live = replace(exists(A), tags={**exists(A).tags, "Team": "shop", "Others": "x"})
    verdict = judge(REFUSE, want, live)
    assert verdict.step is not None
    changes = [(".".join(c.path), c.before, c.after) for c in verdict.step.changes]
    assert changes == [("tags.Team", "shop", "web"), ("tags.Cost", None, "1")]
    assert (verdict.step.reason, verdict.step.effect) == ("tags differs", Effect.NONE)


def test_initial_properties_are_never_compared() -> None:
    once = replace(thing("a", Size=5), initial=frozenset({"Size"}))
    assert judge(REFUSE, once, exists(thing("a", Size=9))).step is None


def test_known_outputs_are_put_in_before_comparing() -> None:
    want = thing("a", Parent=Ref("net.parent/p", "Arn"))
    live = exists(thing("a", Parent="arn:p"))
    assert judge(REFUSE, want, live, known={"net.parent/p": {"Arn": "arn:p"}}).step is None
    unknown = judge(REFUSE, want, live).step
    assert unknown is not None
    assert not unknown.changes[0].known


class Canonical(Thing):
    """A kind for which the case of a colour means nothing."""

    rules = Rules(unordered=frozenset({"Ports"}))

    def canonical(self, properties: Properties) -> Properties:
        return {**properties, "Colour": str(properties.get("Colour")).lower()}


def test_both_sides_are_compared_in_one_form_by_the_rules_of_the_kind() -> None:
    live = exists(thing("a", Colour="RED", Ports=[1, 2]))
    assert judge(Canonical(), thing("a", Colour="Red", Ports=[2, 1]), live).step is None


def test_a_part_of_something_is_changed_but_never_made() -> None:
    part = kind(part_of="net.whole", identity=())
    assert judge(part, A) == Verdict(None, None, ())
    verdict = judge(part, MOVED, exists(A))
    assert verdict.step is not None
    assert verdict.step.action == "update"


def test_refused_with_what_would_have_to_change() -> None:
    with pytest.raises(PlanError) as caught:
        judge(REFUSE, thing("a", Zone=Ref("net.parent/p", "Arn"), Size=2), exists(A))
    assert str(caught.value) == (
        "net.thing/a would have to be deleted and made anew, which is refused:\n"
        "    Zone: 'z1' -> ${net.parent/p.Arn}\n"
        "    put the old value back, or tear the stack down first"
    )


def test_an_interruption_must_be_asked_for() -> None:
    with pytest.raises(PlanError) as caught:
        judge(DELETE_FIRST, MOVED, exists(A))
    assert str(caught.value) == (
        "net.thing/a: Zone cannot be changed in place, and replacing it interrupts the service; "
        "allow it with --replace net.thing/a"
    )


def test_an_interruption_that_was_asked_for_keeps_the_name() -> None:
    live = exists(A)
    verdict = judge(DELETE_FIRST, MOVED, live, allowed=True)
    assert verdict.superseded == (live,)
    assert verdict.step is not None
    assert verdict.step.replaces
    assert verdict.step.resource == MOVED
    assert verdict.step.effect is Effect.INTERRUPTING


def test_create_first_makes_another_under_a_name_of_its_own() -> None:
    live = exists(A)
    verdict = judge(CREATE_FIRST, MOVED, live)
    assert (verdict.keeps, verdict.superseded) == (None, (live,))
    step = verdict.step
    assert step is not None
    assert (step.action, step.reason) == ("create", "Zone cannot be changed in place")
    assert step.resource == variant(MOVED, CREATE_FIRST, {})
    assert paths(step) == ["Name", "Zone"]
    assert step.forces == {"Zone"}
    assert step.replaces


def test_create_first_with_another_name_takes_that_name() -> None:
    renamed = thing("a", Name="b", Zone="z1", Size=1)
    step = judge(CREATE_FIRST, renamed, exists(A)).step
    assert step is not None
    assert step.resource == renamed
    assert step.forces == {"Name"}


def test_create_first_without_a_name_is_just_made() -> None:
    nameless = kind(identity=(), immutable=frozenset({"Zone"}), replacement="create-first")
    step = judge(nameless, MOVED, exists(A)).step
    assert step is not None
    assert step.resource == MOVED


def test_what_a_replacement_named_is_kept_under_that_name() -> None:
    moved = exists(variant(MOVED, CREATE_FIRST, {}))
    assert judge(CREATE_FIRST, MOVED, moved) == Verdict(None, moved, ())


def test_the_next_replacement_takes_the_plain_name_again() -> None:
    moved = exists(variant(MOVED, CREATE_FIRST, {}))
    step = judge(CREATE_FIRST, thing("a", Zone="z3"), moved).step
    assert step is not None
    assert step.resource is not None
    assert step.resource.properties["Name"] == "a"


def test_an_interrupted_replacement_is_finished() -> None:
    old, new = exists(A), exists(variant(MOVED, CREATE_FIRST, {}))
    assert judge(CREATE_FIRST, MOVED, old, new) == Verdict(None, new, (old,))


def test_an_interrupted_replacement_is_taken_back() -> None:
    old, new = exists(A), exists(variant(MOVED, CREATE_FIRST, {}))
    assert judge(CREATE_FIRST, A, new, old) == Verdict(None, old, (new,))


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_replacement_after_an_interrupted_one_takes_a_name_that_is_free(
    newest_first: bool,
) -> None:
    lives = [exists(A), exists(variant(MOVED, CREATE_FIRST, {}))]
    third = thing("a", Zone="z3", Size=1)
    if newest_first:
        lives.reverse()
    verdict = judge(CREATE_FIRST, third, *lives)
    assert verdict.superseded == tuple(lives)
    assert verdict.step is not None
    assert verdict.step.resource == variant(third, CREATE_FIRST, {})


def test_a_revision_is_followed_by_another_of_the_same_name() -> None:
    step = judge(REVISIONS, MOVED, exists(A, "a:1", version=1)).step
    assert step is not None
    assert (step.reason, step.resource, step.replaces) == ("new revision", MOVED, False)
    assert step.forces == frozenset()


def test_an_earlier_revision_that_fits_is_used_again() -> None:
    old, new = exists(A, "a:1", version=1), exists(MOVED, "a:2", version=2)
    assert judge(REVISIONS, A, new, old) == Verdict(None, old, (new,))


def test_what_others_tagged_for_us_is_missing_the_stack_tag_and_left_alone() -> None:
    live = replace(exists(A), tags={ADDRESS: A.address, STACK: "shop/prod"})
    verdict = judge(REFUSE, A, live)
    assert verdict.keeps is None
