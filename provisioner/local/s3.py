"""moto's S3 with tags from the create call, which moto 5.2.5 drops.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from flask import request
from moto.s3 import urls
from moto.s3.models import S3Backend, s3_backends

from ._extension import Extension

SPACE = "{*}"


def install() -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    s3_backends.backend = TaggedS3Backend


class TaggedS3Backend(Extension, S3Backend):
    """One partition."""

    urls_of = urls

    def create_bucket(self, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        """Create it with its tags."""
        made = super().create_bucket(bucket_name, *args, **kwargs)
        if tags := _tags(request.get_data()):
            self.put_bucket_tagging(bucket_name, tags)
        return made


def _tags(body: bytes) -> dict[str, str]:
    if not body:
        return {}
    found = ET.fromstring(body).iterfind(f"{SPACE}Tags/{SPACE}Tag")  # noqa: S314  our own client's
    return {one.findtext(f"{SPACE}Key", ""): one.findtext(f"{SPACE}Value", "") for one in found}
