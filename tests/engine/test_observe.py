"""One look at everything."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Scope
from provisioner.engine.model import Live, Lookup, Properties
from provisioner.engine.observe import Find, Observed, observe
from provisioner.errors import LookupFailed, NoAccess, ProvisionerError, WriteRefused
from tests.support.aws import nowhere, refusal
from tests.support.world import Thing, World, exists, kind, registry, scope_of, thing

PATIENCE = 10
NETWORK = Lookup("network", {"vpc": "main"})


def find(_aws: Aws, query: Properties) -> Mapping[str, Any]:
    return {"VpcId": f"vpc-of-{query['vpc']}"}


def missing(_aws: Aws, query: Properties) -> Mapping[str, Any]:
    raise LookupFailed(f"no VPC {query['vpc']}")


def look(*kinds: Thing, lookups: tuple[Lookup, ...] = (), finder: Find = find) -> Observed:
    found = {"network": finder}
    return observe(nowhere(), scope_of(), kinds=registry(*kinds), lookups=lookups, finders=found)


class Failing(Thing):
    """A kind whose look ends badly."""

    name = "net.failing"
    error: Exception = refusal("AccessDenied", "not you", "DescribeThings")

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        raise self.error
        yield


class Throttled(Failing):
    """A kind that AWS refuses for the moment."""

    error = refusal("Throttling", "slow down", "DescribeThings")


class Writing(Thing):
    """A kind that would change AWS while looking."""

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        aws.client("ecs").create_cluster(clusterName=scope.stack)
        yield from ()


class Together(Thing):
    """A kind that answers only when all its siblings have been asked."""

    everyone = threading.Barrier(5)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        self.everyone.wait(PATIENCE)
        yield from ()


class Sharing(Thing):
    """A kind whose question its siblings have as well."""

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        aws.once("shared", lambda: self.world.call("asked"))
        yield from ()


def test_lives_are_in_the_order_of_kinds_then_newest_first_then_by_id() -> None:
    revisions = [exists(thing("r", "net.b"), f"r:{n}", version=n) for n in (1, 10, 2)]
    things = [exists(thing(name, "net.a")) for name in ("y", "x")]
    world = World([*revisions, *things])
    found = look(kind("net.a", world), kind("net.b", world))
    assert [one.id for one in found.lives] == ["net.a:x", "net.a:y", "r:10", "r:2", "r:1"]


def test_what_is_in_use_comes_before_what_is_newer() -> None:
    things = [exists(thing("r"), f"r:{n}", version=n) for n in (1, 2, 3)]
    world = World([things[2], replace(things[0], in_use=True), things[1]])
    assert [one.id for one in look(kind(world=world)).lives] == ["r:1", "r:3", "r:2"]


def test_lookups_are_answered_by_address() -> None:
    found = look(lookups=(NETWORK,))
    assert found == Observed((), {"lookup.network": {"VpcId": "vpc-of-main"}})


def test_all_kinds_are_asked_at_the_same_time() -> None:
    kinds = [type(f"Kind{n}", (Together,), {"name": f"net.k{n}"})() for n in range(5)]
    assert look(*kinds).lives == ()


def test_what_several_kinds_ask_is_asked_once_per_look() -> None:
    world = World()
    kinds = [type(f"Kind{n}", (Sharing,), {"name": f"net.k{n}"})(world) for n in range(5)]
    look(*kinds)
    assert world.calls == ["asked"]
    look(*kinds)
    assert world.calls == ["asked", "asked"]


def test_a_refused_read_is_no_access() -> None:
    with pytest.raises(NoAccess, match="DescribeThings: AccessDenied: not you"):
        look(Failing())


def test_another_refusal_is_told() -> None:
    with pytest.raises(ProvisionerError, match="DescribeThings: Throttling: slow down"):
        look(Throttled())


def test_a_lookup_without_answer_stops_the_look() -> None:
    with pytest.raises(LookupFailed, match="no VPC main"):
        look(kind(), lookups=(NETWORK,), finder=missing)


def test_a_kind_that_writes_while_looking_is_stopped() -> None:
    with pytest.raises(WriteRefused, match="ecs:CreateCluster"):
        look(Writing())
