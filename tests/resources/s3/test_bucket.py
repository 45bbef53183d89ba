from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import Guarded, NotOwned, PlanError
from provisioner.resources.s3.bucket import Bucket
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_order, check_sent, sent

Make = Callable[..., Resource]
KIND = Bucket()
BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
EXPIRY = {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 9}}


def policy(bucket: str, action: str = "s3:PutObject") -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                "Action": action,
                "Resource": f"arn:aws:s3:::{bucket}/*",
            }
        ],
    }


@pytest.fixture
def bucket(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        name = f"{bench.name}-logs"
        encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        properties = {
            "Bucket": name,
            "ObjectOwnership": "BucketOwnerEnforced",
            "Policy": policy(name),
            "ServerSideEncryptionConfiguration": {"Rules": [encryption]},
            "PublicAccessBlockConfiguration": BLOCKED,
            "LifecycleConfiguration": {"Rules": [EXPIRY]},
        }
        return changed(Resource("s3.bucket", "logs", properties, {"team": "oak"}), changes)

    return wanted


def test_it_is_made_with_tags_and_owner_and_then_gets_its_settings(
    bench: Bench, bucket: Make
) -> None:
    wanted, name = bucket(), f"{bench.name}-logs"
    check_sent(
        bench.apply(wanted),
        sent("CreateBucket"),
        sent("PutBucketPolicy"),
        sent("PutBucketEncryption"),
        sent("PutPublicAccessBlock"),
        sent("PutBucketLifecycle"),
    )
    place = bench.client("s3").get_bucket_location(Bucket=name)["LocationConstraint"]
    assert place == bench.aws.region
    assert bench.find(wanted).tags.items() >= {("team", "oak")}


def no_policy(s3: Any, live: Live) -> None:
    s3.delete_bucket_policy(Bucket=live.id)


def unblocked(s3: Any, live: Live) -> None:
    s3.put_public_access_block(
        Bucket=live.id,
        PublicAccessBlockConfiguration={**BLOCKED, "BlockPublicPolicy": False},
    )


def forever(s3: Any, live: Live) -> None:
    s3.delete_bucket_lifecycle(Bucket=live.id)


def shared(s3: Any, live: Live) -> None:
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=live.id, OwnershipControls=controls)


@pytest.mark.parametrize(
    ("spoil", "field", "write"),
    [
        (no_policy, "Policy", sent("PutBucketPolicy")),
        (
            unblocked,
            "PublicAccessBlockConfiguration.BlockPublicPolicy",
            sent("PutPublicAccessBlock"),
        ),
        (forever, "LifecycleConfiguration", sent("PutBucketLifecycle")),
        (shared, "ObjectOwnership", sent("PutBucketOwnershipControls")),
    ],
    ids=["policy", "block", "lifecycle", "owner"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench, bucket: Make, spoil: Callable[[Any, Live], None], field: str, write: Sent
) -> None:
    bench.apply(bucket())
    spoil(bench.client("s3"), bench.find(bucket()))
    (step,) = bench.plan(bucket()).steps
    assert {".".join(change.path) for change in step.changes} == {field}
    bench.check(bucket(), writes=[write])


@pytest.mark.parametrize(
    ("gone", "write"),
    [
        ({"Policy": None}, sent("DeleteBucketPolicy")),
        ({"LifecycleConfiguration": None}, sent("DeleteBucketLifecycle")),
    ],
    ids=["policy", "lifecycle"],
)
def test_what_must_be_absent_is_taken_away(
    bench: Bench, bucket: Make, gone: Mapping[str, Any], write: Sent
) -> None:
    bench.apply(bucket())
    bench.check(bucket(**gone), writes=[write])


def test_another_statement_in_the_policy_is_a_difference(bench: Bench, bucket: Make) -> None:
    bench.apply(bucket())
    name = f"{bench.name}-logs"
    loose = policy(name)
    loose["Statement"].append({**policy(name, "s3:GetObject")["Statement"][0], "Principal": "*"})
    bench.client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps(loose))
    bench.check(bucket(), writes=[sent("PutBucketPolicy")])


def test_another_name_is_refused(bench: Bench, bucket: Make) -> None:
    bench.apply(bucket())
    with pytest.raises(PlanError, match="Bucket"):
        bench.plan(bucket(Bucket=f"{bench.name}-other"))


def test_one_that_is_nobodys_is_left_alone(bench: Bench, bucket: Make) -> None:
    s3, place = bench.client("s3"), {"LocationConstraint": bench.aws.region}
    s3.create_bucket(Bucket=f"{bench.name}-logs", CreateBucketConfiguration=place)
    with pytest.raises(NotOwned, match=f"{bench.name}-logs"):
        bench.plan(bucket())
    assert bench.plan().empty
    s3.delete_bucket(Bucket=f"{bench.name}-logs")


def test_an_unusual_name_is_found_again(bench: Bench, bucket: Make) -> None:
    odd = bucket(Bucket=f"other-{bench.name}", Policy=policy(f"other-{bench.name}"))
    bench.apply(odd)
    check_sent(bench.apply(), sent("DeleteBucket"))


def test_with_objects_it_is_deleted_only_by_force_versions_too(bench: Bench, bucket: Make) -> None:
    bench.apply(bucket())
    s3, name = bench.client("s3"), f"{bench.name}-logs"
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=name, Key="log", Body=body)
    s3.delete_object(Bucket=name, Key="log")
    with pytest.raises(Guarded, match=f"s3.bucket/logs: {name} holds objects"):
        bench.apply()
    check_order(bench.apply(force=True), "DeleteObjects", "DeleteBucket")


@pytest.mark.parametrize("versioned", [False, True])
def test_the_test_file_of_a_load_balancer_is_no_data(
    bench: Bench, bucket: Make, versioned: bool
) -> None:
    bench.apply(bucket())
    s3, name = bench.client("s3"), f"{bench.name}-logs"
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="AWSLogs/123456789012/ELBAccessLogTestFile", Body=b"")
    check_order(bench.apply(), "DeleteObjects", "DeleteBucket")


def test_deleting_it_twice_is_fine(bench: Bench, bucket: Make) -> None:
    bench.apply(bucket())
    bench.delete_twice(bucket())


def test_another_tag_is_set_and_others_stay(bench: Bench, bucket: Make) -> None:
    bench.check_retag(bucket(), sent("PutBucketTagging"))


def test_what_aws_answers_is_no_difference() -> None:
    """AWS writes an account's number as its root principal and adds what nobody asked for."""
    principal = "arn:aws:iam::156460612806:root"
    want = {
        "Bucket": "logs",
        "ServerSideEncryptionConfiguration": {
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "Policy": {**policy("logs"), "Statement": {"Principal": {"AWS": principal}}},
    }
    real = {
        "Policy": {
            "Version": "2012-10-17",
            "Statement": [{"Principal": {"AWS": "156460612806"}}],
        },
        "ServerSideEncryptionConfiguration": {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                    "BucketKeyEnabled": False,
                }
            ]
        },
    }
    live = KIND._live("logs", {}, real)
    found = differences(KIND.canonical(want), KIND.canonical(live.properties), KIND.rules)
    assert found == ()
