"""Whether something may be deleted is asked before anything is."""

from __future__ import annotations

import pytest
from botocore.exceptions import NoCredentialsError

from provisioner.engine.guard import guard
from provisioner.engine.step import Plan
from provisioner.errors import Guarded, NoAccess
from tests.support.aws import nowhere, refusal
from tests.support.world import World, exists, kind, plan, registry, scope_of, seen, thing

STORE, GROUP = "net.store", "net.group"
S, T, G = thing("s", STORE), thing("t", STORE), thing("g", GROUP)


def guarded(world: World, *, force: bool = False) -> Plan:
    """The teardown of everything, guarded, with one update and one create beside it."""
    kinds = registry(kind(STORE, world), kind(GROUP, world))
    new, changed = thing("n", GROUP), thing("c", GROUP, Size=2)
    lives = [exists(S), exists(T), exists(G), exists(changed, Size=1)]
    found = plan([new, changed], seen(*lives), kinds)
    return guard(found, aws=nowhere(), kinds=kinds, scope=scope_of(), force=force)


def forced(found: Plan) -> set[str]:
    return {step.address for step in found.steps if step.force}


def test_a_plan_with_nothing_against_it_is_as_before() -> None:
    world = World()
    found = guarded(world)
    assert len(found.steps) == 5
    assert forced(found) == set()


def test_only_deletes_are_asked_about() -> None:
    world = World()
    guarded(world)
    assert sorted(world.calls) == [
        "obstacles net.group:g",
        "obstacles net.store:s",
        "obstacles net.store:t",
        "refusals net.group:g",
        "refusals net.store:s",
        "refusals net.store:t",
    ]


def test_all_obstacles_are_reported_at_once() -> None:
    world = World()
    world.react("obstacles net.store:s", "holds 3 images")
    world.react("obstacles net.store:t", "is protected")
    with pytest.raises(Guarded) as caught:
        guarded(world)
    assert str(caught.value) == (
        "these must not be deleted as they stand:\n"
        "  net.store/s: holds 3 images\n"
        "  net.store/t: is protected\n"
        "deal with them first, or repeat with --force to lose what they hold"
    )


def test_with_force_what_has_obstacles_is_marked_to_be_cleared() -> None:
    world = World()
    world.react("obstacles net.store:s", "holds 3 images")
    assert forced(guarded(world, force=True)) == {"net.store/s"}


@pytest.mark.parametrize(
    ("force", "end"),
    [
        (False, "first, or repeat with --force to lose what they hold; --force is no way past"),
        (True, "first; --force is no way past"),
    ],
)
def test_what_aws_refuses_all_the_same_is_refused_with_force_too(force: bool, end: str) -> None:
    """Else everything else would be gone when AWS says so."""
    world = World()
    world.react("obstacles net.store:s", "holds 3 images")
    world.react("refusals net.group:g", "is others'")
    with pytest.raises(Guarded, match=r"net\.group/g: is others'") as caught:
        guarded(world, force=force)
    assert str(caught.value).endswith(f"{end} net.group/g")
    assert ("net.store/s" in str(caught.value)) is not force


def test_an_empty_plan_is_never_in_the_way() -> None:
    empty = Plan("shop/dev", (), ())
    assert guard(empty, aws=nowhere(), kinds={}, scope=scope_of()) == empty


@pytest.mark.parametrize("error", [refusal("AccessDenied"), NoCredentialsError()], ids=repr)
def test_a_question_that_must_not_be_asked_is_no_access(error: Exception) -> None:
    world = World()
    world.react("obstacles net.store:s", error)
    with pytest.raises(NoAccess):
        guarded(world)
