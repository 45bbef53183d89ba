"""What EC2 refuses about the rules of security groups.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html and API_IpRange.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .rule import Params, Place, rows

NAMES = frozenset({"tcp", "udp", "icmp", "icmpv6", "-1"})
# Protocols that have ports, by name and by number.
PORTED = frozenset({"tcp", "udp", "6", "17"})
PORTS = range(65_536)
DESCRIPTION = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
RANGES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


def _permissions(params: Params) -> Iterator[Params]:
    yield from params.get("IpPermissions") or ()
    if params.get("IpProtocol"):
        yield params


def _protocol(params: Params, _: Place) -> str | None:
    for each in _permissions(params):
        asked = str(each.get("IpProtocol", "")).lower()
        if asked not in NAMES and not (asked.isdigit() and int(asked) < 256):  # noqa: PLR2004
            return f"Invalid value '{asked}' for IP protocol. Unknown protocol."
    return None


def _ports(params: Params, _: Place) -> str | None:
    for each in _permissions(params):
        if str(each.get("IpProtocol", "")).lower() not in PORTED:
            continue
        first, last = (int(each.get(name, -1)) for name in ("FromPort", "ToPort"))
        if wrong := next((one for one in (first, last) if one not in PORTS), None):
            return f"TCP/UDP port ({wrong}) out of range"
        if first > last:
            return f"Invalid TCP/UDP port range ({first}:{last})"
    return None


def _description(params: Params, _: Place) -> str | None:
    for each in _permissions(params):
        for one in (source for name in RANGES for source in each.get(name) or ()):
            if not DESCRIPTION.fullmatch(one.get("Description") or ""):
                return (
                    "Invalid rule description. Valid descriptions are strings less than 256"
                    " characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
                )
    return None


BOTH = ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
RULES = tuple(
    rule
    for check in (_protocol, _ports, _description)
    for rule in rows("EC2 API", BOTH, "InvalidParameterValue", check)
)
