"""What is wrong with `overrides:` and `resources:`, found without a call to AWS.

The spec alone cannot know: it takes the addresses of the stack, the registered kinds, and
botocore's model of the create calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import boto3

from provisioner.engine.aws import Aws
from provisioner.engine.check import UNKNOWN, complaints_about
from provisioner.engine.model import Resource, refs
from provisioner.errors import Problem, SpecError
from provisioner.resources import KINDS
from provisioner.spec.document import Path
from provisioner.spec.finding import Finding
from provisioner.spec.load import Loaded
from provisioner.spec.models import Spec
from provisioner.spec.problems import in_file_order
from provisioner.spec.spelling import hint
from provisioner.stack import Blueprint, build, raw

_PLACE = re.compile(r"parameter (?:in )?([\w.\[\]-]+)(?:[:,] \"?(\w+)\"?)?")
ADDRESS = 2
"""Steps to an address: what is said of all that is under it stands at its key."""
SOMEWHERE = "us-east-1"
"""The model is the same in every region."""


def examine(loaded: Loaded) -> Loaded:
    """The spec, if AWS would understand what is raw in it. Raises SpecError with all places."""
    spec = loaded.spec
    if not (spec.overrides or spec.resources):
        return loaded
    region = spec.region or SOMEWHERE
    blueprint = build(spec, environment=loaded.environment, region=region)
    problems: list[Problem] = [
        loaded.document.problem(one.path, one.message, at_key=len(one.path) == ADDRESS)
        for one in findings(spec, blueprint)
    ]
    if problems:
        raise SpecError(in_file_order(problems))
    return loaded


def findings(spec: Spec, blueprint: Blueprint) -> Iterator[Finding]:
    """Everything, or only what makes the rest impossible to say."""
    lookups = [lookup.address for lookup in blueprint.lookups]
    found = [*raw.check(spec, blueprint.resources, lookups), *_kinds(spec)]
    yield from found
    if found:
        return
    own = spec.model_copy(update={"overrides": {}, "resources": {}})
    plain: dict[str, set[str]] = {}
    for one in build(own, environment=None, region=SOMEWHERE).resources:
        plain.setdefault(one.kind, set()).update(one.properties)
    aws = Aws(boto3.Session(region_name=SOMEWHERE), read_only=True)
    for resource in blueprint.resources:
        for section, given in (("overrides", spec.overrides), ("resources", spec.resources)):
            if resource.address in given:
                path: Path = (section, resource.address)
                known = {*KINDS[resource.kind].fields, *plain.get(resource.kind, ())}
                yield from _about(resource, path, given[resource.address], known, aws)


def _kinds(spec: Spec) -> Iterator[Finding]:
    for address in spec.resources:
        kind = address.partition("/")[0]
        path: Path = ("resources", address)
        if kind not in KINDS:
            yield Finding(path, f"there is no kind {kind}{hint(kind, KINDS)}")
        elif whole := KINDS[kind].part_of:
            yield Finding(path, f"comes and goes with its {whole}; it cannot be made alone")


def _about(
    resource: Resource, path: Path, given: Mapping[str, Any], known: AbstractSet[str], aws: Aws
) -> Iterator[Finding]:
    kind = KINDS[resource.kind]
    for name in given:
        if name not in known:
            message = f"{kind.name} has no property {name}{hint(name, known)}"
            yield Finding((*path, name), message)
    strangers = {ref.address.partition("/")[0] for ref in refs(resource.properties)}
    for stranger in sorted(strangers & KINDS.keys() - kind.uses):
        yield Finding(path, f"{kind.name} cannot refer to {stranger}")
    for complaint in complaints_about(resource, kind, aws, {}):
        if UNKNOWN not in complaint:  # it may well be of the right type, once it is known
            yield Finding((*path, *_place(complaint)), complaint)


def _place(complaint: str) -> Path:
    """Where botocore's complaint points: `a.b[0]` and the name in quotes after it."""
    found = _PLACE.search(complaint)
    if not found:
        return ()
    steps: list[str | int] = [
        int(step) if step.isdigit() else step
        for step in re.findall(r"[\w-]+", found[1])
        if step != "input"
    ]
    return (*steps, found[2]) if found[2] and "Unknown" in complaint else tuple(steps)
