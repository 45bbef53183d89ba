"""A list of addresses that rules of a web ACL refer to.

https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateIPSet.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Scope
from provisioner.engine.model import Change, Live, Properties, Tags, given
from provisioner.resources._tags import tag_list
from provisioner.resources.wafv2 import _common

SETTINGS = ("Description", "Addresses")


class IpSet(_common.Tagged):
    """`Addresses` are CIDR blocks of one version, in any order; AWS may write IPv6 in full."""

    name = _common.IP_SET
    api = Api(_common.SERVICE, "CreateIPSet", "UpdateIPSet")
    grants = (
        Grant("read", "wafv2:ListIPSets"),
        Grant("read", "wafv2:GetIPSet wafv2:ListTagsForResource", "wafv2:regional/ipset/{Name}/*"),
        Grant("create", "wafv2:CreateIPSet wafv2:TagResource", "wafv2:regional/ipset/{Name}/*"),
        Grant("update", "wafv2:UpdateIPSet wafv2:TagResource", "wafv2:regional/ipset/{Name}/*"),
        Grant("delete", "wafv2:DeleteIPSet", "wafv2:regional/ipset/{Name}/*"),
    )
    fields = ("Name", "Scope", "IPAddressVersion", *SETTINGS)
    immutable = frozenset({"Name", "Scope", "IPAddressVersion"})

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = _common.near(aws, scope, self.name, "ipset", "list_ip_sets", "IPSets")
        items = aws.gather(lambda pair: self._read(aws, pair[0]), found)
        for item, (_, tags) in zip(items, found, strict=True):
            if item is not None:
                yield self._live(item, tags)

    def _read(self, aws: Aws, item: Mapping[str, Any]) -> dict[str, Any] | None:
        """None where it went between the list and this."""
        try:
            answer = aws.client(_common.SERVICE).get_ip_set(**_common.place(item))
        except ClientError as error:
            if says(error, self.absent):
                return None
            raise
        found: dict[str, Any] = answer["IPSet"]
        return found

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client(_common.SERVICE).create_ip_set(
            **self.request(want), Tags=tag_list(tags)
        )
        return self._live({**want, **answer["Summary"]}, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """The call replaces everything."""
        client, at = aws.client(_common.SERVICE), _common.where(live)
        answer = client.get_ip_set(**at)
        full = {name: want.get(name, answer["IPSet"].get(name)) for name in SETTINGS}
        addresses = full.pop("Addresses") or []
        client.update_ip_set(
            **at, LockToken=answer["LockToken"], Addresses=addresses, **given(full)
        )

    def delete(self, aws: Aws, live: Live) -> None:
        client, at = aws.client(_common.SERVICE), _common.where(live)
        client.delete_ip_set(**at, LockToken=client.get_ip_set(**at)["LockToken"])

    def request(self, want: Properties) -> dict[str, Any]:
        """AWS wants `Addresses` even where there are none."""
        return {"Addresses": [], **super().request(want)}

    def canonical(self, properties: Properties) -> Properties:
        addresses = sorted(map(_block, properties.get("Addresses") or ()))
        return {**properties, "Addresses": addresses}

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {**{name: item.get(name) for name in self.fields}, "Scope": _common.SCOPE}
        outputs = {"Arn": item["ARN"], "Id": item["Id"], "Name": item["Name"]}
        return Live(self.name, item["ARN"], tags, properties, outputs)


def _block(text: str) -> str:
    """One spelling of a CIDR block; what is none (an override may say anything) as it is."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return text
