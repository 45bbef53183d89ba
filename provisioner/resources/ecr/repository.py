"""An ECR repository with its lifecycle policy.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws, says
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import arn_name, batches, indexed, tag_list, tag_map, tags_of

LAYERS_OF_LISTS = 3
"""A list of images, the images, and what remains of a delete that came in between."""


class Repository(Kind):
    """`lifecyclePolicy` is the policy document as a mapping."""

    name = "ecr.repository"
    api = Api("ecr", "CreateRepository", "PutImageTagMutability")
    grants = (
        Grant("read", "ecr:DescribeRepositories"),
        Grant(
            "read",
            "ecr:ListTagsForResource ecr:GetLifecyclePolicy ecr:ListImages ecr:DescribeImages",
            "ecr:repository/{repositoryName}",
        ),
        Grant("create", "ecr:CreateRepository ecr:TagResource", "ecr:repository/{repositoryName}"),
        Grant(
            "update",
            (
                "ecr:PutLifecyclePolicy ecr:DeleteLifecyclePolicy ecr:PutImageTagMutability "
                "ecr:PutImageScanningConfiguration ecr:TagResource"
            ),
            "ecr:repository/{repositoryName}",
        ),
        Grant(
            "delete", "ecr:DeleteRepository ecr:BatchDeleteImage", "ecr:repository/{repositoryName}"
        ),
    )
    fields = (
        "repositoryName", "imageTagMutability", "imageScanningConfiguration",
        "encryptionConfiguration",
    )  # fmt: skip
    identity = ("repositoryName",)
    immutable = frozenset({"repositoryName", "encryptionConfiguration"})
    lasting = frozenset({"imageTagMutability", "imageScanningConfiguration"})
    rules = Rules(closed=frozenset({"lifecyclePolicy.**"}))
    exists = ("RepositoryAlreadyExistsException",)
    absent = ("RepositoryNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = {
        "imageTagMutability": Effect.NONE,
        "imageScanningConfiguration": Effect.NONE,
        "lifecyclePolicy": Effect.NONE,
    }
    holds_data = True

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        found = aws.pages("ecr", "describe_repositories", "repositories", maxResults=1000)
        odd = {arn_name(arn) for arn in indexed(aws, scope, "ecr/repository")}
        near = [
            repository
            for repository in found
            if scope.near(self.name, repository["repositoryName"])
            or repository["repositoryName"] in odd
        ]
        yield from aws.gather(lambda repository: self._read(aws, scope, repository), near)

    def _read(self, aws: Aws, scope: Scope, repository: dict[str, Any]) -> Live:
        client = aws.client("ecr")

        def ask(arn: str) -> Tags:
            return tag_map(client.list_tags_for_resource(resourceArn=arn)["tags"])

        tags = tags_of(aws, scope, repository["repositoryArn"], ask)
        policy: Any = None
        if scope.ours(tags):
            policy = self._policy(aws, repository["repositoryName"])
        return self._live(repository, tags, policy)

    def _policy(self, aws: Aws, name: str) -> Any:
        client = aws.client("ecr")
        try:
            answer = client.get_lifecycle_policy(repositoryName=name)
        except client.exceptions.ClientError as error:
            if says(error, ("LifecyclePolicyNotFoundException", "RepositoryNotFoundException")):
                return None
            raise
        return json.loads(answer["lifecyclePolicyText"])

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ecr").create_repository(**self.request(want), tags=tag_list(tags))
        return self._live(answer["repository"], tags, None)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        client, name = aws.client("ecr"), live.properties["repositoryName"]
        if touched(changes, "imageTagMutability"):
            client.put_image_tag_mutability(
                repositoryName=name, imageTagMutability=want["imageTagMutability"]
            )
        if touched(changes, "imageScanningConfiguration"):
            client.put_image_scanning_configuration(
                repositoryName=name, imageScanningConfiguration=want["imageScanningConfiguration"]
            )
        if touched(changes, "lifecyclePolicy") and want["lifecyclePolicy"]:
            client.put_lifecycle_policy(
                repositoryName=name, lifecyclePolicyText=json.dumps(want["lifecyclePolicy"])
            )
        elif touched(changes, "lifecyclePolicy"):
            client.delete_lifecycle_policy(repositoryName=name)

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ecr").delete_repository(repositoryName=live.properties["repositoryName"])

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("ecr").tag_resource(resourceArn=live.id, tags=tag_list(tags))

    def canonical(self, properties: Properties) -> Properties:
        """AWS returns lifecycle rules in an order of its own."""
        policy = properties.get("lifecyclePolicy")
        if not policy:
            return properties
        rules = sorted(policy.get("rules", ()), key=lambda rule: rule["rulePriority"])
        return {**properties, "lifecyclePolicy": {"rules": rules}}

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """Images cannot be made again by `apply`."""
        images = self._images(aws, live)
        if images:
            yield f"holds {len(images)} image{'s' if len(images) > 1 else ''}"

    def clear(self, aws: Aws, live: Live) -> None:
        """Images that a manifest list names can go only after the list."""
        for _ in range(LAYERS_OF_LISTS):
            for some in batches(self._images(aws, live), 100):
                aws.client("ecr").batch_delete_image(
                    repositoryName=live.properties["repositoryName"], imageIds=some
                )

    def _images(self, aws: Aws, live: Live) -> list[Any]:
        name = live.properties["repositoryName"]
        return aws.pages("ecr", "list_images", "imageIds", repositoryName=name, maxResults=1000)

    def _live(self, repository: dict[str, Any], tags: Tags, policy: Any) -> Live:
        properties = {name: repository.get(name) for name in self.fields}
        return Live(
            self.name,
            repository["repositoryArn"],
            tags,
            {**properties, "lifecyclePolicy": policy},
            {"Arn": repository["repositoryArn"], "Uri": repository["repositoryUri"]},
        )
