from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import Guarded, PlanError
from provisioner.resources.ecr.repository import Repository
from tests.cloud.bench import Bench, changed
from tests.cloud.images import push
from tests.cloud.sent import Sent, check_sent, only, sent
from tests.cloud.tap import Call

Make = Callable[..., Resource]
KIND = Repository()


def keep(count: int, priority: int = 1) -> dict[str, Any]:
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


POLICY = {"rules": [keep(30)]}


@pytest.fixture
def repository(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "repositoryName": f"{bench.name}-web",
            "imageTagMutability": "MUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "lifecyclePolicy": POLICY,
        }
        return changed(Resource("ecr.repository", "web", properties, {"team": "oak"}), changes)

    return wanted


def policy_of(call: Call) -> Any:
    return json.loads(call.arguments["lifecyclePolicyText"])


def test_it_is_made_with_its_tags_and_then_gets_its_policy(bench: Bench, repository: Make) -> None:
    wanted = repository()
    create, policy = bench.apply(wanted)
    check_sent(
        [create],
        only(
            "CreateRepository",
            repositoryName=f"{bench.name}-web",
            imageTagMutability="MUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
            tags=bench.tags(wanted),
        ),
    )
    assert (policy.operation, policy_of(policy)) == ("PutLifecyclePolicy", POLICY)


@pytest.mark.parametrize(
    ("changes", "write"),
    [
        (
            {"imageTagMutability": "IMMUTABLE"},
            sent("PutImageTagMutability", imageTagMutability="IMMUTABLE"),
        ),
        (
            {"imageScanningConfiguration": {"scanOnPush": False}},
            sent("PutImageScanningConfiguration", imageScanningConfiguration={"scanOnPush": False}),
        ),
        ({"lifecyclePolicy": {"rules": [keep(5)]}}, sent("PutLifecyclePolicy")),
        ({"lifecyclePolicy": None}, sent("DeleteLifecyclePolicy")),
    ],
    ids=["mutability", "scan", "policy", "no policy"],
)
def test_a_change_is_one_call(
    bench: Bench, repository: Make, changes: dict[str, Any], write: Sent
) -> None:
    bench.apply(repository())
    bench.check(repository(**changes), writes=[write])


@pytest.mark.parametrize(
    "changes",
    [{"repositoryName": "another"}, {"encryptionConfiguration": {"encryptionType": "KMS"}}],
    ids=["name", "encryption"],
)
def test_what_would_lose_the_images_is_refused(
    bench: Bench, repository: Make, changes: dict[str, Any]
) -> None:
    bench.apply(repository())
    with pytest.raises(PlanError, match="deleted and made anew"):
        bench.plan(repository(**changes))


def policy_gone(ecr: Any, live: Live) -> None:
    ecr.delete_lifecycle_policy(repositoryName=live.properties["repositoryName"])


def immutable(ecr: Any, live: Live) -> None:
    ecr.put_image_tag_mutability(
        repositoryName=live.properties["repositoryName"], imageTagMutability="IMMUTABLE"
    )


def retagged(ecr: Any, live: Live) -> None:
    ecr.tag_resource(resourceArn=live.id, tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (policy_gone, {"lifecyclePolicy": (None, POLICY)}, sent("PutLifecyclePolicy")),
        (
            immutable,
            {"imageTagMutability": ("IMMUTABLE", "MUTABLE")},
            sent("PutImageTagMutability", imageTagMutability="MUTABLE"),
        ),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("TagResource", tags=[{"Key": "team", "Value": "oak"}]),
        ),
    ],
    ids=["policy", "mutability", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    repository: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(repository(), spoil, shown=shown, writes=[write])


def test_one_that_holds_images_is_not_deleted_but_by_force(bench: Bench, repository: Make) -> None:
    bench.apply(repository())
    push(bench.client("ecr"), f"{bench.name}-web", "v1", "v2")
    with pytest.raises(Guarded, match=r"ecr\.repository/web: holds 2 images"):
        bench.apply()
    check_sent(bench.apply(force=True), sent("BatchDeleteImage"), sent("DeleteRepository"))


def test_deleting_it_twice_is_fine(bench: Bench, repository: Make) -> None:
    bench.apply(repository())
    bench.delete_twice(repository())


def test_another_tag_is_set_without_the_rest(bench: Bench, repository: Make) -> None:
    bench.check_retag(repository(), sent("TagResource", tags=[{"Key": "team", "Value": "tree"}]))


WANTED = {
    "repositoryName": "web",
    "imageTagMutability": "MUTABLE",
    "imageScanningConfiguration": {"scanOnPush": True},
    "lifecyclePolicy": {"rules": [keep(14, 1), keep(30, 2)]},
}
REAL = {
    "repositoryArn": "arn:aws:ecr:eu-west-1:123456789012:repository/web",
    "registryId": "123456789012",
    "repositoryName": "web",
    "repositoryUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web",
    "imageTagMutability": "MUTABLE",
    "imageScanningConfiguration": {"scanOnPush": True},
    "encryptionConfiguration": {"encryptionType": "AES256"},
}
"""An entry of DescribeRepositories."""


def test_what_aws_answers_is_no_difference() -> None:
    shuffled = {"rules": [keep(30, 2), keep(14, 1)]}
    live = KIND._live(REAL, {}, shuffled)
    want, have = KIND.canonical(WANTED), KIND.canonical(live.properties)
    assert differences(want, have, KIND.rules) == ()


def test_a_rule_that_somebody_added_is_one() -> None:
    live = KIND._live(REAL, {}, {"rules": [keep(14, 1), keep(30, 2), keep(1, 3)]})
    want, have = KIND.canonical(WANTED), KIND.canonical(live.properties)
    assert [change.path for change in differences(want, have, KIND.rules)] == [
        ("lifecyclePolicy", "rules")
    ]
