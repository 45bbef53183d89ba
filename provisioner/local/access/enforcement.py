"""Refuses what the policies of the caller's role do not allow.

Callers are known by their access key, as AssumeRole gave it; all others may do everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from provisioner.local.record import headers_of
from provisioner.local.rules.rule import Place
from provisioner.local.wire import Call, access_key

from .actions import Need, Owner, needs, tags_of
from .policies import Asked, Context, decide

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

DENIED = "with an explicit deny in {article} {kind}"
UNMENTIONED = "because no {kind} allows the {action} action"
IDENTITY, BOUNDARY, SESSION = "identity-based policy", "permissions boundary", "session policy"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html shows the words.
WORDS = "User: {caller} is not authorized to perform: {action} on resource: {resource} {why}"
EC2_WORDS = "You are not authorized to perform this operation. "
# Services of the query and REST-XML protocols, whose errors are called otherwise.
QUERY = frozenset({"cloudformation", "cloudwatch", "elbv2", "iam", "route53", "s3", "sns", "sts"})


class Session:
    """An assumed role, and what its policies say."""

    def __init__(self, assumed: Any, place: Place) -> None:
        self._place = place
        self.arn = str(assumed.arn)
        # aws:PrincipalArn is that of the role, not of its session.
        self.role = str(assumed.role_arn)
        self.account = str(assumed.account_id)
        iam = place.backends("iam")[self.account][get_partition(place.region)]
        role = next((each for each in iam.roles.values() if each.arn == assumed.role_arn), None)
        managed = iam.managed_policies
        self._policies: dict[str, list[str]] = {IDENTITY: []}
        if role is not None:
            self._policies[IDENTITY] = documents(role)
            if role.permissions_boundary_arn in managed:
                self._policies[BOUNDARY] = [_document(managed[role.permissions_boundary_arn])]
        if assumed.policy:
            self._policies[SESSION] = [assumed.policy]

    def refused(self, need: Need, context: Context) -> str:
        """Return why an action is refused, in AWS's words; nothing if it is allowed."""
        asked = Asked(need.action, need.resource, context)
        found = {kind: decide(all_, asked) for kind, all_ in self._policies.items()}
        for kind, verdict in found.items():
            if verdict == "denied":
                article = "an" if kind == IDENTITY else "a"
                return self._words(need, DENIED.format(article=article, kind=kind))
        for kind, verdict in found.items():
            if verdict == "unmentioned":
                return self._words(need, UNMENTIONED.format(kind=kind, action=need.action))
        return ""

    def _words(self, need: Need, why: str) -> str:
        return WORDS.format(caller=self.arn, action=need.action, resource=need.resource, why=why)


def documents(role: Any) -> list[str]:
    """Return the policies of moto's record of a role, as JSON."""
    return [*role.policies.values(), *map(_document, role.managed_policies.values())]


def _document(policy: Any) -> str:
    """Return the version of a managed policy that counts."""
    return next(
        str(each.document)
        for each in policy.versions
        if each.version_id == policy.default_version_id
    )


def session(environ: WSGIEnvironment, place: Place) -> Session | None:
    """Return whose credentials of an assumed role a request has, None if it has others."""
    key = access_key(headers_of(environ))
    sts = place.backends("sts")[place.account][get_partition(place.region)]
    found = sts.get_assumed_role_from_access_key(key)
    return Session(found, place) if found else None


def refused(caller: Session, call: Call, params: Mapping[str, Any], place: Place) -> str:
    """Return why a call is refused, nothing if it is not. Raises NotImplementedError."""
    owner = Owner(get_partition(place.region), place.region, place.account)
    full = _with_table(call, _with_definition(call, params, place), place)
    for need in needs(call.service, call.operation, full, owner):
        whole = _resolved(need, place)
        context = _context(caller, whole, call, params, owner, place)
        if why := caller.refused(whole, context):
            return EC2_WORDS + why if call.service == "ec2" else why
    return ""


