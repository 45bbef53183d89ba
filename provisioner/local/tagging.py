"""The kinds that moto 5.2.5's Resource Groups Tagging API leaves out, or calls by another name.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from moto.core.resource_tagging import (
    TaggableResourcesMixin,
    TaggedResource,
    iter_taggable_backends,
    make_tag_matcher,
    match_resource_type,
)
from moto.ecr import urls as ecr_urls
from moto.ecr.models import ECRBackend, ecr_backends
from moto.logs import urls as logs_urls
from moto.logs.models import LogsBackend, logs_backends
from moto.resourcegroupstaggingapi import urls
from moto.resourcegroupstaggingapi.models import (
    ResourceGroupsTaggingAPIBackend,
    resourcegroupstaggingapi_backends,
)

from ._extension import Extension
from .settings import Settings

# Seconds until the index knows what is new, or gone: AWS gives no number.
INDEXED_IN = 20.0


def install(settings: Settings) -> None:
    """Put these backends in the place of moto's, before moto has made one."""
    TaggingBackend.settings = settings
    ecr_backends.backend = EcrBackend
    logs_backends.backend = TaggedLogsBackend
    resourcegroupstaggingapi_backends.backend = TaggingBackend


class EcrBackend(Extension, ECRBackend, TaggableResourcesMixin):
    """moto's ECR, with its repositories in the index."""

    SERVICE_NAMESPACE = "ecr"
    urls_of = ecr_urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the repositories."""
        for repository in self.repositories.values():
            tags = self.tagger.get_tag_dict_for_resource(repository.arn)
            yield TaggedResource(repository.arn, tags, "ecr:repository")

    def tag_resource(self, arn: str, tags: Any) -> None:
        """Tag a repository: a list of tags from ECR's own API, a mapping from the tagging API."""
        if isinstance(tags, dict):
            tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        super().tag_resource(arn, tags)


class TaggedLogsBackend(Extension, LogsBackend):
    """moto's CloudWatch Logs, with AWS's word for a log group."""

    urls_of = logs_urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the log groups."""
        for group in super().iter_tagged_resources():
            yield replace(group, resource_type="logs:log-group")


class TaggingBackend(Extension, ResourceGroupsTaggingAPIBackend):
    """moto's index, whose pages survive changes made between them, and which is late."""

    urls_of = urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # By ARN: a thing and when it was tagged, or when it went.
        self.born: dict[str, tuple[TaggedResource, float]] = {}
        self.gone: dict[str, tuple[TaggedResource, float]] = {}

    def note(self, at: float) -> None:
        """Compare with what there is: what is not known was made, and what is missed went, `at`."""
        present = {
            each.arn: each
            for backend in iter_taggable_backends(self.account_id, self.region_name)
            for each in backend.iter_tagged_resources()
            if each.tags
        }
        for arn, each in present.items():
            self.born[arn] = (each, self.born[arn][1] if arn in self.born else at)
        for arn in self.born.keys() - present.keys():
            self.gone[arn] = (self.born.pop(arn)[0], at)

    def _get_resources_generator(
        self,
        tag_filters: list[dict[str, Any]] | None = None,
        resource_type_filters: list[str] | None = None,
        resource_arn_list: list[str] | None = None,
    ) -> Iterator[TaggedResource]:
        found = list(
            super()._get_resources_generator(tag_filters, resource_type_filters, resource_arn_list)
        )
        if not self.settings.consistency:
            return iter(found)
        late, fits = self.settings.clock.now() - INDEXED_IN, make_tag_matcher(tag_filters)
        old = [each for each in found if self.born.get(each.arn, (each, late))[1] <= late]
        past = [
            each
            for each, at in self.gone.values()
            if at > late
            and fits(each.tags)
            and match_resource_type(each.resource_type, resource_type_filters)
        ]
        return iter([*old, *past])
