"""First apply, second apply, another image, another port: on every server."""

from __future__ import annotations

import pytest

from tests.cloud.sent import check_order, check_sent, sent
from tests.cloud.servers import EVERY_SERVER
from tests.cloud.world import World, changes, fields

every_server = pytest.mark.parametrize("server_name", EVERY_SERVER)

NO_CHANGES = {"create": 0, "update": 0, "replace": 0, "delete": 0}


@every_server
@pytest.mark.slow
def test_the_second_time_there_is_nothing_to_do(world: World) -> None:
    first = world.process("apply", "--yes", "--json")
    assert (first.code, first.document["result"]) == (0, "done"), first.err
    wanted = world.addresses()
    assert world.owned().keys() == wanted

    again = world.cli("apply", "--yes", "--json")
    assert (again.code, again.document["result"], again.document["steps"]) == (0, "done", [])
    assert again.recording.operations == []
    assert again.document["outputs"] == first.document["outputs"]

    plan = world.cli("plan", "--detailed-exitcode", "--json")
    assert plan.code == 0
    assert plan.recording.operations == []
    assert (plan.document["changes"], plan.document["summary"]) == ([], NO_CHANGES)
    assert plan.document["unchanged"] >= len(wanted)


@every_server
def test_another_image_is_one_revision_and_one_update(world: World) -> None:
    world.apply()
    plan = world.plan(image_tag="v2")
    assert changes(plan) == ["create ecs.task_definition/app", "update ecs.service/app"]
    account = "123456789012.dkr.ecr.ap-southeast-1."
    assert {
        path: (before.rpartition("/")[2], after.rpartition("/")[2])
        for path, (before, after) in fields(plan, "ecs.task_definition/app").items()
    } == {"containerDefinitions.oaktree-app.image": ("oaktree-dev:latest", "oaktree-dev:v2")}
    applied = world.apply(image_tag="v2")
    check_sent(
        applied.writes,
        sent("RegisterTaskDefinition", family="oaktree-task-dev"),
        sent("UpdateService", service="oaktree-service-dev"),
    )
    (container,) = applied.writes[0].arguments["containerDefinitions"]
    assert container["image"].startswith(account)
    assert (
        applied.writes[1]
        .arguments["taskDefinition"]
        .endswith(":task-definition/oaktree-task-dev:2")
    )
    assert applied.writes[1].arguments.keys() == {"cluster", "service", "taskDefinition"}
    world.check_settled(image_tag="v2")


@every_server
def test_going_back_to_an_image_is_one_revision_more_and_works(world: World) -> None:
    for tag in ("v1", "v2", "v1"):
        applied = world.apply(image_tag=tag)
    assert applied.operations == ["RegisterTaskDefinition", "UpdateService"]
    world.check_settled(image_tag="v1")


@every_server
def test_another_port_moves_to_a_new_target_group_before_the_old_one_goes(world: World) -> None:
    world.apply()
    old = world.one("elbv2.target_group/app").id
    plan = world.plan("services.app.port=8080")
    forcing = {
        change["address"]: [field["path"] for field in change["fields"] if field["forces"]]
        for change in plan["changes"]
        if change["action"] == "create"
    }
    assert forcing["elbv2.target_group/app"] == ["Port"]
    assert plan["summary"]["replace"] >= 1

    applied = world.apply("services.app.port=8080")
    new = world.one("elbv2.target_group/app").id
    assert new != old
    calls = applied.writes
    check_order(calls, "CreateTargetGroup", "UpdateService", "DeleteTargetGroup")
    check_order(calls, "ModifyListener", "DeleteTargetGroup")
    check_order(calls, "ModifyRule", "DeleteTargetGroup")
    check_order(calls, "RegisterTaskDefinition", "UpdateService")
    update = calls[applied.operations.index("UpdateService")]
    (balancer,) = update.arguments["loadBalancers"]
    assert (balancer["targetGroupArn"], balancer["containerPort"]) == (new, 8080)
    delete = calls[applied.operations.index("DeleteTargetGroup")]
    assert delete.arguments["TargetGroupArn"] == old
    # The tasks let the balancer in on the new port before they run, and on the old one until then.
    authorize = applied.operations.index("AuthorizeSecurityGroupIngress")
    revoke = applied.operations.index("RevokeSecurityGroupIngress")
    assert authorize < applied.operations.index("UpdateService") < revoke
    _check_served_by(world, new)
    world.check_settled("services.app.port=8080")


def _check_served_by(world: World, group: str) -> None:
    """Listener, rule and service send and take what comes to this target group, and no other."""
    owned, elbv2 = world.owned(), world.client("elbv2")
    (listener,) = elbv2.describe_listeners(ListenerArns=[owned["elbv2.listener/http"].id])[
        "Listeners"
    ]
    (arn,) = [found.id for found in owned.values() if found.kind == "elbv2.listener_rule"]
    (rule,) = elbv2.describe_rules(RuleArns=[arn])["Rules"]
    for actions in (listener["DefaultActions"], rule["Actions"]):
        assert [action["TargetGroupArn"] for action in actions] == [group]
    (service,) = world.client("ecs").describe_services(
        cluster="oaktree-cluster-dev", services=["oaktree-service-dev"]
    )["services"]
    assert [one["targetGroupArn"] for one in service["loadBalancers"]] == [group]


