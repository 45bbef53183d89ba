from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.aws import says
from provisioner.engine.model import Resource
from provisioner.engine.owner import REGION
from provisioner.errors import NotOwned
from provisioner.resources import KINDS
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import check_sent, only, sent

Make = Callable[..., Resource]


def widget(text: str) -> dict[str, Any]:
    return {
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 24,
        "height": 1,
        "properties": {"markdown": text},
    }


@pytest.fixture
def board(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "DashboardName": f"{bench.name}-board",
            "DashboardBody": {"widgets": [widget("hello")]},
        }
        tags = {"team": "oak", REGION: bench.aws.region}
        return changed(Resource("cloudwatch.dashboard", "main", properties, tags), changes)

    return wanted


def test_it_is_made_with_its_tags(bench: Bench, board: Make) -> None:
    wanted = board()
    (call,) = bench.apply(wanted)
    assert json.loads(call.arguments["DashboardBody"]) == wanted.properties["DashboardBody"]
    tags = sorted(call.arguments["Tags"], key=lambda tag: tag["Key"])
    assert tags == bench.tags(wanted)


def test_another_body_replaces_the_whole(bench: Bench, board: Make) -> None:
    bench.apply(board())
    (call,) = bench.apply(board(DashboardBody={"widgets": [widget("bye")]}))
    assert call.arguments.keys() == {"DashboardName", "DashboardBody"}


def test_a_widget_that_somebody_added_is_shown_and_removed(bench: Bench, board: Make) -> None:
    bench.apply(board())
    body = json.dumps({"widgets": [widget("hello"), widget("mine")]})
    bench.client("cloudwatch").put_dashboard(
        DashboardName=f"{bench.name}-board", DashboardBody=body
    )
    bench.check(board(), writes=[sent("PutDashboard")])


def test_that_of_the_same_stack_in_another_region_is_not_ours(bench: Bench, board: Make) -> None:
    """Names of dashboards are the account's."""
    bench.apply(board())
    arn = f"arn:aws:cloudwatch::123456789012:dashboard/{bench.name}-board"
    bench.client("cloudwatch").tag_resource(
        ResourceARN=arn, Tags=[{"Key": REGION, "Value": "eu-west-1"}]
    )
    with pytest.raises(NotOwned, match="in eu-west-1"):
        bench.plan(board())


def test_deleting_it_twice_is_fine(bench: Bench, board: Make) -> None:
    """It may not be in the index of the region, where `delete_twice` would look for it."""
    bench.apply(board())
    live, kind, aws = bench.find(board()), KINDS[bench.kind], bench.aws.writable()
    kind.delete(aws, live)
    with pytest.raises(ClientError) as caught:
        kind.delete(aws, live)
    assert says(caught.value, kind.absent)


def test_another_tag_is_set_without_the_rest(bench: Bench, board: Make) -> None:
    bench.apply(board())
    check_sent(bench.apply(changed(board(), {})))
    arn = f"arn:aws:cloudwatch::123456789012:dashboard/{bench.name}-board"
    tags = [{"Key": "team", "Value": "tree"}]
    bench.check_retag(board(), only("TagResource", ResourceARN=arn, Tags=tags))
