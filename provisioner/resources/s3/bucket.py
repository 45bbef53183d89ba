"""An S3 bucket with its policy, encryption, public access block and lifecycle.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, code_of
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Kind, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags, given, is_empty
from provisioner.resources._tags import indexed, sought, tag_list, tag_map
from provisioner.resources.iam._policy import canonical_document

CLASSIC = "us-east-1"
"""The one region that must not be named."""
TEST_FILES = (
    "/ELBAccessLogTestFile",
    "/ELBConnectionLogTestFile",
    "/ELBHealthCheckLogTestFile",
)
"""No data of anybody's: Elastic Load Balancing makes them when logs are switched on
(enable-access-logging.html of the Application Load Balancers guide)."""
MOST_AT_ONCE = 1000
"""Objects in one DeleteObjects."""


@dataclass(frozen=True, slots=True)
class Part:
    """One setting of a bucket, which has calls of its own. `absent` is what AWS says of none."""

    get: str
    put: str
    delete: str
    key: str
    absent: str


PARTS = {
    "Policy": Part(
        "get_bucket_policy", "put_bucket_policy", "delete_bucket_policy", "Policy",
        "NoSuchBucketPolicy",
    ),
    "ServerSideEncryptionConfiguration": Part(
        "get_bucket_encryption", "put_bucket_encryption", "delete_bucket_encryption",
        "ServerSideEncryptionConfiguration", "ServerSideEncryptionConfigurationNotFoundError",
    ),
    "PublicAccessBlockConfiguration": Part(
        "get_public_access_block", "put_public_access_block", "delete_public_access_block",
        "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration",
    ),
    "LifecycleConfiguration": Part(
        "get_bucket_lifecycle_configuration", "put_bucket_lifecycle_configuration",
        "delete_bucket_lifecycle", "Rules", "NoSuchLifecycleConfiguration",
    ),
    "OwnershipControls": Part(
        "get_bucket_ownership_controls", "put_bucket_ownership_controls",
        "delete_bucket_ownership_controls", "OwnershipControls", "OwnershipControlsNotFoundError",
    ),
}  # fmt: skip
OWNERSHIP = "ObjectOwnership"


class Bucket(Kind):
    """`Policy` is a mapping. Names are unique among all accounts of a partition."""

    name = "s3.bucket"
    api = Api("s3", "CreateBucket")
    grants = (
        Grant("read", "s3:ListAllMyBuckets"),
        Grant(
            "read",
            (
                "s3:GetBucketTagging s3:GetBucketOwnershipControls "
                "s3:GetBucketPublicAccessBlock s3:GetEncryptionConfiguration "
                "s3:GetBucketPolicy s3:GetLifecycleConfiguration s3:ListBucketVersions"
            ),
            "s3:{Bucket}",
        ),
        Grant(
            "create",
            ("s3:CreateBucket s3:PutBucketTagging s3:TagResource  s3:PutBucketOwnershipControls"),
            "s3:{Bucket}",
        ),
        Grant(
            "update",
            (
                "s3:PutBucketTagging s3:PutBucketOwnershipControls "
                "s3:PutBucketPublicAccessBlock s3:PutEncryptionConfiguration "
                "s3:PutBucketPolicy s3:DeleteBucketPolicy s3:PutLifecycleConfiguration"
            ),
            "s3:{Bucket}",
        ),
        Grant("delete", "s3:DeleteBucket", "s3:{Bucket}"),
        Grant("delete", "s3:DeleteObject s3:DeleteObjectVersion", "s3:{Bucket}/*"),
    )
    fields = ("Bucket", OWNERSHIP)
    identity = ("Bucket",)
    name_limit = 63
    immutable = frozenset({"Bucket"})
    rules = Rules(closed=frozenset({"Policy.**"}))
    retries = (
        # A bucket of this name was deleted a moment ago, or another change is under way.
        *(Retry(verb, "OperationAborted") for verb in ("create", "update", "delete")),
        # Made a moment ago, not visible everywhere yet.
        Retry("update", "NoSuchBucket", seconds=60),
    )
    exists = ("BucketAlreadyOwnedByYou",)
    absent = ("NoSuchBucket",)
    holds_data = True

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """Those named like ours or known to the index; their settings only where they are ours."""
        if not sought(aws, scope, self.name, "s3"):
            return
        region = {"BucketRegion": aws.region}
        found = aws.pages("s3", "list_buckets", "Buckets", Prefix=scope.prefix, **region)
        mine = {item["Name"] for item in found}
        mine |= {arn.rsplit(":", 1)[1] for arn in indexed(aws, scope, "s3")}
        near = sorted(mine | scope.names.get(self.name, frozenset()))
        lives = aws.gather(lambda name: self._read(aws, scope, name, mine=name in mine), near)
        yield from (live for live in lives if live)

    def _read(self, aws: Aws, scope: Scope, name: str, *, mine: bool) -> Live | None:
        try:
            answer = aws.client("s3").get_bucket_tagging(Bucket=name)
        except ClientError as error:
            # Of another account's bucket one learns no more than that it is there.
            if code_of(error) == "NoSuchBucket" or (code_of(error) == "AccessDenied" and not mine):
                return None
            if code_of(error) != "NoSuchTagSet":
                raise
            answer = {}
        tags = tag_map(answer.get("TagSet"))
        parts = {part: self._part(aws, name, part) for part in PARTS} if scope.ours(tags) else {}
        return self._live(name, tags, parts)

    def _part(self, aws: Aws, name: str, part: str) -> Any:
        how = PARTS[part]
        try:
            found = getattr(aws.client("s3"), how.get)(Bucket=name)[how.key]
        except ClientError as error:
            if code_of(error) == how.absent:
                return None
            raise
        if part == "Policy":
            return json.loads(found)
        return {"Rules": found} if part == "LifecycleConfiguration" else found

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        place = {} if aws.region == CLASSIC else {"LocationConstraint": aws.region}
        aws.client("s3").create_bucket(
            **self.request(want), CreateBucketConfiguration={**place, "Tags": tag_list(tags)}
        )
        controls = {"Rules": [{OWNERSHIP: want.get(OWNERSHIP)}]}
        return self._live(want["Bucket"], tags, {"OwnershipControls": controls})

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        owner = want.get(OWNERSHIP)
        wanted = {**want, "OwnershipControls": {"Rules": [{OWNERSHIP: owner}]} if owner else None}
        for part, how in PARTS.items():
            if not touched(changes, OWNERSHIP if part == "OwnershipControls" else part):
                continue
            value, client = wanted[part], aws.client("s3")
            if is_empty(value):
                getattr(client, how.delete)(Bucket=live.id)
            else:
                sent = json.dumps(value) if part == "Policy" else given(value)
                getattr(client, how.put)(Bucket=live.id, **{part: sent})

    def delete(self, aws: Aws, live: Live) -> None:
        """With the files that a load balancer has made to see whether it may write there."""
        client = aws.client("s3")
        tests = [one for one in self._objects(aws, live) if one["Key"].endswith(TEST_FILES)]
        self._remove(aws, live, tests)
        client.delete_bucket(Bucket=live.id)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        """PutBucketTagging replaces them all."""
        full = tag_list({**live.tags, **tags})
        aws.client("s3").put_bucket_tagging(Bucket=live.id, Tagging={"TagSet": full})

    def canonical(self, properties: Properties) -> Properties:
        if is_empty(properties.get("Policy")):
            return properties
        return {**properties, "Policy": canonical_document(properties["Policy"])}

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        try:
            if any(not one["Key"].endswith(TEST_FILES) for one in self._objects(aws, live)):
                yield f"{live.id} holds objects"
        except ClientError as error:
            if code_of(error) not in self.absent:
                raise

    def clear(self, aws: Aws, live: Live) -> None:
        self._remove(aws, live, self._objects(aws, live))

    def _objects(self, aws: Aws, live: Live) -> Iterator[dict[str, str]]:
        """Every version and every delete marker, page by page."""
        pages = aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=live.id)
        for page in pages:
            for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                yield {"Key": one["Key"], "VersionId": one["VersionId"]}

    def _remove(self, aws: Aws, live: Live, objects: Iterable[dict[str, str]]) -> None:
        left = iter(objects)
        while some := list(islice(left, MOST_AT_ONCE)):
            aws.client("s3").delete_objects(Bucket=live.id, Delete={"Objects": some, "Quiet": True})

    def _live(self, name: str, tags: Tags, parts: dict[str, Any]) -> Live:
        rules = (parts.pop("OwnershipControls", None) or {}).get("Rules") or [{}]
        properties = {"Bucket": name, OWNERSHIP: rules[0].get(OWNERSHIP), **parts}
        return Live(self.name, name, tags, properties, {"Name": name})
