"""Every operation that the code can call is declared, so that a policy can be made of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from provisioner.engine.aws import READS
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Kind
from provisioner.local.access.resources import NAMES, PREFIXES
from provisioner.resources import KINDS
from provisioner.resources._tags import INDEX
from provisioner.resources.lookups import FINDERS
from provisioner.resources.lookups._grants import GRANTS
from provisioner.rollout.grants import FOLLOWED

ROOT = Path(__file__).parents[2] / "provisioner"
RESOURCES = ROOT / "resources"
SESSION = botocore.session.get_session()
SERVICES = frozenset(SESSION.get_available_services())
CLIENTS = {prefix: client for client, prefix in PREFIXES.items()}

FREE = {"sts:GetCallerIdentity"}
"""What everybody may do."""
ONLY_ACTIONS = {
    "elasticloadbalancing:CreateWebACLAssociation",
    "elasticloadbalancing:DeleteWebACLAssociation",
    "elasticloadbalancing:GetLoadBalancerWebACL",
    "elasticloadbalancing:SetWebAcl",
    "iam:PassRole",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "s3:TagResource",
}
"""Actions that are no operation."""
WHILE_CREATING = {"ec2:DescribeAddresses", "secretsmanager:GetRandomPassword"}
"""Reads that no plan needs."""


@cache
def operations(service: str) -> dict[str, str]:
    """Method names of a client to the operations."""
    model = SESSION.get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


def called(path: Path) -> Iterator[frozenset[str]]:
    """IAM actions of every operation that a module names, as an attribute or in a string.

    Several, where it is an operation of more than one service whose name is in the module;
    the service of the module's folder counts before the others.
    """
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    words = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    words |= {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
    home = path.parent.name.replace("_", "-")
    others = (words | {*_imported(tree)}) & SERVICES - {home}
    for word in sorted(words):
        own = [*_actions(home, word)] if home in SERVICES else []
        if found := own or [a for service in others for a in _actions(service, word)]:
            yield frozenset(found)


def _actions(service: str, method: str) -> Iterator[str]:
    if operation := operations(service).get(method):
        prefix = PREFIXES.get(service, service)
        yield from (f"{prefix}:{a}" for a in NAMES.get((service, operation), (operation,)))


def _imported(tree: ast.Module) -> Iterator[str]:
    """Services whose SERVICE is imported from their folder."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (part.replace("_", "-") for part in node.module.split("."))


def allowed(grants: Iterable[Grant], *verbs: str) -> set[str]:
    """The actions of grants for these verbs, or for all."""
    return {a for one in grants if one.verb in verbs or not verbs for a in one.actions.split()}


def everything() -> set[str]:
    """All that is declared anywhere."""
    grants = [INDEX, *FOLLOWED]
    grants += [one for kind in KINDS.values() for one in kind.grants]
    grants += [one for some in GRANTS.values() for one in some]
    return allowed(grants) | FREE


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
class TestKinds:
    """A kind declares what its own module calls."""

    def test_it_declares_what_it_calls(self, kind: Kind) -> None:
        path = RESOURCES / f"{kind.name.replace('.', '/')}.py"
        reads = allowed(kind.grants, "read") | WHILE_CREATING
        for actions in called(path):
            one = min(actions).partition(":")[2]
            assert actions & (reads if one.startswith(READS) else allowed(kind.grants)), actions

    def test_it_declares_its_create_and_update_calls(self, kind: Kind) -> None:
        prefix = PREFIXES.get(kind.api.service, kind.api.service)
        for verb, operation in (("create", kind.api.create), ("update", kind.api.update)):
            if operation and not kind.part_of:
                assert f"{prefix}:{operation}" in allowed(kind.grants, verb, "update")

    def test_a_change_of_tags_does_not_repeat_the_ownership_tag(self, kind: Kind) -> None:
        """Only the tags that change are sent, so what is there must tell whose it is."""
        assert not [one for one in kind.grants if (one.verb, one.tagged) == ("update", "request")]

    def test_what_has_no_name_is_known_by_its_tag(self, kind: Kind) -> None:
        """A grant to change anything at all is one for a resource of its own, or says why not."""
        for grant in kind.grants:
            if grant.verb == "read" or "{" in grant.on or grant.tagged or grant.when:
                continue
            assert (kind.name, grant.verb) in WIDE, (grant.actions, grant.on)


