"""Image references taken apart, and the digests that ECR tells."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.resources.ecr._images import digests, read
from tests.support.aws import new_aws, refusal

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("image", "base", "tag", "digest", "ours"),
    [
        (f"{ECR}/team/app:1", f"{ECR}/team/app", "1", "", True),
        (f"{ECR}/app:1@sha256:aa", f"{ECR}/app", "1", "sha256:aa", True),
        (f"{ECR}/app", f"{ECR}/app", "latest", "", True),
        ("nginx", "nginx", "latest", "", False),
        ("registry.test:5000/app:2", "registry.test:5000/app", "2", "", False),
        ("public.ecr.aws/nginx/nginx:1", "public.ecr.aws/nginx/nginx", "1", "", False),
    ],
)
def test_a_reference_is_taken_apart(
    image: str, base: str, tag: str, digest: str, *, ours: bool
) -> None:
    found = read(image)
    assert (found.base, found.tag, found.digest, found.ours) == (base, tag, digest, ours)
    assert found.at("sha256:bb") == f"{base}@sha256:bb"
    assert found.at("3") == f"{base}:3"


def test_a_fips_and_a_dual_stack_registry_are_ecr_too() -> None:
    fips = read("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app:1")
    dual = read("123456789012.dkr-ecr.us-east-1.on.aws/app:1")
    assert [(one.repository, one.region) for one in (fips, dual)] == [("app", "us-east-1")] * 2


@pytest.mark.parametrize(
    ("image", "host"),
    [
        ("shop:v2", ""),
        ("team/shop:v2", ""),
        ("docker.io/library/shop:v2", "docker.io"),
        ("registry:5000/shop", "registry:5000"),
        ("localhost/shop", "localhost"),
        (f"{ECR}/shop:v2", ECR),
    ],
)
def test_a_registry_is_told_from_a_name(image: str, host: str) -> None:
    assert read(image).host == host


def test_one_call_for_all_and_each_alone_where_one_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []
    there = {"1": "sha256:aa", "sha256:aa": "sha256:aa"}

    def describe(_operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        wanted = [next(iter(one.values())) for one in arguments["imageIds"]]
        asked.append(wanted)
        if not there.keys() >= set(wanted):
            raise refusal("ImageNotFoundException")
        return {"imageDetails": [{"imageDigest": "sha256:aa", "imageTags": ["1"]}]}

    aws = new_aws()
    monkeypatch.setattr(aws.client("ecr"), "_make_api_call", describe)
    assert digests(aws, "app", ["1", "sha256:aa"]) == there
    assert digests(aws, "app", ["1", "2"]) == {"1": "sha256:aa"}
    assert asked == [["1", "sha256:aa"], ["1", "2"], ["1"], ["2"]]
    assert digests(aws, "app", []) == {}