def _with_definition(call: Call, params: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    """RunTask passes the roles of its task definition, too, that nothing overrides.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
    """
    if (call.service, call.operation) != ("ecs", "RunTask"):
        return params
    family, _, number = str(params.get("taskDefinition")).rpartition("/")[2].partition(":")
    revisions = place.of("ecs").task_definitions.get(family, {})
    found = revisions.get(int(number) if number.isdigit() else max(revisions, default=0))
    roles = {
        "executionRoleArn": getattr(found, "execution_role_arn", None),
        "taskRoleArn": getattr(found, "task_role_arn", None),
    }
    overridden = params.get("overrides") or {}
    return {**params, **{name: arn for name, arn in roles.items() if name not in overridden}}


def _with_table(call: Call, params: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    """An association of a route table stands for the table."""
    if call.service != "ec2" or "AssociationId" not in params or "RouteTableId" in params:
        return params
    tables = place.of("ec2").route_tables.values()
    found = (each.id for each in tables if params["AssociationId"] in each.all_associations_ids)
    return {**params, "RouteTableId": next(found, "*")}


def code_of(service: str) -> tuple[HTTPStatus, str]:
    """Return the status and the code with which a service refuses.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, and the page
    Common Errors of the other services' references.
    """
    if service == "ec2":
        return HTTPStatus.FORBIDDEN, "UnauthorizedOperation"
    if service in QUERY:
        return HTTPStatus.FORBIDDEN, "AccessDenied"
    return HTTPStatus.BAD_REQUEST, "AccessDeniedException"


def _resolved(need: Need, place: Place) -> Need:
    """Give a role its path, and a secret the end of its ARN, which only they know."""
    service, name = need.resource.split(":")[2:3], need.resource.rpartition(":")[2]
    arn = None
    if service == ["iam"] and name.startswith("role/"):
        roles = place.backends("iam")[place.account][get_partition(place.region)].roles
        names = (each.arn for each in roles.values() if f"role/{each.name}" == name)
        arn = next(names, None)
    elif service == ["secretsmanager"]:
        secrets = place.of("secretsmanager").secrets
        arn = secrets[name].arn if name in secrets else None
    return replace(need, resource=arn) if arn else need


def _context(
    caller: Session,
    need: Need,
    call: Call,
    params: Mapping[str, Any],
    owner: Owner,
    place: Place,
) -> Context:
    """Return the condition keys of a request.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    given = tags_of(params)
    cluster = str(params.get("cluster", "default")).rpartition("/")[2]
    known: dict[str, Callable[[], Iterable[str]]] = {
        "aws:requestedregion": lambda: [owner.region],
        "aws:principalaccount": lambda: [caller.account],
        "aws:principalarn": lambda: [caller.role],
        "aws:tagkeys": lambda: given,
        "iam:passedtoservice": lambda: [need.service] if need.service else [],
        f"{need.action.partition(':')[0]}:createaction": lambda: [call.operation],
        "application-autoscaling:service-namespace": lambda: [params["ServiceNamespace"]],
        "ecs:cluster": lambda: [owner.arn("ecs", f"cluster/{cluster}")],
    }

    def values(key: str) -> tuple[str, ...]:
        kind, _, name = key.partition("/")
        kind = kind.lower()
        if kind == "aws:requesttag":
            return (given[name],) if name in given else ()
        if kind in {"aws:resourcetag", f"{need.action.partition(':')[0]}:resourcetag"}:
            tags = _tags(need.resource, place)
            return (tags[name],) if name in tags else ()
        return tuple(known[kind]()) if kind in known else ()

    return values


def _tags(arn: str, place: Place) -> dict[str, str]:
    """Return the tags of what there is of that ARN."""
    if ":role/" in arn:
        roles = place.backends("iam")[place.account][get_partition(place.region)].roles
        role = next((each for each in roles.values() if each.arn == arn), None)
        return {each["Key"]: each["Value"] for each in role.tags} if role else {}
    if ":application-autoscaling:" in arn:
        return dict(place.of("applicationautoscaling").tags.get(arn, {}))
    if ":servicediscovery:" in arn:
        return dict(place.of("servicediscovery").tagger.get_tag_dict_for_resource(arn))
    _, found = place.of("resourcegroupstaggingapi").get_resources(resource_arn_list=[arn])
    return dict(found[0].tags) if found else {}
