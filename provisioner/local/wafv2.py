"""moto's WAF with capacities, whole updates, one web ACL for each resource, and what it lacks.

moto 5.2.5 says that every web ACL costs 3 units, keeps what an update leaves out, associates a
resource with several web ACLs, is not in the tag index, and has neither CheckCapacity nor
ListResourcesForWebACL nor ListAvailableManagedRuleGroups.
https://docs.aws.amazon.com/waf/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.wafv2 import urls
from moto.wafv2.models import GLOBAL_REGION, FakeRule, FakeWebACL, WAFV2Backend, wafv2_backends
from moto.wafv2.responses import WAFV2Response

from ._extension import Extension
from .settings import Settings
from .waf_capacity import MANAGED, capacity, statements

# https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
WINDOW = 300
# What ListResourcesForWebACL lists unless it is told.
BALANCER = "APPLICATION_LOAD_BALANCER"


def install(settings: Settings) -> None:
    """Put this backend and this API in the place of moto's, before moto has made one."""
    WafBackend.settings = settings
    wafv2_backends.backend = WafBackend
    for path in urls.url_paths:
        urls.url_paths[path] = Api.dispatch


class WafBackend(Extension, WAFV2Backend, TaggableResourcesMixin):
    """One region, or `global` for CloudFront."""

    SERVICE_NAMESPACE = "wafv2"
    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # When each was created, and when each web ACL last lost a resource, by ARN.
        self.born: dict[str, float] = {}
        self.left: dict[str, float] = {}

    def cost(self, rules: list[dict[str, Any]]) -> int:
        """Return what rules, as a request has them, cost together."""
        groups = {arn: int(group.capacity) for arn, group in self.rule_groups.items()}
        return capacity(rules, groups)

    def create_web_acl(self, *args: Any, **kwargs: Any) -> FakeWebACL:
        """Create it."""
        made = super().create_web_acl(*args, **kwargs)
        self.born[made.arn] = self.settings.clock.now()
        return self._settled(made)

    def create_ip_set(self, *args: Any, **kwargs: Any) -> Any:
        """Create it."""
        made = super().create_ip_set(*args, **kwargs)
        self.born[made.arn] = self.settings.clock.now()
        return made

    def create_rule_group(self, *args: Any, **kwargs: Any) -> Any:
        """Create it."""
        made = super().create_rule_group(*args, **kwargs)
        self.born[made.arn] = self.settings.clock.now()
        return made

    def update_web_acl(self, name: str, _id: str, *args: Any) -> str:
        """Replace all of it by what is given."""
        token: str = super().update_web_acl(name, _id, *args)
        found = self.get_web_acl(None, name, _id)
        _, rules, description, _, _, bodies, captcha, challenge, domains, association = args
        found.description = description or ""
        found.custom_response_bodies = bodies
        found.captcha_config, found.challenge_config = captcha, challenge
        found.token_domains, found.association_config = domains, association
        if not rules:
            found.rules = []
        self._settled(found)
        return token

    def delete_web_acl(self, name: str, scope: str, _id: str, lock_token: str) -> None:
        """Delete it, and where it logs."""
        arn = self.get_web_acl(None, name, _id).arn
        super().delete_web_acl(name, scope, _id, lock_token)
        self.logging_configurations.pop(arn, None)

    def associate_web_acl(self, web_acl_arn: str, resource_arn: str) -> None:
        """Associate it, instead of the one before."""
        super().disassociate_web_acl(resource_arn)
        super().associate_web_acl(web_acl_arn, resource_arn)

    def disassociate_web_acl(self, resource_arn: str) -> None:
        """Disassociate whichever is."""
        if found := self.get_web_acl_for_resource(resource_arn):
            self.left[found.arn] = self.settings.clock.now()
        super().disassociate_web_acl(resource_arn)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield everything that has tags."""
        kinds: dict[str, Mapping[str, Any]] = {
            "webacl": self.wacls,
            "ipset": self.ip_sets,
            "rulegroup": self.rule_groups,
            "regexpatternset": self.regex_pattern_sets,
        }
        for kind, found in kinds.items():
            for arn in found:
                tags = self.tagging_service.get_tag_dict_for_resource(arn)
                yield TaggedResource(arn, tags, f"wafv2:{kind}")

    def tag_resource(self, arn: str, tags: Any) -> None:
        """Tag: a list of tags from WAF's own API, a mapping from the tagging API."""
        if isinstance(tags, dict):
            tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        super().tag_resource(arn, tags or [])

    def _settled(self, acl: FakeWebACL) -> FakeWebACL:
        """Give it what AWS fills in."""
        rules = [_plain(rule) for rule in acl.rules]
        for rule in acl.rules:
            for name, body in statements(rule.statement):
                if name == "RateBasedStatement" and isinstance(body, dict):
                    body.setdefault("EvaluationWindowSec", WINDOW)
        acl.capacity = self.cost(rules)
        return acl


def _plain(rule: FakeRule) -> dict[str, Any]:
    return {"Statement": rule.statement}


class Api(WAFV2Response):
    """One request. The public methods are operations."""

    def check_capacity(self) -> str:
        """Tell what rules would cost."""
        asked = self._asked()
        return json.dumps({"Capacity": self._own().cost(asked.get("Rules") or [])})

    def list_resources_for_web_acl(self) -> str:
        """List the resources of one type: load balancers, or all others."""
        asked = self._asked()
        acl = self._own().get_web_acl(asked["WebACLArn"], None, None)
        balancers = asked.get("ResourceType", BALANCER) == BALANCER
        found = [arn for arn in acl.associated_resources if (":loadbalancer/" in arn) == balancers]
        return json.dumps({"ResourceArns": found})

    def list_available_managed_rule_groups(self) -> str:
        """List AWS's own."""
        groups = [
            {"VendorName": "AWS", "Name": name, "VersioningSupported": True} for name in MANAGED
        ]
        return json.dumps({"ManagedRuleGroups": groups})

    def _asked(self) -> dict[str, Any]:
        asked: dict[str, Any] = json.loads(self.body)
        if asked.get("Scope") == "CLOUDFRONT" or ":global/" in asked.get("WebACLArn", ""):
            self.region = GLOBAL_REGION
        return asked

    def _own(self) -> WafBackend:
        found: Any = self.wafv2_backend
        return found  # type: ignore[no-any-return]
