from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.errors import NotOwned, StepFailed
from provisioner.resources.servicediscovery.namespace import Namespace
from tests.cloud.bench import Bench
from tests.cloud.sent import check_sent, sent
from tests.support.aws import Wire, new_aws

Make = Callable[..., Resource]
KIND = Namespace()


def test_it_is_made_with_its_tags_and_known_by_its_own_id(bench: Bench, namespace: Make) -> None:
    wanted = namespace()
    check_sent(
        bench.apply(wanted),
        sent("CreatePrivateDnsNamespace", **wanted.properties, Tags=bench.tags(wanted)),
    )
    assert bench.find(wanted).outputs["Id"].startswith("ns-")


def test_its_description_is_changed_in_place(bench: Bench, namespace: Make) -> None:
    bench.apply(namespace())
    change = {"Description": "other"}
    (step,) = bench.plan(namespace(**change)).steps
    assert [(c.path, c.before, c.after) for c in step.changes] == [
        (("Description",), "web", "other")
    ]


def retagged(client: Any, live: Live) -> None:
    client.tag_resource(ResourceARN=live.outputs["Arn"], Tags=[{"Key": "team", "Value": "birch"}])


def test_drift_is_shown_and_repaired(bench: Bench, namespace: Make) -> None:
    shown = {"tags.team": ("birch", "oak")}
    bench.check_drift(namespace(), retagged, shown=shown, writes=[sent("TagResource")])


def test_deleting_it_twice_is_fine(bench: Bench, namespace: Make) -> None:
    bench.apply(namespace())
    bench.delete_twice(namespace())


def test_another_tag_is_set_without_the_rest(bench: Bench, namespace: Make) -> None:
    bench.check_retag(namespace(), sent("TagResource", Tags=[{"Key": "team", "Value": "tree"}]))


def test_a_foreign_one_of_that_name_is_refused(bench: Bench, namespace: Make) -> None:
    properties = namespace().properties
    bench.client("servicediscovery").create_private_dns_namespace(
        Name=properties["Name"], Vpc=properties["Vpc"]
    )
    with pytest.raises(NotOwned, match="nobody's"):
        bench.plan(namespace())


OPERATION = Live(KIND.name, "op", {}, {}, {"Operation": "op"})


@pytest.mark.parametrize(
    ("status", "words"), [("SUBMITTED", "submitted"), ("PENDING", "pending"), ("SUCCESS", "")]
)
def test_it_is_waited_for_until_its_operation_succeeds(status: str, words: str) -> None:
    aws = new_aws()
    Wire(aws, "servicediscovery", [{"Operation": {"Status": status}}])
    assert KIND.pending(aws, OPERATION, {}) == words


def test_an_operation_that_failed_is_told() -> None:
    aws = new_aws()
    failed = {"Status": "FAIL", "ErrorCode": "LIMIT", "ErrorMessage": "too many zones"}
    Wire(aws, "servicediscovery", [{"Operation": failed}])
    with pytest.raises(StepFailed, match="LIMIT too many zones"):
        KIND.pending(aws, OPERATION, {})
