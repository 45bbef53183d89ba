"""Services that share a security group share its rules: AWS takes each only once.

Source: EC2 API_AuthorizeSecurityGroupIngress, InvalidPermission.Duplicate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from provisioner.engine.model import Resource
from provisioner.stack.network import RULE


def once(resources: Iterable[Resource]) -> list[Resource]:
    """Every rule under the first of its addresses, and whatever follows it following that one."""
    found = list(resources)
    first: dict[frozenset[object], str] = {}
    names: dict[str, str] = {}
    for one in found:
        if one.kind == RULE:
            names[one.address] = first.setdefault(frozenset(one.properties.items()), one.address)
    kept = [one for one in found if names.get(one.address, one.address) == one.address]
    return [_following(one, names) for one in kept]


def _following(one: Resource, names: dict[str, str]) -> Resource:
    after = tuple(dict.fromkeys(names.get(address, address) for address in one.after))
    return replace(one, after=after) if after != one.after else one
