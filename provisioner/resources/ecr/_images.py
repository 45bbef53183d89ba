"""Which image a tag stands for, as ECR has it now.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
One call for all tags of a repository. ECR refuses the whole call for one that is not there; then
each is asked for alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says

ABSENT = ("ImageNotFoundException", "RepositoryNotFoundException")
DIGEST = "sha256:"
WHOLE_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
REGISTRY = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\."
    r"(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn))"
)
"""The host of a private ECR registry: Amazon ECR user guide, "Private registry endpoints"."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An image reference taken apart. `account` and `region` are "" outside of private ECR."""

    base: str
    """Everything before the tag or the digest."""
    repository: str
    account: str
    region: str
    tag: str = ""
    digest: str = ""

    @property
    def ours(self) -> bool:
        """Whether it is in a private ECR registry, which can be asked."""
        return bool(self.account)

    @property
    def host(self) -> str:
        """The registry's host where one is named: it has a dot or a port, or is `localhost`."""
        first, slash, _ = self.base.partition("/")
        named = first == "localhost" or "." in first or ":" in first
        return first if slash and named else ""

    def pinned(self, digest: str) -> str:
        """The reference by digest."""
        return f"{self.base}@{digest}"

    def at(self, version: str) -> str:
        """The same repository at a tag or a digest."""
        return f"{self.base}{'@' if version.startswith(DIGEST) else ':'}{version}"


def read(image: str) -> Reference:
    """Take a reference apart; neither tag nor digest means `latest`."""
    rest, _, digest = image.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    base = f"{head}{slash}{name}"
    host, _, path = base.partition("/")
    found = REGISTRY.fullmatch(host)
    if not tag and not digest:
        tag = "latest"
    if found is None:
        return Reference(base, base, "", "", tag, digest)
    return Reference(base, path, found["account"], found["region"], tag, digest)


def digests(
    aws: Aws, repository: str, versions: Iterable[str], *, account: str = "", region: str = ""
) -> dict[str, str]:
    """Tag or digest to digest, of those that are there. Raises ClientError."""
    wanted = sorted(set(versions))
    if not wanted:
        return {}
    try:
        return _ask(aws, repository, wanted, account, region)
    except ClientError as error:
        if not says(error, ABSENT):
            raise
        if len(wanted) == 1 or says(error, ("RepositoryNotFoundException",)):
            return {}
    found: dict[str, str] = {}
    for one in wanted:
        found |= digests(aws, repository, [one], account=account, region=region)
    return found


def there_is(aws: Aws, named: Reference) -> bool:
    """Whether there is such a repository in ECR. Raises ClientError."""
    try:
        aws.client("ecr", region=named.region).describe_images(
            repositoryName=named.repository, registryId=named.account, maxResults=1
        )
    except ClientError as error:
        if says(error, ("RepositoryNotFoundException",)):
            return False
        raise
    return True


def _ask(aws: Aws, repository: str, wanted: list[str], account: str, region: str) -> dict[str, str]:
    ids = [{"imageDigest" if v.startswith(DIGEST) else "imageTag": v} for v in wanted]
    registry = {"registryId": account} if account else {}
    answer = aws.client("ecr", region=region).describe_images(
        repositoryName=repository, imageIds=ids, **registry
    )
    found: dict[str, str] = {}
    for image in answer["imageDetails"]:
        digest = str(image["imageDigest"])
        names = {digest, *image.get("imageTags", ())}
        found |= {one: digest for one in wanted if one in names}
    return found
