"""Which actions, on which resources, an operation needs.

Source: the Service Authorization Reference, one page for each service:
https://docs.aws.amazon.com/service-authorization/latest/reference/
reference_policies_actions-resources-contextkeys.html

An operation that no row names needs the action of its name on `*`: so a policy that is enough here
may be wider than AWS needs, never narrower.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from .passing import passed
from .resources import ELSEWHERE, FREE, KINDS, MADE, NAMES, PREFIXES, RESOURCES, TAGGING

OIDC = "CreateOpenIDConnectProvider"
TAGGERS = re.compile(r"(Tag|Untag|AddTags|RemoveTags|CreateTags|DeleteTags|PutBucketTagging).*")
# Services whose names may have slashes in them: they are no paths.
WHOLE = frozenset({"ecr", "logs", "secretsmanager", "ssm"})
# Services whose ARNs have no region, or neither region nor account:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
REGIONLESS = frozenset({"chatbot", "iam", "route53", "s3"})
NOBODYS = frozenset({"route53", "s3"})
_FIELD = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Need:
    """One action on one ARN; `service` is to whom a role is passed."""

    action: str
    resource: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose resources a call is about."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """Name a resource of a service, in botocore's word."""
        homeless = service in REGIONLESS or resource.startswith("dashboard/")
        region = "" if homeless else self.region
        account = "" if service in NOBODYS else self.account
        prefix = PREFIXES.get(service, service)
        return f"arn:{self.partition}:{prefix}:{region}:{account}:{resource}"


def needs(service: str, operation: str, params: Mapping[str, Any], owner: Owner) -> Iterator[Need]:
    """Yield everything that a call must be allowed; nothing if it is for everybody."""
    if (service, operation) in FREE:
        return
    prefix = PREFIXES.get(service, service)
    arns = list(_arns(service, operation, params, owner)) or ["*"]
    for name in NAMES.get((service, operation), (operation,)):
        yield from (Need(f"{prefix}:{name}", arn) for arn in arns)
    yield from (Need(action, "*") for action in ELSEWHERE.get((service, operation), ()))
    if service in TAGGING and not TAGGERS.fullmatch(operation) and tags_of(params):
        made = [arns[0]]
        if operation in MADE:
            made = [owner.arn(service, one) for one in _filled(service, MADE[operation], params)]
        if operation.startswith("Authorize"):
            yield Need(f"{prefix}:{operation}", made[0])
        action = TAGGING[service] if operation != OIDC else "iam:TagOpenIDConnectProvider"
        yield Need(action, made[0])
    for role, to in passed(service, operation, params):
        yield Need("iam:PassRole", role, to)


def tags_of(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that a request brings, in whichever of AWS's shapes."""
    inside = params.get("CreateBucketConfiguration") or {}
    given: Any = params.get("tags") or params.get("Tags") or inside.get("Tags") or []
    for each in params.get("TagSpecifications") or ():
        given = [*given, *each.get("Tags", ())]
    if isinstance(given, Mapping):
        return {str(key): str(value) for key, value in given.items()}
    return {
        str(each.get("Key", each.get("key"))): str(each.get("Value", each.get("value", "")))
        for each in given
    }


def _arns(service: str, operation: str, params: Mapping[str, Any], owner: Owner) -> Iterator[str]:
    rows = [r for r in RESOURCES.get(service, ()) if re.fullmatch(r.operations, operation)]
    # The first row counts, and those of the very same operations.
    for row in (each for each in rows if each.operations == rows[0].operations):
        kind, given, field = row.resource.partition("=")
        if given:
            yield from (_whole(kind, arn) if kind else arn for arn in _values(params, field))
        elif row.resource:
            for resource in _filled(service, row.resource, params):
                yield resource if resource.startswith("arn:") else owner.arn(service, resource)


def _whole(kind: str, part: str) -> str:
    """Name the service of a deployment or revision: its ARN without the last word."""
    owner, _, path = part.rpartition(":")
    return f"{owner}:{'/'.join([kind, *path.split('/')[1:-1]])}"


def _filled(service: str, resource: str, params: Mapping[str, Any]) -> Iterator[str]:
    """Put in the parameters; an ARN in the place of a name that ends the resource is the ARN."""
    fields = [each for each in _FIELD.findall(resource) if each != "kind"]
    for values in product(*(_values(params, field) or _absent(field) for field in fields)):
        if service in WHOLE and values and values[-1].startswith("arn:"):
            yield values[-1]
            continue
        filled = resource
        for field, value in zip(fields, values, strict=True):
            last = value.lstrip("/") if service in WHOLE - {"logs"} else value
            last = last if service in WHOLE else value.rpartition("/")[2]
            kind = KINDS.get(value.partition("-")[0], "*")
            filled = filled.replace("{kind}", kind).replace("{" + field + "}", last)
        yield filled


def _absent(field: str) -> list[str]:
    return ["default"] if field in {"cluster", "clusterName"} else ["*"]


def _values(params: Mapping[str, Any], field: str) -> list[str]:
    """Return a parameter's values as a list; `A.B` is the B of each A."""
    outer, _, inner = field.partition(".")
    found = params.get(outer)
    values = found if isinstance(found, list) else [found] if found else []
    if not inner:
        return [str(each) for each in values]
    return [str(each[inner]) for each in values if each.get(inner)]
