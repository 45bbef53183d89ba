"""The Python API: what the command line is built on.

loaded = provisioner.load("specs/oaktree.yaml", environment="dev")
with provisioner.connect("eu-west-1") as aws:
    stack = provisioner.Stack(loaded.spec, environment="dev", aws=aws)
    plan = stack.plan()
    report = stack.apply(plan)
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import boto3
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session as BotocoreSession

from provisioner.deploy import history, places, steps
from provisioner.deploy.health import service_status
from provisioner.deploy.jobs import job
from provisioner.deploy.missing import warned
from provisioner.deploy.once import Job
from provisioner.deploy.served import observed
from provisioner.engine.aws import Aws, explain
from provisioner.engine.check import check
from provisioner.engine.clock import Clock
from provisioner.engine.document import (
    FORMAT_VERSION,
    known_outputs,
    plan_document,
    report_document,
)
from provisioner.engine.execute import PARALLELISM, Listen, Report, execute, ignore
from provisioner.engine.forecast import forecast
from provisioner.engine.guard import guard
from provisioner.engine.kind import Scope, names_of
from provisioner.engine.model import Lookup, Outputs
from provisioner.engine.observe import Observed, observe
from provisioner.engine.owner import ADDRESS, stamp
from provisioner.engine.plan import make_plan
from provisioner.engine.step import Plan, Step
from provisioner.errors import PlanError, UsageError
from provisioner.examine import findings
from provisioner.resources import KINDS
from provisioner.resources.lookups import FINDERS
from provisioner.rollout.follow import stop
from provisioner.spec.document import dotted
from provisioner.spec.models import Spec
from provisioner.stack import build

SESSION_NAME = "provisioner"
SERVICE = "ecs.service"


def region_for(
    spec: Spec, flag: str | None = None, environ: Mapping[str, str] | None = None
) -> str:
    """The region: flag, then spec, then AWS_REGION, then AWS_DEFAULT_REGION, then the profile's.

    Raises UsageError when nothing names one.
    """
    env = os.environ if environ is None else environ
    named = flag or spec.region or env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
    region = named or BotocoreSession().get_config_variable("region")
    if not region:
        raise UsageError("no region: give --region, `region:` in the spec, or AWS_REGION")
    return str(region)


def connect(
    region: str,
    *,
    profile: str | None = None,
    endpoint_url: str | None = None,
    role_arn: str | None = None,
    access_key: tuple[str, str] | None = None,
) -> Aws:
    """A read-only connection; `Stack.apply` makes the writing one of it by itself.

    Raises ProvisionerError when the profile does not exist.
    """
    keys = access_key or (None, None)
    try:
        session = boto3.Session(
            profile_name=profile,
            region_name=region,
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
        )
        if role_arn:
            session = _assume(session, role_arn, endpoint_url)
    except BotoCoreError as error:
        raise explain(error) from error
    return Aws(session, endpoint_url=endpoint_url, read_only=True)


def _assume(session: boto3.Session, role_arn: str, endpoint_url: str | None) -> boto3.Session:
    """A session with a role's credentials, renewed when they run out."""

    def client(*args: Any, **kwargs: Any) -> Any:
        return session.client(*args, **{**kwargs, "endpoint_url": endpoint_url})

    fetcher = AssumeRoleCredentialFetcher(
        client, session.get_credentials(), role_arn, {"RoleSessionName": SESSION_NAME}
    )
    inner = BotocoreSession()
    inner._credentials = DeferredRefreshableCredentials(  # noqa: SLF001  # botocore has no public way
        fetcher.fetch_credentials, "assume-role"
    )
    return boto3.Session(botocore_session=inner, region_name=session.region_name)


