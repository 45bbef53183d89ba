"""An IAM role with its inline policies and attached managed policies.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import DENIED, Aws, code_of, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Kind, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import home_tags, tag_list, tag_map
from provisioner.resources.iam._policy import canonical_document, read_document

BOUNDARY = "PermissionsBoundary"
UNREADABLE = (*sorted(DENIED), "NotImplemented", "UnknownOperationException", "InvalidAction")


class Role(Kind):
    """`AssumeRolePolicyDocument` and the values of `InlinePolicies` are mappings.

    `PermissionsBoundary` is the ARN of a policy. One that somebody has set stays unless another is
    declared: what a role may never do is not for the stack to lift.
    """

    name = "iam.role"
    api = Api("iam", "CreateRole", "UpdateAssumeRolePolicy")
    grants = (
        Grant("read", "iam:GetAccountAuthorizationDetails"),
        Grant(
            "read",
            ("iam:GetRole iam:GetRolePolicy iam:ListRolePolicies  iam:ListAttachedRolePolicies"),
            "iam:role{Path}{RoleName}",
        ),
        Grant("create", "iam:CreateRole iam:TagRole", "iam:role{Path}{RoleName}"),
        Grant(
            "update",
            ("iam:UpdateAssumeRolePolicy iam:PutRolePolicy iam:DeleteRolePolicy  iam:TagRole"),
            "iam:role{Path}{RoleName}",
        ),
        Grant("update", "iam:AttachRolePolicy iam:DetachRolePolicy", "iam:role{Path}{RoleName}"),
        Grant(
            "update",
            "iam:PutRolePermissionsBoundary",
            "iam:role{Path}{RoleName}",
            having=BOUNDARY,
        ),
        Grant(
            "delete",
            "iam:DeleteRole iam:DeleteRolePolicy iam:DetachRolePolicy",
            "iam:role{Path}{RoleName}",
        ),
    )
    fields = ("RoleName", "AssumeRolePolicyDocument", "Path", BOUNDARY)
    identity = ("RoleName",)
    name_limit = 64
    uses = frozenset({"secretsmanager.secret", "ssm.parameter"})
    immutable = frozenset({"RoleName", "Path"})
    rules = Rules(
        unordered=frozenset({"ManagedPolicyArns"}),
        closed=frozenset({"InlinePolicies.**", "AssumeRolePolicyDocument.**"}),
    )
    replacement = "create-first"
    retries = (
        # A principal made a moment ago is not known everywhere yet.
        Retry("create", "MalformedPolicyDocument", containing="Invalid principal"),
        Retry("update", "MalformedPolicyDocument", containing="Invalid principal"),
        Retry("create", "ConcurrentModification"),
        Retry("update", "ConcurrentModification"),
        Retry("update", "NoSuchEntity", seconds=60),  # just created, not visible yet
        Retry("delete", "ConcurrentModification"),
        Retry("delete", "DeleteConflict", seconds=60),  # a policy that went is still counted
        Retry("delete", "NoSuchEntity", seconds=30),  # a policy that went is still listed
    )
    exists = ("EntityAlreadyExists",)
    absent = ("NoSuchEntity",)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """All roles in one paged call, with policies and tags; one by one where it is denied."""
        try:
            details = aws.pages(
                "iam", "get_account_authorization_details", "RoleDetailList",
                Filter=["Role"], PaginationConfig={"PageSize": 1000},
            )  # fmt: skip
        except ClientError as error:
            if not says(error, UNREADABLE):
                raise
            names = sorted(scope.names.get(self.name, ()))
            details = [role for role in aws.gather(lambda n: self._detail(aws, n), names) if role]
        for role in details:
            tags = home_tags(tag_map(role.get("Tags")), aws.region)
            if scope.ours(tags) or scope.near(self.name, role["RoleName"]):
                yield self._live(role, tags)

    def _detail(self, aws: Aws, name: str) -> dict[str, Any] | None:
        """One role in the shape of GetAccountAuthorizationDetails; None when there is none."""
        client = aws.client("iam")
        try:
            role: dict[str, Any] = client.get_role(RoleName=name)["Role"]
        except ClientError as error:
            if code_of(error) in self.absent:
                return None
            raise
        role["RolePolicyList"] = [
            client.get_role_policy(RoleName=name, PolicyName=policy)
            for policy in aws.pages("iam", "list_role_policies", "PolicyNames", RoleName=name)
        ]
        role["AttachedManagedPolicies"] = aws.pages(
            "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name
        )
        return role

    def request(self, want: Properties) -> dict[str, Any]:
        arguments = super().request(want)
        document = arguments["AssumeRolePolicyDocument"]
        return {**arguments, "AssumeRolePolicyDocument": json.dumps(document)}

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("iam").create_role(**self.request(want), Tags=tag_list(tags))
        document, boundary = want["AssumeRolePolicyDocument"], want.get(BOUNDARY)
        created = {
            **answer["Role"],
            "AssumeRolePolicyDocument": document,
            BOUNDARY: {"PermissionsBoundaryArn": boundary},
        }
        return self._live(created, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client, name = aws.client("iam"), want["RoleName"]
        if touched(changes, "AssumeRolePolicyDocument"):
            client.update_assume_role_policy(
                RoleName=name, PolicyDocument=json.dumps(want["AssumeRolePolicyDocument"])
            )
        if touched(changes, BOUNDARY):
            client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=want[BOUNDARY])
        for policy in sorted({c.path[1] for c in changes if c.field == "InlinePolicies"}):
            document = want["InlinePolicies"].get(policy)
            if document:
                client.put_role_policy(
                    RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document)
                )
            else:
                client.delete_role_policy(RoleName=name, PolicyName=policy)
        if touched(changes, "ManagedPolicyArns"):
            have, need = set(live.properties["ManagedPolicyArns"]), set(want["ManagedPolicyArns"])
            for arn in sorted(need - have):
                client.attach_role_policy(RoleName=name, PolicyArn=arn)
            for arn in sorted(have - need):
                client.detach_role_policy(RoleName=name, PolicyArn=arn)

    def delete(self, aws: Aws, live: Live) -> None:
        """IAM refuses a role that still has policies: they go first."""
        client, name = aws.client("iam"), live.properties["RoleName"]
        role = self._detail(aws, name)
        if role is None:
            return
        for policy in role["RolePolicyList"]:
            client.delete_role_policy(RoleName=name, PolicyName=policy["PolicyName"])
        for policy in role["AttachedManagedPolicies"]:
            client.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        client.delete_role(RoleName=name)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("iam").tag_role(RoleName=live.properties["RoleName"], Tags=tag_list(tags))

    def canonical(self, properties: Properties) -> Properties:
        inline = properties.get("InlinePolicies") or {}
        declared = {k: v for k, v in properties.items() if k != BOUNDARY or v}
        return {
            **declared,
            "AssumeRolePolicyDocument": canonical_document(properties["AssumeRolePolicyDocument"]),
            "InlinePolicies": {name: canonical_document(inline[name]) for name in sorted(inline)},
        }

    def _live(self, role: dict[str, Any], tags: Tags) -> Live:
        properties = {
            "RoleName": role["RoleName"],
            "Path": role.get("Path", "/"),
            BOUNDARY: (role.get(BOUNDARY) or {}).get("PermissionsBoundaryArn"),
            "AssumeRolePolicyDocument": read_document(role["AssumeRolePolicyDocument"]),
            "InlinePolicies": {
                policy["PolicyName"]: read_document(policy["PolicyDocument"])
                for policy in role.get("RolePolicyList", ())
            },
            "ManagedPolicyArns": [
                policy["PolicyArn"] for policy in role.get("AttachedManagedPolicies", ())
            ],
        }
        outputs = {"Arn": role["Arn"], "Name": role["RoleName"]}
        return Live(self.name, role["Arn"], tags, properties, outputs)
