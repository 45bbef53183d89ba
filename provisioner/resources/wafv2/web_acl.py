"""A regional web ACL: its rules, its default action, its logging.

https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html

AWS makes the resource policy that lets it write to the log group by itself, for a caller who may
do logs:PutResourcePolicy, logs:DescribeResourcePolicies and logs:CreateLogDelivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags, is_empty
from provisioner.engine.owner import MARK
from provisioner.resources._tags import tag_list
from provisioner.resources.wafv2 import _capacity, _common

SETTINGS = (
    "DefaultAction", "Description", "Rules", "VisibilityConfig", "DataProtectionConfig",
    "CustomResponseBodies", "CaptchaConfig", "ChallengeConfig", "TokenDomains",
    "AssociationConfig", "OnSourceDDoSProtectionConfig",
)  # fmt: skip
OTHERS = ("ApplicationConfig", "MonetizationConfig")
"""What the stack never sets, and an update must not lose."""
LOGGING = "Logging"
LOGGED = ("LogDestinationConfigs", "RedactedFields", "LoggingFilter")
SHIELD = "ShieldMitigationRuleGroup_"
"""Shield Advanced puts a rule of this name in when it mitigates an attack; it is its own.

Source: AWS Shield Advanced developer guide, automatic application layer DDoS mitigation.
"""


class WebAcl(_common.Tagged):
    """`Logging` is what PutLoggingConfiguration takes, without the ARN. Rules have a name each."""

    name = _common.WEB_ACL
    api = Api(_common.SERVICE, "CreateWebACL", "UpdateWebACL")
    grants = (
        Grant("read", "wafv2:ListWebACLs wafv2:CheckCapacity"),
        Grant(
            "read",
            "wafv2:GetWebACL wafv2:GetLoggingConfiguration wafv2:ListTagsForResource",
            "wafv2:regional/webacl/{Name}/*",
        ),
        Grant("create", "wafv2:CreateWebACL wafv2:TagResource", "wafv2:regional/webacl/{Name}/*"),
        Grant(
            "create",
            "wafv2:CreateWebACL",
            (
                "wafv2:regional/ipset/* wafv2:regional/managedruleset/*/* "
                "wafv2:regional/rulegroup/* wafv2:regional/regexpatternset/*"
            ),
        ),
        Grant(
            "update",
            (
                "wafv2:UpdateWebACL wafv2:PutLoggingConfiguration "
                "wafv2:DeleteLoggingConfiguration wafv2:TagResource"
            ),
            "wafv2:regional/webacl/{Name}/*",
        ),
        Grant(
            "update",
            "wafv2:UpdateWebACL",
            (
                "wafv2:regional/ipset/* wafv2:regional/managedruleset/*/* "
                "wafv2:regional/rulegroup/* wafv2:regional/regexpatternset/*"
            ),
        ),
        # WAF sets up the delivery of its logs as the caller.
        Grant(
            "update",
            (
                "logs:CreateLogDelivery logs:DeleteLogDelivery logs:PutResourcePolicy "
                "logs:DescribeResourcePolicies logs:DescribeLogGroups"
            ),
        ),
        Grant(
            "create",
            "iam:CreateServiceLinkedRole",
            "iam:role/aws-service-role/wafv2.amazonaws.com/*",
            when={"iam:AWSServiceName": "wafv2.amazonaws.com"},
        ),
        Grant(
            "delete",
            "wafv2:DeleteWebACL wafv2:DeleteLoggingConfiguration",
            "wafv2:regional/webacl/{Name}/*",
        ),
        Grant("delete", "logs:DeleteLogDelivery"),
    )
    fields = ("Name", "Scope", *SETTINGS)
    uses = frozenset({_common.IP_SET, "logs.log_group"})
    immutable = frozenset({"Name", "Scope"})
    rules = Rules(
        closed=frozenset({
            "Rules.**", "DefaultAction.**", "CustomResponseBodies.**", f"{LOGGING}.**",
        })
    )  # fmt: skip
    retries = (
        *_common.RETRIES,
        # Its service-linked role, or the log group's policy, has not spread yet.
        Retry("update", "WAFServiceLinkedRoleErrorException"),
        Retry("update", "WAFLogDestinationPermissionIssueException", seconds=60),
    )
    effects: ClassVar[Mapping[str, Effect]] = {
        LOGGING: Effect.NONE, "Description": Effect.NONE, "VisibilityConfig": Effect.NONE,
    }  # fmt: skip

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = _common.near(aws, scope, self.name, "webacl", "list_web_acls", "WebACLs")
        items = aws.gather(lambda pair: self._read(aws, *pair), found)
        for item, (_, tags) in zip(items, found, strict=True):
            if item is not None:
                yield self._live(item, tags)

    def _read(self, aws: Aws, item: Mapping[str, Any], tags: Tags) -> dict[str, Any] | None:
        """The web ACL, with its logging where it was ever on; None where it went just now."""
        client = aws.client(_common.SERVICE)
        try:
            found = client.get_web_acl(**_common.place(item))["WebACL"]
        except ClientError as error:
            if says(error, self.absent):
                return None
            raise
        logged = self._logging(client, item["ARN"]) if MARK in tags else None
        return {**found, LOGGING: logged}

    def _logging(self, client: Any, arn: str) -> dict[str, Any] | None:
        try:
            found = client.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
        except ClientError as error:
            if says(error, self.absent):
                return None
            raise
        return {name: found[name] for name in LOGGED if found.get(name)}

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client(_common.SERVICE).create_web_acl(
            **self.request(want), Tags=tag_list(tags)
        )
        return self._live({**self.request(want), **answer["Summary"]}, tags)

    def foretold(
        self, aws: Aws, want: Properties, changes: Sequence[Change] | None
    ) -> Iterable[str]:
        """What its rules cost, where they are new."""
        if changes is None or touched(changes, "Rules"):
            yield from _capacity.asked(aws, want.get("Rules") or ())

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        if touched(changes, *SETTINGS):
            self._rewrite(aws, live, want)
        if touched(changes, LOGGING) and is_empty(want.get(LOGGING)):
            self._silence(aws, live)
        elif touched(changes, LOGGING):
            aws.client(_common.SERVICE).put_logging_configuration(
                LoggingConfiguration={"ResourceArn": live.id, **want[LOGGING]}
            )

    def _rewrite(self, aws: Aws, live: Live, want: Properties) -> None:
        """The call replaces everything: what is not declared is sent as it is."""
        client, at = aws.client(_common.SERVICE), _common.where(live)
        answer = client.get_web_acl(**at)
        now = answer["WebACL"]
        full = {
            name: want[name] if name in want else now.get(name) for name in (*SETTINGS, *OTHERS)
        }
        shield = [rule for rule in now.get("Rules") or () if rule["Name"].startswith(SHIELD)]
        if "Rules" in want:
            full["Rules"] = [*(want["Rules"] or ()), *shield]
        sent = {name: value for name, value in full.items() if not is_empty(value)}
        client.update_web_acl(**at, LockToken=answer["LockToken"], **sent)

    def _silence(self, aws: Aws, live: Live) -> None:
        try:
            aws.client(_common.SERVICE).delete_logging_configuration(ResourceArn=live.id)
        except ClientError as error:
            if not says(error, self.absent):
                raise

    def delete(self, aws: Aws, live: Live) -> None:
        if live.properties.get(LOGGING):
            self._silence(aws, live)
        client, at = aws.client(_common.SERVICE), _common.where(live)
        client.delete_web_acl(**at, LockToken=client.get_web_acl(**at)["LockToken"])

    def canonical(self, properties: Properties) -> Properties:
        """Rules by their names: their order is what their Priority says."""
        known = {
            name: value if is_empty(value) else _common.plain(value)
            for name, value in properties.items()
        }
        if not is_empty(properties.get("Rules")):
            known["Rules"] = {
                rule["Name"]: rule
                for rule in _common.plain(properties["Rules"])
                if not rule["Name"].startswith(SHIELD)
            }
        if not is_empty(properties.get(LOGGING)):
            places = properties[LOGGING].get("LogDestinationConfigs", ())
            known[LOGGING]["LogDestinationConfigs"] = [
                place.removesuffix(":*") if isinstance(place, str) else place for place in places
            ]
        return known

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in (*self.fields, LOGGING)}
        outputs = {"Arn": item["ARN"], "Id": item["Id"], "Name": item["Name"]}
        properties["Scope"] = _common.SCOPE
        return Live(self.name, item["ARN"], tags, properties, outputs)