class Stack:
    """One spec in one environment, account and region."""

    def __init__(
        self, spec: Spec, *, environment: str | None, aws: Aws, clock: Clock | None = None
    ) -> None:
        self.spec, self.environment, self.aws = spec, environment, aws
        self.clock = clock or Clock()
        self.blueprint = build(spec, environment=environment, region=aws.region)
        if spec.overrides or spec.resources:
            found = [f"{dotted(one.path)}: {one.message}" for one in findings(spec, self.blueprint)]
            if found:
                raise PlanError("\n".join(found))
        self.scope = Scope(
            self.blueprint.owner,
            self.blueprint.prefix,
            names_of(self.blueprint.resources, KINDS),
            {r.address: stamp(r, self.blueprint.owner) for r in self.blueprint.resources},
            self.blueprint.shared,
        )

    def observe(self, *, surroundings: bool = True) -> Observed:
        """One look at AWS, with what the stack needs but does not own or without.

        Raises NoAccess, LookupFailed.
        """
        lookups = [i for i in self.blueprint.lookups if surroundings or i.kind == "account"]
        return observe(self.aws, self.scope, kinds=KINDS, lookups=lookups, finders=FINDERS)

    def plan(self, *, replaceable: Collection[str] = ()) -> Plan:
        """What `apply` would do. Reads only. Raises PlanError, NoAccess."""
        seen, wanted = self.observe(), self.blueprint.resources
        check(wanted, kinds=KINDS, aws=self.aws, known=seen.lookups)
        made = make_plan(wanted, seen, kinds=KINDS, scope=self.scope, replaceable=replaceable)
        return warned(forecast(made, kinds=KINDS, aws=self.aws))

    def teardown_plan(self) -> Plan:
        """What `teardown` would do: the plan for nothing. Needs no network to be there."""
        seen = self.observe(surroundings=False)
        return make_plan((), seen, kinds=KINDS, scope=self.scope)

    def guard(self, plan: Plan, *, force: bool = False) -> Plan:
        """The plan, unless something must not be deleted as it stands. Raises Guarded."""
        return guard(plan, aws=self.aws, kinds=KINDS, scope=self.scope, force=force)

    def apply(
        self,
        plan: Plan,
        *,
        listen: Listen = ignore,
        parallelism: int = PARALLELISM,
    ) -> Report:
        """Carry out a plan, a teardown's as well. The report says what became of every step.

        Its outputs say what services run after it, also where that is not what was wanted.
        """
        report = execute(
            history.sign(plan, self._signature(plan)),
            kinds=KINDS,
            aws=self.aws.writable(),
            scope=self.scope,
            clock=self.clock,
            listen=listen,
            parallelism=parallelism,
        )
        return observed(self.aws, report)

    def services(self, names: Iterable[str] = ()) -> list[places.Place]:
        """Services of the stack as they run; all of them where none is named. Reads only.

        Raises UsageError, PlanError (not there yet, not ours, another account), NoAccess.
        """
        try:
            self._ask(Lookup("account", {"expected": self.spec.account}))
        except (ClientError, BotoCoreError) as error:
            raise explain(error) from error
        return places.find(
            self.aws, self.blueprint.resources, self.blueprint.lookups, self.scope, self._ask, names
        )

    def by_hand(self, found: Iterable[places.Place], made: Iterable[Step]) -> Plan:
        """Steps for services, as a plan to show and to `apply`."""
        account = self._ask(Lookup("account", {"expected": self.spec.account}))
        asked = list(found)
        known = self._known() if any(place.before for place in asked) else {}
        return steps.plan(self.scope.stack, asked, made, {**known, "lookup.account": account})

    def _known(self) -> dict[str, Any]:
        """Everything that is known of what exists."""
        seen = self.observe()
        ours = [x for x in reversed(seen.lives) if self.scope.ours(x.tags) and ADDRESS in x.tags]
        return {**seen.lookups, **{live.tags[ADDRESS]: live.outputs for live in ours}}

    def job(self, task: str, command: Sequence[str] = ()) -> Job:
        """A task of the spec as it is registered, to be run once. Reads only.

        Raises UsageError for a name that the spec does not have, PlanError before the first apply.
        """
        wanted = self.blueprint.outputs.get("tasks", {})
        cluster = self.blueprint.outputs["cluster_arn"]
        return job(wanted, cluster, self.scope, self.observe(), task, command)

    def _ask(self, lookup: Lookup) -> Mapping[str, Any]:
        key = ("asked", lookup.address)
        return self.aws.once(key, lambda: FINDERS[lookup.kind](self.aws, lookup.query))

    def _signature(self, plan: Plan) -> dict[str, str]:
        caller = str(plan.outputs.get("lookup.account", {}).get("Caller", ""))
        spec = hashlib.sha256(self.spec.model_dump_json().encode()).hexdigest()[:16]
        return history.signature(os.environ, caller, spec)

    def outputs(self, known: Outputs) -> dict[str, Any]:
        """What the user wants to know of the stack: its URL, and ARNs per service."""
        found: dict[str, Any] = known_outputs(self.blueprint.outputs, known)
        return found

    def plan_document(self, plan: Plan) -> dict[str, Any]:
        """The plan as `plan --json` prints it."""
        account = plan.outputs.get("lookup.account", {}).get("Account", "")
        return plan_document(
            plan,
            kinds=KINDS,
            environment=self.environment,
            account=account,
            region=self.aws.region,
        )

    def status_document(self) -> dict[str, Any]:
        """What exists of the stack, what is missing, and how its services are. Reads only."""
        seen = self.observe(surroundings=False)
        ours = [live for live in seen.lives if self.scope.ours(live.tags)]
        known = {
            **seen.lookups,
            **{live.tags[ADDRESS]: live.outputs for live in reversed(ours) if ADDRESS in live.tags},
        }
        wanted = [r.address for r in self.blueprint.resources if not KINDS[r.kind].part_of]
        missing = sorted(set(wanted) - known.keys())
        services = {
            live.tags.get(ADDRESS, live.id).split("/", 1)[1]: service_status(self.aws, live)
            for live in ours
            if live.kind == SERVICE
        }
        return {
            "format_version": FORMAT_VERSION,
            "stack": self.scope.stack,
            "environment": self.environment,
            "account": seen.lookups["lookup.account"]["Account"],
            "region": self.aws.region,
            "healthy": not missing and all(one["healthy"] for one in services.values()),
            "services": services,
            "resources": [
                {"address": live.tags.get(ADDRESS, ""), "id": live.id}
                for live in ours
                if not KINDS[live.kind].part_of
            ],
            "missing": missing,
            "outputs": self.outputs(known),
        }

    def report_document(self, report: Report) -> dict[str, Any]:
        """The report as `apply --json` prints it, with what was learnt of rollouts."""
        document = report_document(report, self.outputs(report.outputs), kinds=KINDS)
        document["rollouts"] = [
            {"address": outcome.step.address, "post_mortem": None, **outcome.details}
            for outcome in report.outcomes
            if outcome.step.kind == SERVICE and outcome.details
        ]
        return document

    def roll_back(self, deployment: str) -> None:
        """Have ECS return from a running service deployment (its ARN). Raises StepFailed."""
        stop(self.aws.writable(), deployment)
