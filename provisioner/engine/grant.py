"""What a kind must be allowed to do in AWS, declared beside its code.

Source of actions, resource types and condition keys: the Service Authorization Reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

from provisioner.engine.model import Properties, Ref, Resource, Text
from provisioner.engine.owner import STACK

Allowed = Literal["read", "create", "update", "delete", "run", "exec"]
ANYTHING = "*"
NOWHERE = frozenset({"s3", "route53"})
"""Services whose ARNs have neither region nor account."""
GLOBAL = frozenset({"iam", "chatbot"})
"""Services whose ARNs have an account and no region; so have dashboards."""
ABSENT = {"Path": "/"}
"""What a field that is not given stands for."""
SLASHES = frozenset({"secretsmanager", "ssm"})
"""Services whose names have the stack's as a folder."""
_FIELD = re.compile(r"\{([=~]?)([\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions that verbs of a kind need, on the same resources and under the same conditions.

    `actions` are IAM's, separated by spaces. `on` are resources, likewise: `service:resource`
    of an ARN, in which `{Field}` is a property of the resource that is wanted, `{A.B}` the B in
    each A, `{=Field}` a property that is an ARN itself, and `{~Field}` the id of something that is
    not the stack's. `tagged` asks for the ownership tag:
    in the request, or on what is there. `when` are more condition keys and what they must equal.
    `having` names a property: only resources that have it need this.
    """

    verb: Allowed
    actions: str
    on: str = ANYTHING
    tagged: Literal["", "request", "resource"] = ""
    when: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    having: str = ""

    def condition(self, owner: str) -> dict[str, Any]:
        """Condition keys and what they must equal."""
        wanted: dict[str, Any] = {}
        if self.tagged:
            wanted[f"aws:{self.tagged.title()}Tag/{STACK}"] = owner
        for key, value in self.when.items():
            wanted[key] = value if isinstance(value, str) else sorted(value)
        return wanted


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stack is, and what it is called: all that ARNs need."""

    partition: str
    region: str
    account: str
    owner: str
    """`oaktree/dev`."""
    resources: Mapping[str, Resource]
    """By address, for references."""
    names: Mapping[str, str]
    """Kind to the property that is its name."""

    def arn(self, resource: str) -> str:
        """`ecs:cluster/a` as an ARN."""
        service, _, rest = resource.partition(":")
        homeless = service in GLOBAL or rest.startswith("dashboard/")
        region = "" if homeless or service in NOWHERE else self.region
        account = "" if service in NOWHERE else self.account
        return f"arn:{self.partition}:{service}:{region}:{account}:{rest}"

    def pattern(self, name: str, *, wide: bool) -> str:
        """The names of the stack that are like this one; the name itself where it is another's.

        Something may be there under a name with a hash, or under one that the spec no longer has.
        Reads look at the names of all environments (`wide`), for that is how plans find things.
        """
        stack, _, environment = self.owner.partition("/")
        found = re.fullmatch(rf"((?:/?[\w.-]+)?/)?{re.escape(stack)}([-/])(.*)", name)
        if not found:
            return f"{name}*"
        head, separator, rest = found[1] or "", found[2], found[3]
        if wide or not environment:
            return f"{head}{stack}{separator}*"
        if rest.startswith(environment):
            return f"{head}{stack}{separator}{environment}*"
        if f"-{environment}" in rest:
            return f"{head}{stack}{separator}*-{environment}*"
        return f"{name}*"

    def known(self, value: Any) -> str:
        """A value with `*` for what is not known before something is made."""
        if isinstance(value, Ref):
            resource = self.resources.get(value.address)
            name = resource.properties.get(self.names[resource.kind]) if resource else None
            return name if isinstance(name, str) else ANYTHING
        if isinstance(value, Text):
            return "".join(map(self.known, value.parts))
        return str(value)

    def reference(self, value: Any) -> str:
        """An ARN that a property holds: written out, or that of a role of the stack's."""
        if isinstance(value, Ref) and value.address in self.resources:
            properties = self.resources[value.address].properties
            path = properties.get("Path") or "/"
            return self.arn(f"iam:role{path}{properties['RoleName']}*")
        return value if isinstance(value, str) and value.startswith("arn:") else ""

    def theirs(self, value: Any) -> str:
        """The id of something looked up, `*` where only AWS knows it; "" for what is ours."""
        if not isinstance(value, Ref):
            return str(value)
        if value.address in self.resources:
            return ""
        name = value.address.rpartition("/")[2]
        return name if name.startswith("sg-") else ANYTHING


def arns(grant: Grant, wanted: Iterable[Properties], place: Place) -> set[str]:
    """The ARNs that a grant is about, for things of its kind with these properties."""
    found: set[str] = set()
    wide = grant.verb == "read"
    everyone = [one for one in wanted if not grant.having or one.get(grant.having)]
    for template in grant.on.split():
        if template == ANYTHING:
            found.add(ANYTHING)
            continue
        for properties in everyone:
            found |= set(_filled(template, properties, place, wide=wide))
        if wide and _FIELD.search(template):
            found.add(place.arn(_anybody(template, place.owner.partition("/")[0])))
        elif "{" not in template and (everyone or not grant.having):
            found.add(place.arn(template))
    return found


def _anybody(template: str, stack: str) -> str:
    """Where things of the stack can be that the spec does not know."""
    name = f"{stack}{'/' if template.partition(':')[0] in SLASHES else '-'}*"
    return _FIELD.sub(lambda one: ABSENT.get(one[2], name), template).replace("//", "/")


def _filled(template: str, properties: Properties, place: Place, *, wide: bool) -> Iterator[str]:
    fields = _FIELD.findall(template)
    if template.startswith("{="):
        for value in _values(properties, fields[0][1]):
            if arn := place.reference(value):
                yield arn
        return
    if "{~" in template:
        for value in _values(properties, fields[0][1]):
            if theirs := place.theirs(value):
                yield place.arn(_FIELD.sub(theirs, template))
        return
    choices = [list(_values(properties, name)) for _, name in fields]
    for values in product(*choices):
        filled = template
        for (_, name), value in zip(fields, values, strict=True):
            known = place.known(value)
            some = known if known in {"/", ANYTHING} else place.pattern(known, wide=wide)
            filled = filled.replace("{" + name + "}", some)
        yield place.arn(re.sub(r"\*+", "*", filled).replace("//", "/"))


def _values(properties: Any, path: str) -> Iterator[Any]:
    """What a dotted path leads to; lists are gone through."""
    name, _, rest = path.partition(".")
    value = properties.get(name) if isinstance(properties, Mapping) else None
    value = ABSENT.get(name) if value is None else value
    for each in value if isinstance(value, list | tuple) else (value,):
        if rest:
            yield from _values(each, rest)
        elif each is not None:
            yield each
