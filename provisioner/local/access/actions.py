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

# botocore's client -> the prefix of its actions, where they differ.
PREFIXES = {
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "sesv2": "ses",
    "stepfunctions": "states",
}
# Operations whose action has another name:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
ACTIONS = {
    ("s3", "DeleteBucketLifecycle"): "PutLifecycleConfiguration",
    ("s3", "DeleteObjects"): "DeleteObject",
    ("s3", "DeletePublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "HeadBucket"): "ListBucket",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
    ("s3", "ListObjects"): "ListBucket",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "PutBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "PutBucketLifecycleConfiguration"): "PutLifecycleConfiguration",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
}
# GetCallerIdentity is for everybody:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
FREE = frozenset({("sts", "GetCallerIdentity")})


@dataclass(frozen=True, slots=True)
class Row:
    """Operations that fit the pattern act on `resource`.

    It is the resource part of an ARN with parameters in braces, of which the last word of a path or
    ARN counts, or `=PARAMETER` where the parameter is the ARN, or `KIND=PARAMETER` where what is
    acted on is that of which the parameter's ARN names a part. Lists mean one ARN for each.
    """

    operations: str
    resource: str


@dataclass(frozen=True, slots=True)
class Need:
    """One action on one ARN; `service` is to whom a role is passed."""

    action: str
    resource: str
    service: str = ""


SERVICE = "service/{cluster}/{service}"
RESOURCES: dict[str, tuple[Row, ...]] = {
    "ecs": (
        Row("CreateCluster", "cluster/{clusterName}"),
        Row("DescribeClusters", "cluster/{clusters}"),
        Row("(Update|Delete)Cluster|UpdateClusterSettings|PutCluster.*", "cluster/{cluster}"),
        Row("CreateService", "service/{cluster}/{serviceName}"),
        Row("DescribeServices", "service/{cluster}/{services}"),
        Row("(Update|Delete)Service|ListServiceDeployments", SERVICE),
        Row("(Stop|Continue)ServiceDeployment", "=serviceDeploymentArn"),
        Row("(Stop|Continue)ServiceDeployment", "service=serviceDeploymentArn"),
        Row("DescribeServiceDeployments", "=serviceDeploymentArns"),
        Row("DescribeServiceDeployments", "service=serviceDeploymentArns"),
        Row("DescribeServiceRevisions", "=serviceRevisionArns"),
        Row("DescribeServiceRevisions", "service=serviceRevisionArns"),
        Row("RegisterTaskDefinition", "task-definition/{family}:*"),
        Row("RunTask", "task-definition/{taskDefinition}"),
        Row("DeleteTaskDefinitions", "task-definition/{taskDefinitions}"),
        Row("StopTask", "task/{cluster}/{task}"),
        Row("DescribeTasks", "task/{cluster}/{tasks}"),
        Row("ExecuteCommand", "cluster/{cluster}"),
        Row("ExecuteCommand", "task/{cluster}/{task}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=resourceArn"),
    ),
    "elbv2": (
        Row("Describe.*", ""),
        Row("CreateLoadBalancer", "loadbalancer/app/{Name}/*"),
        Row("CreateTargetGroup", "targetgroup/{Name}/*"),
        Row("CreateRule", "=ListenerArn"),
        Row("(Modify|Delete)Listener|ModifyListenerAttributes|.*ListenerCert.*", "=ListenerArn"),
        Row("(Modify|Delete)Rule", "=RuleArn"),
        Row("SetRulePriorities", "=RulePriorities.RuleArn"),
        Row(".*Target(Group|GroupAttributes|s)", "=TargetGroupArn"),
        Row("(Add|Remove)Tags", "=ResourceArns"),
        Row(".*", "=LoadBalancerArn"),
    ),
    "ec2": (
        Row("CreateSecurityGroup", "security-group/*"),
        Row("CreateSecurityGroup", "vpc/{VpcId}"),
        Row("DescribeSecurityGroup.*", ""),
        Row(".*SecurityGroup.*", "security-group/{GroupId}"),
        Row("(Create|Delete)Tags", "{kind}/{Resources}"),
    ),
    "iam": (Row(".*Role(Pol.*|Tags|Permissions.*)?|.*AssumeRolePolicy", "role/{RoleName}"),),
    "logs": (
        Row("DescribeLogGroups", "log-group::log-stream:"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=resourceArn"),
        Row(
            "CreateLogStream|(Get|Put)LogEvents",
            "log-group:{logGroupName}:log-stream:{logStreamName}",
        ),
        Row(".*", "log-group:{logGroupName}:log-stream:"),
    ),
    "ecr": (
        Row("GetAuthorizationToken", ""),
        Row("DescribeRepositories", "repository/{repositoryNames}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=resourceArn"),
        Row(".*", "repository/{repositoryName}"),
    ),
    "secretsmanager": (
        Row("CreateSecret", "secret:{Name}"),
        Row("ListSecrets|GetRandomPassword|BatchGetSecretValue", ""),
        Row(".*", "secret:{SecretId}"),
    ),
    "ssm": (
        Row("(Put|Get|Delete)Parameter", "parameter/{Name}"),
        Row("(Get|Delete)Parameters", "parameter/{Names}"),
        Row("(Add|Remove|List)Tags.*", "parameter/{ResourceId}"),
    ),
    "acm": (
        Row("(Request|List)Certificates?|.*AccountConfiguration", ""),
        Row(".*", "=CertificateArn"),
    ),
    "sts": (Row("AssumeRole", "=RoleArn"),),
}
# What a create needs besides if it brings tags.
TAGGING = {
    "ecs": "ecs:TagResource",
    "elbv2": "elasticloadbalancing:AddTags",
    "ec2": "ec2:CreateTags",
    "iam": "iam:TagRole",
    "logs": "logs:TagResource",
    "ecr": "ecr:TagResource",
    "secretsmanager": "secretsmanager:TagResource",
    "ssm": "ssm:AddTagsToResource",
    "acm": "acm:AddTagsToCertificate",
}
CREATES = ("Create", "Register", "Request", "Run", "Put")


# Services whose names may have slashes in them: they are no paths.
WHOLE = frozenset({"ecr", "logs", "secretsmanager", "ssm"})
# IAM's ARNs have no region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
REGIONLESS = frozenset({"iam"})
# What an EC2 id begins with -> its kind in an ARN.
KINDS = {
    "eni": "network-interface",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
}
_FIELD = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose resources a call is about."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """Name a resource of a service, in botocore's word."""
        region = "" if service in REGIONLESS else self.region
        prefix = PREFIXES.get(service, service)
        return f"arn:{self.partition}:{prefix}:{region}:{self.account}:{resource}"


def needs(service: str, operation: str, params: Mapping[str, Any], owner: Owner) -> Iterator[Need]:
    """Yield everything that a call must be allowed; nothing if it is for everybody."""
    if (service, operation) in FREE:
        return
    action = f"{PREFIXES.get(service, service)}:{ACTIONS.get((service, operation), operation)}"
    arns = list(_arns(service, operation, params, owner)) or ["*"]
    yield from (Need(action, arn) for arn in arns)
    if service in TAGGING and operation.startswith(CREATES) and tags_of(params):
        yield Need(TAGGING[service], arns[0])
    for role, to in passed(service, operation, params):
        yield Need("iam:PassRole", role, to)


def tags_of(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that a request brings, in whichever of AWS's shapes."""
    given: Any = params.get("tags") or params.get("Tags") or []
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
    return [str(each[inner]) if inner else str(each) for each in values]
