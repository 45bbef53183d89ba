"""What roles for a pipeline stand on: the identity provider, and managed policies.

They are no kinds: the provider is everybody's in the account, and a stack has no such policies.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.model import Tags
from provisioner.engine.owner import is_ours
from provisioner.errors import PlanError
from provisioner.resources._tags import tag_list, tag_map
from provisioner.resources.iam._policy import canonical_document, read_document

MOST_VERSIONS = 5
GONE = ("NoSuchEntity",)


def provide(aws: Aws, arn: str, audience: str, tags: Tags) -> Iterator[str]:
    """Have the account trust an issuer's tokens; yields what had to be done.

    One that is there stays whose it is. AWS checks GitHub's certificate by itself: no thumbprint.
    """
    client = aws.client("iam")
    url = arn.split("oidc-provider/", 1)[1]
    try:
        found = client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    except ClientError as error:
        if not says(error, GONE):
            raise
        client.create_open_id_connect_provider(
            Url=f"https://{url}", ClientIDList=[audience], Tags=tag_list(tags)
        )
        yield f"created identity provider {url}"
        return
    if audience not in found["ClientIDList"]:
        client.add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=arn, ClientID=audience
        )
        yield f"added audience {audience} to identity provider {url}"


def keep(
    aws: Aws, wanted: Mapping[str, Mapping[str, Any]], tags: Tags, owner: str
) -> Iterator[str]:
    """Make managed policies, by ARN, say what they should; yields what had to be done.

    Raises PlanError where the name is taken by somebody else.
    """
    client = aws.client("iam")
    there = {arn: _policy(client, arn) for arn in wanted}
    for arn, policy in there.items():
        if policy and not is_ours(tag_map(policy.get("Tags")), owner):
            raise PlanError(
                f"policy {_name(arn)}: there is one of this name that has no tag of {owner};"
                " delete it or rename it"
            )
    for arn, document in wanted.items():
        name, policy = _name(arn), there[arn]
        if policy is None:
            client.create_policy(
                PolicyName=name, PolicyDocument=json.dumps(document), Tags=tag_list(tags)
            )
            yield f"created policy {name}"
        elif _differs(client, arn, policy["DefaultVersionId"], document):
            _rewrite(client, arn, document)
            yield f"changed policy {name}"


def drop(aws: Aws, arns: Iterable[str], owner: str) -> Iterator[str]:
    """Delete managed policies of ours that nothing has any more; yields what had to be done."""
    client = aws.client("iam")
    for arn in sorted(arns):
        policy = _policy(client, arn)
        if policy is None or not is_ours(tag_map(policy.get("Tags")), owner):
            continue
        for version in aws.pages("iam", "list_policy_versions", "Versions", PolicyArn=arn):
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        client.delete_policy(PolicyArn=arn)
        yield f"deleted policy {_name(arn)}"


def _policy(client: Any, arn: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = client.get_policy(PolicyArn=arn)["Policy"]
    except ClientError as error:
        if says(error, GONE):
            return None
        raise
    return found


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[1]


def _differs(client: Any, arn: str, version: str, document: Mapping[str, Any]) -> bool:
    answer = client.get_policy_version(PolicyArn=arn, VersionId=version)
    have = read_document(answer["PolicyVersion"]["Document"])
    return bool(canonical_document(have) != canonical_document(document))


def _rewrite(client: Any, arn: str, document: Mapping[str, Any]) -> None:
    """A policy has five versions at most: the oldest makes room."""
    versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
    old = sorted(
        (one for one in versions if not one["IsDefaultVersion"]), key=lambda v: v["CreateDate"]
    )
    if len(versions) >= MOST_VERSIONS:
        client.delete_policy_version(PolicyArn=arn, VersionId=old[0]["VersionId"])
    client.create_policy_version(
        PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True
    )
