"""moto's AWS WAF with its things in the tag index, and a load balancer behind one web ACL at most.

https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.wafv2 import urls
from moto.wafv2.models import WAFV2Backend, wafv2_backends

from ._extension import Extension


def install() -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    wafv2_backends.backend = TaggedWafBackend


class TaggedWafBackend(Extension, WAFV2Backend, TaggableResourcesMixin):
    """Web ACLs and IP sets."""

    SERVICE_NAMESPACE = "wafv2"
    urls_of = urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the web ACLs and IP sets."""
        for kind, things in (("webacl", self.wacls), ("ipset", self.ip_sets)):
            for arn in things:
                tags = self.tagging_service.get_tag_dict_for_resource(arn)
                yield TaggedResource(arn, tags, f"wafv2:{kind}")

    def tag_resource(self, arn: str, tags: Any) -> None:
        """Tag something: a list of tags from its own API, a mapping from the tagging API."""
        if isinstance(tags, dict):
            tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        super().tag_resource(arn, tags)

    def create_web_acl(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Create it; moto calls the error of a name that is taken otherwise."""
        if self._is_duplicate_name(name):
            raise _refused("WAFDuplicateItemException", "A web ACL of this name exists.")
        return super().create_web_acl(name, *args, **kwargs)

    def create_ip_set(self, name: str, scope: str, *args: Any) -> Any:
        """Create it; a name is taken once in a scope."""
        if any(one.name == name and one.scope == scope for one in self.ip_sets.values()):
            raise _refused("WAFDuplicateItemException", "An IP set of this name exists.")
        return super().create_ip_set(name, scope, *args)

    def associate_web_acl(self, web_acl_arn: str, resource_arn: str) -> None:
        """Take the resource from the web ACL that it was behind."""
        if web_acl_arn in self.wacls:
            self.disassociate_web_acl(resource_arn)
        super().associate_web_acl(web_acl_arn, resource_arn)

    def delete_web_acl(self, name: str, scope: str, _id: str, lock_token: str) -> None:
        """Refuse what still protects something."""
        for acl in self.wacls.values():
            if acl.id == _id and acl.associated_resources:
                raise _in_use()
        super().delete_web_acl(name, scope, _id, lock_token)

    def delete_ip_set(self, name: str, scope: str, _id: str, lock_token: str) -> None:
        """Refuse what a rule still refers to."""
        arns = [arn for arn, one in self.ip_sets.items() if one.ip_set_id == _id]
        rules = [rule for acl in self.wacls.values() for rule in acl.rules]
        if any(arn in str(rule.statement) for arn in arns for rule in rules):
            raise _in_use()
        super().delete_ip_set(name, scope, _id, lock_token)


def _in_use() -> JsonRESTError:
    return _refused(
        "WAFAssociatedItemException",
        "AWS WAF couldn't perform the operation because your resource is being used by another.",
    )


def _refused(code: str, message: str) -> JsonRESTError:
    return JsonRESTError(code, message)
