"""A listener of a load balancer: a port and what happens when no rule applies.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Retry, Scope, changed, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.owner import ADDRESS, MARK
from provisioner.resources._tags import batches, tag_list
from provisioner.resources.elbv2 import _common
from provisioner.resources.elbv2._actions import bridge_actions, canonical_actions

MUTABLE = (
    "Port", "Protocol", "SslPolicy", "Certificates", "DefaultActions", "MutualAuthentication",
)  # fmt: skip
EXTRA = "ExtraCertificates"
ATTRIBUTES = "Attributes"
SERVER = "routing.http.response.server.enabled"
MOST_AT_ONCE = 25
"""Certificates in one call."""


class Listener(_common.Tagged):
    """Its port can change in place. `ExtraCertificates` are ARNs beside that of `Certificates`.

    `Attributes` maps AWS's keys to AWS's strings. They are read only where the tag says that they
    were ever set, and are AWS's defaults elsewhere: one more call per listener for most of nothing.
    """

    name = "elbv2.listener"
    api = Api("elbv2", "CreateListener", "ModifyListener")
    grants = (
        Grant(
            "read",
            (
                "elasticloadbalancing:DescribeListeners "
                "elasticloadbalancing:DescribeListenerAttributes "
                "elasticloadbalancing:DescribeListenerCertificates "
                "elasticloadbalancing:DescribeTags"
            ),
        ),
        Grant(
            "create",
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:loadbalancer/app/*",
            tagged="request",
        ),
        Grant(
            "create",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:listener/app/*",
            tagged="request",
            when={"elasticloadbalancing:CreateAction": "CreateListener"},
        ),
        Grant(
            "update",
            (
                "elasticloadbalancing:ModifyListener "
                "elasticloadbalancing:ModifyListenerAttributes "
                "elasticloadbalancing:AddListenerCertificates "
                "elasticloadbalancing:RemoveListenerCertificates elasticloadbalancing:AddTags"
            ),
            "elasticloadbalancing:listener/app/*",
            tagged="resource",
        ),
        Grant(
            "delete",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:listener/app/*",
            tagged="resource",
        ),
    )
    fields = ("LoadBalancerArn", *MUTABLE)
    identity = ("Port", "LoadBalancerArn")
    uses = frozenset({_common.LOAD_BALANCER, _common.TARGET_GROUP, "acm.certificate"})
    immutable = frozenset({"LoadBalancerArn"})
    lasting = frozenset({"Port", "Protocol", "DefaultActions", "Attributes.*"})
    rules = Rules(unordered=frozenset({EXTRA}), closed=frozenset({"DefaultActions.**"}))
    retries = (  # made a moment ago, not visible everywhere yet
        *(Retry("create", code, seconds=60) for code in _common.NOT_VISIBLE_YET),
        *(Retry("update", code, seconds=60) for code in _common.NOT_VISIBLE_YET),
        Retry("create", "TrustStoreNotReady"),
        Retry("update", "TrustStoreNotReady"),
    )
    exists = ("DuplicateListener",)
    absent = ("ListenerNotFound", "LoadBalancerNotFound")

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        tags = _common.leaf_tags(aws, scope)
        found = _common.listeners(aws, scope)
        secure = [
            item["ListenerArn"]
            for item in found
            if item.get("Protocol") == "HTTPS" and scope.ours(tags.get(item["ListenerArn"], {}))
        ]
        answers = aws.gather(lambda arn: self._extra(aws, arn), secure)
        extra = dict(zip(secure, answers, strict=True))
        marked = [
            arn for arn in (item["ListenerArn"] for item in found) if _marked(arn, tags, scope)
        ]
        headers = dict(
            zip(marked, aws.gather(lambda arn: _attributes(aws, arn), marked), strict=True)
        )
        for item in found:
            arn = item["ListenerArn"]
            more = {EXTRA: extra.get(arn), ATTRIBUTES: headers.get(arn)}
            yield self._live({**item, **more}, tags.get(arn, {}))

    def _extra(self, aws: Aws, arn: str) -> list[str]:
        """The certificates beside the default one, which DescribeListeners does not show."""
        found = aws.pages(
            "elbv2", "describe_listener_certificates", "Certificates", ListenerArn=arn
        )
        return [item["CertificateArn"] for item in found if not item.get("IsDefault")]

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("elbv2").create_listener(**self.request(want), Tags=tag_list(tags))
        return self._live(answer["Listeners"][0], tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client = aws.client("elbv2")
        if arguments := changed(want, changes, *MUTABLE):
            client.modify_listener(ListenerArn=live.id, **arguments)
        if touched(changes, ATTRIBUTES):
            for pairs in _common.changed_attributes(want[ATTRIBUTES], changes):
                client.modify_listener_attributes(ListenerArn=live.id, Attributes=pairs)
        if not touched(changes, EXTRA):
            return
        old, new = set(live.properties.get(EXTRA) or ()), set(want[EXTRA])
        for some in batches(sorted(new - old), MOST_AT_ONCE):
            client.add_listener_certificates(ListenerArn=live.id, Certificates=_certificates(some))
        for some in batches(sorted(old - new), MOST_AT_ONCE):
            client.remove_listener_certificates(
                ListenerArn=live.id, Certificates=_certificates(some)
            )

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("elbv2").delete_listener(ListenerArn=live.id)

    def canonical(self, properties: Properties) -> Properties:
        """AWS says `off` of an HTTPS listener that asks for no client certificates.

        It names itself in `Server` unless told not to.
        """
        plain = {**properties, "DefaultActions": canonical_actions(properties["DefaultActions"])}
        if plain.get("Protocol") == "HTTPS" and not plain.get("MutualAuthentication"):
            plain["MutualAuthentication"] = {"Mode": "off"}
        if ATTRIBUTES in plain:
            plain[ATTRIBUTES] = {SERVER: "true", **(plain[ATTRIBUTES] or {})}
        return plain

    def bridge(self, live: Properties, want: Properties) -> Properties | None:
        actions = bridge_actions(live["DefaultActions"], want["DefaultActions"])
        return {**want, "DefaultActions": actions} if actions else None

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """Rules on it that are not ours would go with it."""
        tags = _common.leaf_tags(aws, scope)
        rules = [r for r in _common.rules(aws, scope) if r["ListenerArn"] == live.id]
        for rule in rules:
            if not scope.ours(tags.get(rule["RuleArn"], {})):
                yield (
                    f"carries a rule that is not the stack's: priority {rule['Priority']}, "
                    f"{rule['RuleArn']}"
                )

    def _live(self, item: dict[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in (*self.fields, EXTRA, ATTRIBUTES)}
        arn = item["ListenerArn"]
        return Live(self.name, arn, tags, properties, {"Arn": arn, "Port": item.get("Port")})


def _marked(arn: str, tags: Mapping[str, Tags], scope: Scope) -> bool:
    """Whether its attributes were set, or are to be."""
    mine = tags.get(arn, {})
    return scope.ours(mine) and MARK in {**scope.tags.get(mine.get(ADDRESS, ""), {}), **mine}


def _attributes(aws: Aws, arn: str) -> dict[str, str]:
    answer = aws.client("elbv2").describe_listener_attributes(ListenerArn=arn)
    return _common.attributes(answer["Attributes"])


def _certificates(arns: Sequence[str]) -> list[dict[str, str]]:
    return [{"CertificateArn": arn} for arn in arns]
