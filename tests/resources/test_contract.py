"""What every registered kind promises, checked against AWS's own description of its API."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, get_args

import pytest

from provisioner.engine.diff import Rules
from provisioner.engine.kind import Kind, Verb
from provisioner.resources import KINDS
from provisioner.resources.lookups import FINDERS
from tests.support.aws import nowhere
from tests.support.blueprints import everything, new_network, shared

HERE = Path(__file__).parent
PACKAGE = "provisioner.resources"
SOURCES = sorted((HERE.parent.parent / "provisioner" / "resources").rglob("*.py"))
BUILT = (*everything().resources, *new_network().resources)
REPLACEABLE = [k for k in KINDS.values() if k.replacement == "create-first" and k.identity]

RESHAPED = {
    "ec2.security_group_rule": "has the vocabulary of DescribeSecurityGroupRules; "
    "request() turns it into IpPermissions",
    "route53.record_set": "has the vocabulary of ListResourceRecordSets; "
    "request() turns it into a ChangeBatch",
}
"""Kinds whose properties are not the create call's arguments, and why."""

UNTAGGED = {
    "application_autoscaling.scaling_policy": "its name and its scalable target say whose it is",
    "application_autoscaling.scheduled_action": "likewise",
    "route53.record_set": "a TXT record beside it, made in the same batch, says whose it is",
    "scheduler.schedule": "has no tags: those of its group, and its description, say whose it is",
    "sns.subscription": "belongs to the owner of its topic, and is named for its endpoint",
    "wafv2.web_acl_association": "a tag of its load balancer says which web ACL is the stack's",
}
"""Kinds that AWS tags nothing of, and how they are told apart."""

FOLLOWING = {
    "elbv2.load_balancer": {"VpcId"},
    "elbv2.target_group": {"LoadBalancer"},
    "acm.certificate": {"Failure"},
}
"""Fixed by something else: a load balancer's VPC is that of its subnets, a target group is behind
the load balancer of the rules that name it, and a certificate whose validation has failed stays so.
"""
UPDATED_OTHERWISE = {
    "ec2.vpc_endpoint": {
        "SubnetIds": "AddSubnetIds and RemoveSubnetIds",
        "SecurityGroupIds": "AddSecurityGroupIds and RemoveSecurityGroupIds",
        "RouteTableIds": "AddRouteTableIds and RemoveRouteTableIds",
    },
    "ecr.repository": {"imageScanningConfiguration": "PutImageScanningConfiguration"},
    "servicediscovery.namespace": {"Description": "in the argument Namespace"},
    "servicediscovery.service": {
        "Description": "in the argument Service",
        "DnsConfig": "in the argument Service",
    },
    "ecs.cluster": {
        "capacityProviders": "PutClusterCapacityProviders",
        "defaultCapacityProviderStrategy": "PutClusterCapacityProviders",
    },
    "ecs.service": {"launchType": "follows from capacityProviderStrategy"},
    "elbv2.listener_rule": {"Priority": "where it is made; the order is elbv2.rule_priorities"},
    "elbv2.load_balancer": {
        "IpAddressType": "SetIpAddressType",
        "SecurityGroups": "SetSecurityGroups",
        "Subnets": "SetSubnets",
    },
    "logs.log_group": {"kmsKeyId": "AssociateKmsKey"},
    "sns.topic": {"Attributes": "SetTopicAttributes, one after the other"},
    "s3.bucket": {"ObjectOwnership": "PutBucketOwnershipControls"},
    "iam.role": {
        "AssumeRolePolicyDocument": "UpdateAssumeRolePolicy calls it PolicyDocument",
        "PermissionsBoundary": "PutRolePermissionsBoundary",
    },
}
"""Create-call fields that the update call lacks and that are changed all the same: how."""

NAME_LIMITS = {
    "cloudwatch.alarm": 255,
    "cloudwatch.composite_alarm": 255,
    "cloudwatch.dashboard": 255,
    "ec2.security_group": 255,
    "events.rule": 64,
    "elbv2.target_group": 32,
    "iam.role": 64,
    "sns.topic": 256,
    "wafv2.ip_set": 128,
    "wafv2.web_acl": 128,
}
"""AWS's longest name, for kinds whose replacements get a name with a hash."""

UNMODELLED = {"ec2": "EC2 describes none of its errors"}
"""Services whose error codes botocore does not know, and why."""

