"""What ties a load balancer to the web ACL that protects it: at most one.

https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html

It cannot carry tags, so it hangs on the load balancer, whose tag `provisioner:web-acl` names the
web ACL that the spec asked for. AssociateWebACL replaces another one silently: one that somebody
else put there before the stack had any, or that Firewall Manager keeps there, is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.owner import ADDRESS, STACK, WEB_ACL
from provisioner.resources.elbv2._common import LOAD_BALANCER, head_tags, load_balancers
from provisioner.resources.wafv2 import _common

NONE_YET = ("WAFNonexistentItemException", "WAFUnavailableEntityException")
PATIENCE = 600


class WebAclAssociation(Kind):
    """Another web ACL is a change in place: there is no moment without one."""

    name = "wafv2.web_acl_association"
    api = Api(_common.SERVICE, "AssociateWebACL", "AssociateWebACL")
    grants = (
        Grant(
            "read",
            (
                "wafv2:GetWebACLForResource wafv2:GetWebACL "
                "elasticloadbalancing:GetLoadBalancerWebACL"
            ),
        ),
        Grant(
            "create",
            (
                "wafv2:AssociateWebACL wafv2:GetPermissionPolicy wafv2:PutPermissionPolicy "
                "elasticloadbalancing:CreateWebACLAssociation"
            ),
            "wafv2:regional/webacl/* elasticloadbalancing:loadbalancer/app/*",
        ),
        Grant(
            "update",
            (
                "wafv2:AssociateWebACL wafv2:GetPermissionPolicy wafv2:PutPermissionPolicy "
                "elasticloadbalancing:CreateWebACLAssociation"
            ),
            "wafv2:regional/webacl/* elasticloadbalancing:loadbalancer/app/*",
        ),
        Grant("create", "elasticloadbalancing:SetWebAcl"),
        Grant("update", "elasticloadbalancing:SetWebAcl"),
        Grant("delete", "elasticloadbalancing:SetWebAcl"),
        Grant(
            "delete",
            (
                "wafv2:DisassociateWebACL wafv2:PutPermissionPolicy "
                "elasticloadbalancing:DeleteWebACLAssociation"
            ),
            "wafv2:regional/webacl/* elasticloadbalancing:loadbalancer/app/*",
        ),
    )
    fields = ("WebACLArn", "ResourceArn")
    identity = ("ResourceArn",)
    name_limit = 2048
    uses = frozenset({_common.WEB_ACL, LOAD_BALANCER})
    immutable = frozenset({"ResourceArn"})
    retries = (
        # A web ACL or load balancer made a moment ago: seconds as a rule, minutes at times.
        Retry("create", "WAFUnavailableEntityException", seconds=PATIENCE),
        Retry("create", "WAFNonexistentItemException", seconds=PATIENCE),
        Retry("update", "WAFUnavailableEntityException", seconds=PATIENCE),
        Retry("update", "WAFNonexistentItemException", seconds=PATIENCE),
    )
    absent = ("WAFNonexistentItemException",)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """Only load balancers of ours that have, had or are to have one are asked for."""
        tags = head_tags(aws, scope)
        asked = [
            (item["LoadBalancerArn"], tags[item["LoadBalancerArn"]])
            for item in load_balancers(aws, scope)
            if self._matters(scope, tags.get(item["LoadBalancerArn"], {}))
        ]
        found = aws.gather(lambda pair: self._read(aws, pair[0]), asked)
        for (arn, own), acl in zip(asked, found, strict=True):
            if acl:
                yield self._live(acl["ARN"], arn, self._tags(scope, own, acl))

    def _matters(self, scope: Scope, own: Tags) -> bool:
        return scope.ours(own) and (WEB_ACL in own or scope.wants(self.name))

    def _read(self, aws: Aws, arn: str) -> dict[str, Any] | None:
        try:
            answer = aws.client(_common.SERVICE).get_web_acl_for_resource(ResourceArn=arn)
        except ClientError as error:
            if says(error, NONE_YET):
                return None
            raise
        found: dict[str, Any] | None = answer.get("WebACL")
        return found

    def _tags(self, scope: Scope, own: Tags, acl: Mapping[str, Any]) -> Tags:
        """Those it would carry if it could; none where somebody else put it there."""
        wanted = scope.tags.get(own[ADDRESS], {})
        named = {own.get(WEB_ACL), wanted.get(WEB_ACL)}
        drifted = WEB_ACL in own and WEB_ACL in wanted and not acl.get("ManagedByFirewallManager")
        if not drifted and not named & {acl["ARN"], acl["Name"]}:
            return {}
        return {STACK: scope.stack, ADDRESS: f"{self.name}/{own[ADDRESS].split('/', 1)[1]}"}

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        aws.client(_common.SERVICE).associate_web_acl(**self.request(want))
        return self._live(want["WebACLArn"], want["ResourceArn"], tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        aws.client(_common.SERVICE).associate_web_acl(**self.request(want))

    def delete(self, aws: Aws, live: Live) -> None:
        resource = live.properties["ResourceArn"]
        aws.client(_common.SERVICE).disassociate_web_acl(ResourceArn=resource)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """It carries none."""

    def _live(self, acl: str, resource: str, tags: Tags) -> Live:
        name = f"{resource.rsplit(':', 1)[-1]} behind {acl.split('/')[-2]}"
        properties = {"WebACLArn": acl, "ResourceArn": resource}
        return Live(self.name, name, tags, properties, {"WebAclArn": acl})
