"""Makes the roles of a pipeline, and deletes them: the same engine, a stack of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from provisioner.access.github import AUDIENCE, PipelineRole, Setting
from provisioner.engine.aws import Aws, explain
from provisioner.engine.clock import Clock
from provisioner.engine.execute import execute
from provisioner.engine.kind import Scope, names_of
from provisioner.engine.model import Resource
from provisioner.engine.observe import observe
from provisioner.engine.owner import STACK, stamp
from provisioner.engine.plan import make_plan
from provisioner.errors import StepFailed
from provisioner.resources.iam import _pipeline
from provisioner.resources.iam.role import Role

KINDS = {Role.name: Role()}
MOST_PARTS = 9
"""Managed policies of one role that are looked for; AWS allows ten by default."""


def establish(aws: Aws, setting: Setting, roles: Sequence[PipelineRole]) -> Iterator[str]:
    """Make the provider, the policies and the roles so; yields what had to be done.

    Raises PlanError where a name is taken, NoAccess, StepFailed.
    """
    tags = {STACK: setting.owner}
    wanted = {
        setting.policy_arn(_part(role.name, number)): policy
        for role in roles
        for number, policy in enumerate(role.policies, start=1)
    }
    try:
        yield from _pipeline.provide(aws.writable(), setting.provider, AUDIENCE, tags)
        yield from _pipeline.keep(aws.writable(), wanted, tags, setting.owner)
        yield from _roles(aws, setting, [_resource(setting, role) for role in roles])
        yield from _pipeline.drop(
            aws.writable(), _parts(setting, roles) - wanted.keys(), setting.owner
        )
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def abolish(aws: Aws, setting: Setting, roles: Sequence[PipelineRole]) -> Iterator[str]:
    """Delete the roles and their policies; the provider stays, for it may be others' as well."""
    try:
        yield from _roles(aws, setting, [])
        yield from _pipeline.drop(aws.writable(), _parts(setting, roles), setting.owner)
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _resource(setting: Setting, role: PipelineRole) -> Resource:
    numbers = range(1, len(role.policies) + 1)
    return Resource(
        Role.name,
        role.name,
        {
            "RoleName": role.name,
            "AssumeRolePolicyDocument": role.trust,
            "Path": "/",
            "InlinePolicies": {},
            "ManagedPolicyArns": [setting.policy_arn(_part(role.name, n)) for n in numbers],
        },
    )


def _roles(aws: Aws, setting: Setting, wanted: Sequence[Resource]) -> Iterator[str]:
    stamps = {one.address: stamp(one, setting.owner) for one in wanted}
    scope = Scope(setting.owner, f"{setting.stem}-", names_of(wanted, KINDS), stamps)
    seen = observe(aws, scope, kinds=KINDS, finders={})
    plan = make_plan(wanted, seen, kinds=KINDS, scope=scope)
    report = execute(plan, kinds=KINDS, aws=aws.writable(), scope=scope, clock=Clock())
    for outcome in report.outcomes:
        if outcome.error:
            raise StepFailed(f"{outcome.step.address}: {outcome.error}", outcome.code)
        yield f"{outcome.step.action}d role {outcome.step.address.split('/', 1)[1]}"


def _part(role: str, number: int) -> str:
    return f"{role}-{number}"


def _parts(setting: Setting, roles: Sequence[PipelineRole]) -> set[str]:
    """Every policy that the roles ever had."""
    return {
        setting.policy_arn(_part(role.name, number))
        for role in roles
        for number in range(1, MOST_PARTS + 1)
    }