WIDE = {
    ("acm.certificate", "delete"): "its zones are known once it is",
    ("acm.certificate", "update"): "likewise",
    ("chatbot.slack_channel_configuration", "create"): "the action knows no resources",
    ("application_autoscaling.scaling_policy", "create"): "alarms have a prefix of AWS's",
    ("application_autoscaling.scaling_policy", "update"): "likewise",
    ("application_autoscaling.scaling_policy", "delete"): "likewise",
    ("ec2.nat_gateway", "create"): "the subnet and the address may be anybody's",
    ("ec2.route_table", "create"): "the VPC may be anybody's",
    ("ec2.security_group", "create"): "likewise",
    ("ec2.subnet", "create"): "likewise",
    ("ec2.vpc", "update"): "the default group of a new VPC has no tags",
    ("ec2.vpc_endpoint", "create"): "what it is put into may be anybody's",
    ("ec2.vpc_endpoint", "update"): "likewise",
    ("ecs.task_definition", "delete"): "DeregisterTaskDefinition knows no resources",
    ("elbv2.rule_priorities", "update"): "SetRulePriorities knows no tags",
    ("secretsmanager.secret", "create"): "GetRandomPassword knows no resources",
    ("servicediscovery.namespace", "create"): "Cloud Map makes a zone as the caller",
    ("servicediscovery.namespace", "update"): "and keeps it",
    ("servicediscovery.namespace", "delete"): "and deletes it",
    ("servicediscovery.service", "create"): "the namespace may be anybody's",
    ("servicediscovery.service", "update"): "TagResource knows no resources",
    ("sns.subscription", "delete"): "Unsubscribe knows no resources",
    ("wafv2.web_acl", "create"): "rule groups may be anybody's",
    ("wafv2.web_acl", "update"): "likewise, and so is the delivery of logs",
    ("wafv2.web_acl", "delete"): "the delivery of logs knows no resources",
    ("wafv2.web_acl_association", "create"): "the web ACL may be anybody's",
    ("wafv2.web_acl_association", "update"): "likewise",
    ("wafv2.web_acl_association", "delete"): "likewise",
}
"""Kinds that change something without its name and without its tag, and why."""


@pytest.mark.parametrize("name", FINDERS)
def test_a_lookup_declares_what_it_calls(name: str) -> None:
    for actions in called(RESOURCES / "lookups" / f"{name}.py"):
        assert actions & (allowed(GRANTS[name]) | FREE), actions


NOT_OF_A_STACK = {"_pipeline.py": "`github-role` is for people, who are allowed it otherwise"}
HELPERS = [
    *(path for path in sorted(RESOURCES.rglob("_*.py")) if path.name not in NOT_OF_A_STACK),
    *sorted((ROOT / "rollout").glob("*.py")),
    *sorted((ROOT / "deploy").glob("*.py")),
]


@pytest.mark.parametrize("path", HELPERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_kinds_share_is_declared_by_some(path: Path) -> None:
    for actions in called(path):
        assert actions & everything(), actions


def test_every_action_is_one_of_aws() -> None:
    """An operation, or what the reference lists besides."""
    renamed = {
        f"{PREFIXES.get(service, service)}:{name}"
        for (service, _), names in NAMES.items()
        for name in names
    }
    for action in everything() - FREE - ONLY_ACTIONS - renamed:
        prefix, name = action.split(":")
        assert name in operations(CLIENTS.get(prefix, prefix)).values(), action


def test_every_exception_is_still_needed() -> None:
    wide = {
        (kind.name, grant.verb)
        for kind in KINDS.values()
        for grant in kind.grants
        if grant.verb != "read" and not ("{" in grant.on or grant.tagged or grant.when)
    }
    assert wide == WIDE.keys()
    assert everything() >= ONLY_ACTIONS
