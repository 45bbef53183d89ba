"""The roles that a repository's GitHub Actions act in: for plans, for applies, and to push images.

A job has a token that says which repository it is of and why it runs; AWS trades it for a role's
credentials. Sources: GitHub, About security hardening with OpenID Connect (the subjects); IAM user
guide, Create a role for OpenID Connect federation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provisioner.access.policy import partition_of, policies
from provisioner.engine.policy import VERSION, Purpose, document
from provisioner.spec.models import Spec
from provisioner.stack import build

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
PUSH = [
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
"""With PULL, what pushing needs. Source: Amazon ECR user guide, IAM permissions for pushing."""


@dataclass(frozen=True, slots=True)
class Repository:
    """`owner/name` on GitHub, with the numbers that never change, where they are known."""

    owner: str
    name: str
    owner_id: str = ""
    id: str = ""

    def subjects(self, *reasons: str) -> list[str]:
        """What tokens of its jobs say, in both forms.

        Repositories made, renamed or moved after July 2026 have the numbers in it.
        """
        names = [f"repo:{self.owner}/{self.name}"]
        if self.owner_id and self.id:
            names.append(f"repo:{self.owner}@{self.owner_id}/{self.name}@{self.id}")
        return [f"{name}:{reason}" for name in names for reason in reasons]


@dataclass(frozen=True, slots=True)
class PipelineRole:
    """A role for jobs: who may take it, and what it may do."""

    name: str
    trust: dict[str, Any]
    policies: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the roles are, and for what."""

    spec: Spec
    environment: str | None
    region: str
    account: str
    branch: str = "main"
    approval: str = ""
    """The GitHub environment whose jobs may apply; by default it is called like the spec's."""

    @property
    def stem(self) -> str:
        """What the roles' names begin with: nothing that `apply` may write to begins so."""
        return "-".join(filter(None, ("github", self.spec.stack, self.environment)))

    @property
    def owner(self) -> str:
        """Whose the roles are: not the stack's, which they make and delete."""
        return "/".join(filter(None, ("github", self.spec.stack, self.environment)))

    @property
    def provider(self) -> str:
        """The ARN of GitHub's identity provider in the account."""
        return f"arn:{partition_of(self.region)}:iam::{self.account}:oidc-provider/{ISSUER}"

    def policy_arn(self, name: str) -> str:
        """The ARN of a managed policy of the account."""
        return f"arn:{partition_of(self.region)}:iam::{self.account}:policy/{name}"


def roles(setting: Setting, repository: Repository) -> list[PipelineRole]:
    """Of plans, of applies, and of pushing images, where the stack has a repository for them.

    Pull requests and the main branch plan; only jobs in the GitHub environment apply; only the
    main branch pushes.
    """
    main = f"ref:refs/heads/{setting.branch}"
    apply = f"environment:{setting.approval or setting.environment}"

    def trust(*reasons: str) -> dict[str, Any]:
        return trusted(setting.provider, repository.subjects(*reasons))

    def needed(purpose: Purpose) -> tuple[dict[str, Any], ...]:
        return tuple(
            policies(
                setting.spec,
                purpose,
                environment=setting.environment,
                region=setting.region,
                account=setting.account,
            )
        )

    stem = setting.stem
    found = [
        PipelineRole(f"{stem}-plan", trust("pull_request", main), needed("plan")),
        PipelineRole(f"{stem}-apply", trust(apply), needed("apply")),
    ]
    if pushing := list(_repositories(setting)):
        everybody = f"{pushing[0].rpartition('/')[0]}/{setting.spec.stack}-*"
        policy = _push(pushing, sorted({everybody, *pushing}))
        found.append(PipelineRole(f"{stem}-build", trust(main), (policy,)))
    return found


def trusted(provider: str, subjects: list[str]) -> dict[str, Any]:
    """A trust policy for tokens with exactly these subjects, meant for AWS."""
    return {
        "Version": VERSION,
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects}
                },
            }
        ],
    }


def _repositories(setting: Setting) -> Iterator[str]:
    built = build(setting.spec, environment=setting.environment, region=setting.region)
    for resource in built.resources:
        if resource.kind == "ecr.repository":
            name = resource.properties["repositoryName"]
            place = f"{partition_of(setting.region)}:ecr:{setting.region}:{setting.account}"
            yield f"arn:{place}:repository/{name}"


def _push(repositories: list[str], readable: list[str]) -> dict[str, Any]:
    """Push to some; read what the stack's other environments have, which is promoted from there."""
    return document([
        {
            "Sid": "SignIn",
            "Effect": "Allow",
            "Action": ["ecr:GetAuthorizationToken"],
            "Resource": "*",
        },
        {"Sid": "Pull", "Effect": "Allow", "Action": PULL, "Resource": readable},
        {"Sid": "Push", "Effect": "Allow", "Action": PUSH, "Resource": sorted(repositories)},
    ])  # fmt: skip