UNLISTED = {"s3": {"OperationAborted"}, "acm": {"InvalidChangeBatch"}}
"""Codes that a service documents and botocore does not list (S3 API Reference, Error responses),
and those of another service: a certificate's validation records are in Route 53."""

TAGGED_INSIDE = {"s3.bucket": "CreateBucketConfiguration"}
"""Kinds whose create call has its tags one level down, and where."""

LOGGING = {"_tags.py": "a stack that cannot read the tag index should say so, and carry on"}
"""Modules that log although kinds do not, and why."""


@pytest.fixture(params=KINDS.values(), ids=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@cache
def model(service: str) -> Any:
    return nowhere().client(service).meta.service_model


def arguments(kind: Kind, operation: str) -> set[str]:
    """Names of an operation's arguments; none where there is no operation."""
    if not operation:
        return set()
    return set(model(kind.api.service).operation_model(operation).input_shape.members)


def properties(kind: Kind) -> set[str]:
    """What is sent in the create call, and what the stack sets besides."""
    built = [resource.properties for resource in BUILT if resource.kind == kind.name]
    return {*kind.fields, *(name for one in built for name in one)}


class TestPlace:
    """An address names its file."""

    def test_the_class_lives_where_its_name_says(self, kind: Kind) -> None:
        assert type(kind).__module__ == f"{PACKAGE}.{kind.name}"
        assert KINDS[kind.name] is kind

    def test_the_folder_is_the_service_in_botocore(self, kind: Kind) -> None:
        assert kind.name.split(".")[0] == kind.api.service.replace("-", "_")

    def test_the_module_cites_the_create_call(self, kind: Kind) -> None:
        document = inspect.getdoc(sys.modules[type(kind).__module__]) or ""
        assert "https://docs.aws.amazon.com/" in document
        assert f"API_{kind.api.create}.html" in document

    def test_it_has_a_test_file_in_the_same_place(self, kind: Kind) -> None:
        service, module = kind.name.split(".")
        assert (HERE / service / f"test_{module}.py").exists()

    def test_every_module_of_a_kind_is_registered(self) -> None:
        modules = {
            f"{path.parent.name}.{path.stem}"
            for path in SOURCES
            if not path.stem.startswith("_") and path.parent.name != "resources"
        }
        assert modules == {*KINDS, *(f"lookups.{name}" for name in FINDERS)}

    def test_it_keeps_nothing_between_calls(self, kind: Kind) -> None:
        assert vars(kind) == {}


class TestFields:
    """A field is written once, in the create call's own words."""

    def test_fields_are_arguments_of_the_create_call(self, kind: Kind) -> None:
        if kind.name not in RESHAPED:
            assert {*kind.fields} <= arguments(kind, kind.api.create)

    def test_what_cannot_change_is_a_field(self, kind: Kind) -> None:
        assert kind.immutable <= {*kind.fields, *FOLLOWING.get(kind.name, ())}

    def test_identity_is_a_field(self, kind: Kind) -> None:
        assert {*kind.identity} <= {*kind.fields}

    def test_what_the_update_call_lacks_cannot_change_or_changes_otherwise(
        self, kind: Kind
    ) -> None:
        if kind.name not in RESHAPED:
            lacking = {*kind.fields} - arguments(kind, kind.api.update) - kind.immutable
            assert lacking == UPDATED_OTHERWISE.get(kind.name, {}).keys()

    def test_fields_are_named_once(self, kind: Kind) -> None:
        assert len(kind.fields) == len({*kind.fields})

    def test_the_create_call_carries_tags(self, kind: Kind) -> None:
        names = {name.lower() for name in arguments(kind, kind.api.create)}
        if inside := TAGGED_INSIDE.get(kind.name):
            shape = model(kind.api.service).operation_model(kind.api.create).input_shape
            names = {name.lower() for name in shape.members[inside].members}
        assert kind.part_of or kind.name in UNTAGGED or names & {"tags", "tagspecifications"}

    def test_effects_waits_and_rules_are_about_properties_there_are(self, kind: Kind) -> None:
        known = properties(kind)
        assert kind.effects.keys() <= known
        assert (kind.settles or set()) <= known
        assert {pattern.split(".")[0] for pattern in patterns(kind.rules)} <= known


def patterns(rules: Rules) -> Iterable[str]:
    return rules.unordered | rules.closed


class TestReplacement:
    """What stands beside its predecessor has a name of its own."""

    @pytest.mark.parametrize("kind", REPLACEABLE, ids=lambda kind: kind.name)
    def test_its_name_is_known_to_fit(self, kind: Kind) -> None:
        assert kind.identity[0] in kind.immutable
        assert kind.retain or kind.name_limit == NAME_LIMITS[kind.name]

    def test_no_name_is_longer_than_botocore_allows(self, kind: Kind) -> None:
        for name in kind.identity[:1] if kind.name not in RESHAPED else ():
            shape = model(kind.api.service).operation_model(kind.api.create).input_shape
            assert kind.name_limit <= shape.members[name].metadata.get("max", kind.name_limit)

    def test_what_holds_data_is_never_replaced(self, kind: Kind) -> None:
        assert not kind.holds_data or kind.replacement == "refuse"


class TestUses:
    """Deletes follow this graph backwards."""

    def test_it_names_kinds_and_never_itself(self, kind: Kind) -> None:
        assert kind.uses <= KINDS.keys() - {kind.name}

    def test_what_goes_with_another_uses_it_and_is_deleted_first(self, kind: Kind) -> None:
        if kind.goes_with:
            assert kind.goes_with in kind.uses
            assert kind.replacement == "delete-first"

    def test_a_part_uses_its_whole(self, kind: Kind) -> None:
        assert not kind.part_of or kind.part_of in kind.uses

    def test_it_has_no_ring(self) -> None:
        graph: Mapping[str, Iterable[str]] = {name: one.uses for name, one in KINDS.items()}
        assert set(TopologicalSorter(graph).static_order()) == set(KINDS)

    def test_every_lookup_of_the_stack_has_a_finder(self) -> None:
        lookups = (*everything().lookups, *new_network().lookups, *shared().lookups)
        assert {lookup.kind for lookup in lookups} <= FINDERS.keys()


class TestErrors:
    """Codes are AWS's, spelled right."""

    def test_retries_are_well_formed(self, kind: Kind) -> None:
        for rule in kind.retries:
            assert rule.verb in get_args(Verb)
            assert rule.code
            assert rule.seconds > 0

    def test_every_code_is_one_of_the_service(self, kind: Kind) -> None:
        service = kind.api.service
        codes = {rule.code for rule in kind.retries}
        codes |= {pattern.split(": ")[0] for pattern in (*kind.exists, *kind.absent)}
        known = modelled(service) | UNLISTED.get(service, set())
        assert service in UNMODELLED or codes <= known

    def test_what_can_be_deleted_can_be_gone(self, kind: Kind) -> None:
        assert kind.part_of or kind.absent

    def test_waits_end(self, kind: Kind) -> None:
        assert 0 < kind.patience <= 3600
        assert all(rule.seconds <= 3600 for rule in kind.retries)


@cache
def modelled(service: str) -> set[str]:
    """The error codes that botocore knows of a service; none for those in UNMODELLED."""
    shapes = model(service).error_shapes
    return {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}


FORBIDDEN = {"sleep", "get_waiter", "print", "mock", "moto", "time", "datetime", "random"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
class TestSource:
    """Kinds do as they are told: waiting, retrying and telling is the engine's."""

    def test_it_neither_waits_nor_prints_nor_knows_the_test_server(self, path: Path) -> None:
        assert not words(path) & FORBIDDEN

    def test_it_does_not_log(self, path: Path) -> None:
        assert not words(path) & {"logging", "structlog"} or path.name in LOGGING


def test_every_exception_is_still_needed() -> None:
    for name in RESHAPED:
        assert {*KINDS[name].fields} - arguments(KINDS[name], KINDS[name].api.create)
    for service in UNMODELLED:
        assert not modelled(service)
    for service, codes in UNLISTED.items():
        assert not codes & modelled(service)
    logging = {path.name for path in SOURCES if "structlog" in words(path)}
    assert logging == LOGGING.keys()
    assert UPDATED_OTHERWISE.keys() | NAME_LIMITS.keys() <= KINDS.keys()


def words(path: Path) -> set[str]:
    """Every name in a module: imported, used, or an attribute."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.ImportFrom(module=module, names=names):
                found |= {*(module or "").split("."), *(alias.name for alias in names)}
            case ast.Import(names=names):
                found |= {part for alias in names for part in alias.name.split(".")}
    return found
