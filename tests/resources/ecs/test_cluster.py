from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.model import Live, Resource
from provisioner.errors import PlanError
from provisioner.resources.ecs.cluster import Cluster
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, only, sent

Make = Callable[..., Resource]
KIND = Cluster()
PROVIDERS = ["FARGATE", "FARGATE_SPOT"]


@pytest.fixture
def cluster(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "clusterName": f"{bench.name}-cluster",
            "settings": {"containerInsights": "enabled"},
            "capacityProviders": PROVIDERS,
            "defaultCapacityProviderStrategy": [],
        }
        return changed(Resource("ecs.cluster", "main", properties, {"team": "oak"}), changes)

    return wanted


def settings(value: str) -> list[dict[str, str]]:
    return [{"name": "containerInsights", "value": value}]


def test_it_is_made_with_its_tags(bench: Bench, cluster: Make) -> None:
    wanted = cluster()
    check_sent(
        bench.apply(wanted),
        only(
            "CreateCluster",
            clusterName=f"{bench.name}-cluster",
            settings=settings("enabled"),
            capacityProviders=PROVIDERS,
            tags=bench.tags(wanted, "key", "value"),
        ),
    )


STRATEGY = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]


@pytest.mark.parametrize(
    ("changes", "write"),
    [
        (
            {"settings": {"containerInsights": "enhanced"}},
            sent("UpdateCluster", settings=settings("enhanced")),
        ),
        (
            {"capacityProviders": ["FARGATE"]},
            sent(
                "PutClusterCapacityProviders",
                capacityProviders=["FARGATE"],
                defaultCapacityProviderStrategy=[],
            ),
        ),
        (
            {"defaultCapacityProviderStrategy": STRATEGY},
            sent(
                "PutClusterCapacityProviders",
                capacityProviders=PROVIDERS,
                defaultCapacityProviderStrategy=STRATEGY,
            ),
        ),
        (
            {"capacityProviders": []},
            sent(
                "PutClusterCapacityProviders",
                capacityProviders=[],
                defaultCapacityProviderStrategy=[],
            ),
        ),
    ],
    ids=["insights", "one provider", "strategy", "no provider"],
)
def test_a_change_is_one_call(
    bench: Bench, cluster: Make, changes: dict[str, Any], write: Sent
) -> None:
    bench.apply(cluster())
    bench.check(cluster(**changes), writes=[write])


def test_the_order_of_providers_means_nothing(bench: Bench, cluster: Make) -> None:
    bench.apply(cluster())
    bench.check_settled(cluster(capacityProviders=PROVIDERS[::-1]))


def test_another_name_is_refused(bench: Bench, cluster: Make) -> None:
    bench.apply(cluster())
    with pytest.raises(PlanError, match="clusterName"):
        bench.plan(cluster(clusterName="another"))


def insights_off(ecs: Any, live: Live) -> None:
    ecs.update_cluster(cluster=live.id, settings=settings("disabled"))


def retagged(ecs: Any, live: Live) -> None:
    ecs.tag_resource(resourceArn=live.id, tags=[{"key": "team", "value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            insights_off,
            {"settings.containerInsights": ("disabled", "enabled")},
            sent("UpdateCluster", settings=settings("enabled")),
        ),
        (
            retagged,
            {"tags.team": ("birch", "oak")},
            sent("TagResource", tags=[{"key": "team", "value": "oak"}]),
        ),
    ],
    ids=["insights", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    cluster: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Sent,
) -> None:
    bench.check_drift(cluster(), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, cluster: Make) -> None:
    bench.apply(cluster())
    bench.delete_twice(cluster())


def test_one_that_was_deleted_is_made_again(bench: Bench, cluster: Make) -> None:
    """AWS keeps showing it as INACTIVE."""
    bench.apply(cluster())
    bench.client("ecs").delete_cluster(cluster=f"{bench.name}-cluster")
    assert [step.key for step in bench.plan(cluster()).steps] == ["create ecs.cluster/main"]


def test_another_tag_is_set_without_the_rest(bench: Bench, cluster: Make) -> None:
    bench.check_retag(cluster(), sent("TagResource", tags=[{"key": "team", "value": "tree"}]))


def test_what_aws_answers_is_no_difference() -> None:
    real = {
        "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/web",
        "clusterName": "web",
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": 2,
        "pendingTasksCount": 0,
        "activeServicesCount": 1,
        "statistics": [],
        "tags": [],
        "settings": [{"name": "containerInsights", "value": "enabled"}],
        "capacityProviders": ["FARGATE_SPOT", "FARGATE"],
        "defaultCapacityProviderStrategy": [],
    }
    wanted = {
        "clusterName": "web",
        "settings": {"containerInsights": "enabled"},
        "capacityProviders": PROVIDERS,
        "defaultCapacityProviderStrategy": [],
    }
    assert differences(wanted, KIND._live(real, {}).properties, KIND.rules) == ()


SESSIONS = {"executeCommandConfiguration": {"logging": "NONE"}}


def test_how_sessions_are_recorded_is_changed_and_put_back_to_the_usual(
    bench: Bench, cluster: Make
) -> None:
    nothing: dict[str, Any] = {"configuration": {"executeCommandConfiguration": {}}}
    bench.apply(cluster(**nothing))
    bench.check(
        cluster(configuration=SESSIONS), writes=[sent("UpdateCluster", configuration=SESSIONS)]
    )
    usual = {"executeCommandConfiguration": {"logging": "DEFAULT"}}
    bench.check(cluster(**nothing), writes=[sent("UpdateCluster", configuration=usual)])
