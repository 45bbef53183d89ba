"""The hosted zone that holds a domain's records.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed
from provisioner.resources.route53._common import Zone, zones

ID = re.compile(r"Z[A-Z0-9]+")


def hosted_zone(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The zone for `domain`: that of `zone`, an id or a name, or else the nearest one above it.

    `private` says whether a private zone will do; `field` is where it is asked.
    Outputs: Id, Name.
    """
    domain, given = query["domain"], query["zone"]
    there = zones(aws)
    usable = [
        zone for zone in there if zone.holds(domain) and (query["private"] or not zone.private)
    ]
    if given:
        usable = _given(query, there, usable)
    longest = max((len(zone.name) for zone in usable), default=0)
    nearest = [zone for zone in usable if len(zone.name) == longest]
    if len(nearest) == 1:
        return {"Id": nearest[0].id, "Name": nearest[0].name}
    what = "hosted zone" if query["private"] else "public hosted zone"
    if nearest:
        raise LookupFailed(
            f"{query['field']}: {domain} could be in {len(nearest)} hosted zones: "
            f"{_list(nearest)}; name one by its id"
        )
    raise LookupFailed(
        f"{query['field']}: no {what} of this account holds {domain}; {_others(there)}"
    )


def _given(query: Properties, there: list[Zone], usable: list[Zone]) -> list[Zone]:
    """Those that the spec means; for what must be public, the public twin of a private one."""
    given = query["zone"]
    named = [zone for zone in there if given in (zone.id, zone.name)]
    if not named:
        words = "with the id" if ID.fullmatch(given) else "called"
        raise LookupFailed(
            f"{query['field']}: no hosted zone {words} {given} in this account; {_others(there)}"
        )
    if not any(zone.holds(query["domain"]) for zone in named):
        raise LookupFailed(
            f"{query['field']}: {query['domain']} does not belong into the hosted zone "
            f"{_list(named)}"
        )
    fitting = [zone for zone in usable if zone in named]
    return fitting or usable


def _others(there: list[Zone]) -> str:
    return f"there are: {_list(there)}" if there else "there is none at all"


def _list(some: list[Zone]) -> str:
    return ", ".join(
        f"{zone.name} ({zone.id}, {'private' if zone.private else 'public'})"
        for zone in sorted(some, key=lambda zone: (zone.name, zone.id))
    )