@every_server
def test_a_port_that_moves_there_and_back_takes_the_first_name_again(world: World) -> None:
    world.apply()
    name = _group_name(world)
    world.apply("services.app.port=8080")
    assert _group_name(world) != name
    world.apply()
    assert _group_name(world) == name


def _group_name(world: World) -> str:
    arn = world.one("elbv2.target_group/app").id
    (group,) = world.client("elbv2").describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    name: str = group["TargetGroupName"]
    return name


@every_server
def test_everything_taggable_was_tagged_in_the_call_that_made_it(world: World) -> None:
    for call in world.apply().writes:
        if call.operation in CREATES:
            assert STACK_TAG in str(call.arguments), call.operation
            assert CREATES[call.operation] in str(call.arguments), call.operation
    unmade = set(CREATES) - {call.operation for call in world.tap.calls()}
    assert unmade == set()


STACK_TAG = "oaktree/dev"
CREATES = {
    "CreateSecurityGroup": "ec2.security_group/",
    "AuthorizeSecurityGroupIngress": "ec2.security_group_rule/",
    "AuthorizeSecurityGroupEgress": "ec2.security_group_rule/",
    "CreateRepository": "ecr.repository/oaktree-dev",
    "CreateCluster": "ecs.cluster/main",
    "RegisterTaskDefinition": "ecs.task_definition/app",
    "CreateService": "ecs.service/app",
    "CreateLoadBalancer": "elbv2.load_balancer/main",
    "CreateTargetGroup": "elbv2.target_group/app",
    "CreateListener": "elbv2.listener/http",
    "CreateRule": "elbv2.listener_rule/",
    "CreateRole": "iam.role/app-",
    "CreateLogGroup": "logs.log_group/app",
}


def test_a_service_comes_after_all_that_it_needs(world: World) -> None:
    calls = world.apply().writes
    for before in ("CreateRule", "CreateListener", "RegisterTaskDefinition", "CreateCluster"):
        check_order(calls, before, "CreateService")
    check_order(calls, "CreateRole", "RegisterTaskDefinition")
    check_order(calls, "CreateLogGroup", "RegisterTaskDefinition")
    check_order(calls, "CreateLoadBalancer", "CreateListener", "CreateRule")
    check_order(calls, "CreateSecurityGroup", "AuthorizeSecurityGroupIngress")
    check_order(calls, "CreateTargetGroup", "CreateListener")
    check_order(calls, "AuthorizeSecurityGroupIngress", "CreateService")
    check_order(calls, "PutRolePolicy", "CreateService")


@pytest.mark.parametrize(
    ("setting", "operations"),
    [
        ("services.app.desired_count=3", ["UpdateService"]),
        ("services.app.health_check.path=/ready", ["ModifyTargetGroup"]),
        ("services.app.deregistration_delay_seconds=60", ["ModifyTargetGroupAttributes"]),
        ("services.app.logs.retention_days=7", ["PutRetentionPolicy"]),
        ("services.app.image.keep_images=5", ["PutLifecyclePolicy"]),
        ("services.app.image.tag_mutability=IMMUTABLE", ["PutImageTagMutability"]),
        ("services.app.image.scan_on_push=false", ["PutImageScanningConfiguration"]),
        ("load_balancer.idle_timeout_seconds=90", ["ModifyLoadBalancerAttributes"]),
        ("load_balancer.deletion_protection=true", ["ModifyLoadBalancerAttributes"]),
        ("load_balancer.listeners.http.port=8080",
         ["AuthorizeSecurityGroupIngress", "ModifyListener", "RevokeSecurityGroupIngress"]),
        ("cluster.container_insights=enhanced", ["UpdateCluster"]),
        ("cluster.capacity_providers=[FARGATE]", ["PutClusterCapacityProviders"]),
        ("services.app.deployment.circuit_breaker.enabled=false", ["UpdateService"]),
        ("services.app.environment.LOG_LEVEL=debug", ["RegisterTaskDefinition", "UpdateService"]),
        ("services.app.cpu=512 services.app.memory_mib=1024",
         ["RegisterTaskDefinition", "UpdateService"]),
        ("services.app.read_only_root_filesystem=false",
         ["RegisterTaskDefinition", "UpdateService"]),
        ("services.app.container_health_check=null", ["RegisterTaskDefinition", "UpdateService"]),
        ('services.app.task_role.allow=[{"actions":["s3:GetObject"],"resources":["*"]}]',
         ["PutRolePolicy"]),
        ("services.app.routes[1].path=/v2/*", ["CreateRule", "DeleteRule"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_change_of_the_spec_is_these_calls(
    world: World, setting: str, operations: list[str]
) -> None:
    world.apply()
    settings = setting.split()
    applied = world.apply(*settings)
    done = [call.operation for call in applied.writes if not call.error]
    assert sorted(done) == sorted(operations)
    world.check_settled(*settings)


def test_all_tags_change_without_touching_anything_else(world: World) -> None:
    world.apply()
    applied = world.apply("tags.Project=Elm")
    assert set(applied.operations) == {"CreateTags", "TagResource", "AddTags", "TagRole"}
    world.check_settled("tags.Project=Elm")
    assert {found.tags["Project"] for found in world.owned().values()} == {"Elm"}
