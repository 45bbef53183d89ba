"""Workers, tasks by the clock and tasks by hand, from the examples of the repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.errors import Guarded
from tests.cloud.caller import Caller
from tests.cloud.landing import land
from tests.cloud.servers import ROOT
from tests.cloud.world import REGION, World, changes, fields

Open = Callable[[str], World]
NIGHTLY = "scheduler.schedule/nightly"
FOR_EVER = [{"name": "LOCAL_FATE", "value": "exit-0-after-9999999s"}]
HOURLY = "tasks.nightly.schedule.expression=rate(1 hour)"


@pytest.fixture
def example(world: World, tmp_path: Path) -> Open:
    """An example in the network that it asks for."""

    def open_(name: str) -> World:
        text = (ROOT / "specs" / f"{name}.yaml").read_text()
        path = tmp_path / f"{name}.yaml"
        path.write_text(text.replace("eu-central-1", REGION))
        land(world.client("ec2"), "shop", way_out=True)
        return World(world.server, world.tap, tmp_path, spec=path, environment=None)

    return open_


@pytest.mark.parametrize("name", ["worker", "scheduled-task"])
def test_an_example_comes_and_goes_whole(example: Open, name: str) -> None:
    world = example(name)
    applied = world.apply()
    assert applied.report.result == "done"
    assert world.owned().keys() == world.addresses()
    world.check_settled()
    world.teardown()
    assert world.owned() == {}


def test_a_worker_has_no_balancer_and_runs(example: Open) -> None:
    world = example("worker")
    world.apply()
    assert not [address for address in world.owned() if address.startswith("elbv2.")]
    (service,) = world.client("ecs").describe_services(
        cluster="mailer-cluster", services=["mailer-service"]
    )["services"]
    assert (service["desiredCount"], service["loadBalancers"]) == (2, [])


def test_another_hour_is_one_call(example: Open) -> None:
    world = example("scheduled-task")
    world.apply()
    plan = world.plan(HOURLY)
    assert changes(plan) == [f"update {NIGHTLY}"]
    assert fields(plan, NIGHTLY) == {"ScheduleExpression": ("cron(0 3 * * ? *)", "rate(1 hour)")}
    assert world.apply(HOURLY).operations == ["UpdateSchedule"]
    world.check_settled(HOURLY)


def test_a_stack_goes_while_its_tasks_run(example: Open) -> None:
    world = example("scheduled-task")
    often = "tasks.nightly.schedule.expression=rate(1 minute)"
    world.apply(often)
    tasks = world.client("ecs").list_tasks(cluster="reports-cluster", desiredStatus="STOPPED")
    while not tasks["taskArns"]:  # every minute is 30 ms
        tasks = world.client("ecs").list_tasks(cluster="reports-cluster", desiredStatus="STOPPED")
    world.check_settled(often)
    world.teardown(often)
    assert world.owned() == {}


def test_a_task_that_would_never_end_is_stopped_with_its_stack(example: Open) -> None:
    world = example("scheduled-task")
    world.apply()
    arn = started(world, "reports-nightly-task")
    world.teardown()
    assert world.owned() == {}
    (task,) = world.client("ecs").describe_tasks(cluster="reports-cluster", tasks=[arn])["tasks"]
    assert task["stoppedReason"] == "the cluster of the stack is deleted"


def test_a_teardown_that_was_cut_off_while_a_task_runs_is_finished_by_the_next(
    example: Open,
) -> None:
    """The task's definition has gone by then, or is about to go."""
    world = example("scheduled-task")
    world.apply()
    started(world, "reports-nightly-task")
    ecs = world.client("ecs")
    arns = ecs.list_task_definitions(familyPrefix="reports-nightly-task")["taskDefinitionArns"]
    for arn in arns:
        ecs.deregister_task_definition(taskDefinition=arn)
    ecs.delete_task_definitions(taskDefinitions=arns)
    world.teardown()
    assert world.owned() == {}


def test_a_task_of_others_keeps_the_cluster_whatever_is_forced(example: Open) -> None:
    world = example("scheduled-task")
    world.apply()
    found = world.client("ecs").describe_task_definition(taskDefinition="reports-nightly-task")
    kept = ("family", "networkMode", "containerDefinitions", "cpu", "memory", "executionRoleArn")
    theirs = {name: found["taskDefinition"][name] for name in kept} | {"family": "theirs"}
    world.client("ecs").register_task_definition(requiresCompatibilities=["FARGATE"], **theirs)
    arn = started(world, "theirs")
    with pytest.raises(Guarded, match=f"runs a task that is not the stack's: {arn}"):
        world.teardown(force=True)


def started(world: World, family: str) -> str:
    """Run a task in the stack's cluster until somebody stops it."""
    ecs, where = world.client("ecs"), [{"Name": "tag:Tier", "Values": ["private"]}]
    subnets = world.client("ec2").describe_subnets(Filters=where)["Subnets"]
    found = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
    name = found["containerDefinitions"][0]["name"]
    return str(
        ecs.run_task(
            cluster="reports-cluster",
            taskDefinition=family,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnets[0]["SubnetId"]]}},
            overrides={"containerOverrides": [{"name": name, "environment": FOR_EVER}]},
        )["tasks"][0]["taskArn"]
    )


def test_the_role_of_a_schedule_may_run_its_tasks(example: Open) -> None:
    world = example("scheduled-task")
    with Caller(world).enforced():  # of others nothing is asked, but of the schedule's role
        world.apply("tasks.nightly.schedule.expression=rate(1 minute)")
        ecs = world.client("ecs")
        asked = {"cluster": "reports-cluster", "desiredStatus": "STOPPED"}
        looks = (ecs.list_tasks(**asked)["taskArns"] for _ in range(5000))
        found = next(filter(None, looks))  # every minute is 30 ms
        (task, *_) = ecs.describe_tasks(cluster="reports-cluster", tasks=found)["tasks"]
    assert task["startedBy"] == "chronos-schedule/nightly"


def test_another_image_is_what_the_schedule_runs(example: Open) -> None:
    world = example("scheduled-task")
    world.apply()
    applied = world.apply(image_tag="2")
    assert applied.operations.index("RegisterTaskDefinition") < applied.operations.index(
        "UpdateSchedule"
    )
    arn = world.client("scheduler").get_schedule(GroupName="reports-schedules", Name="nightly")[
        "Target"
    ]["EcsParameters"]["TaskDefinitionArn"]
    assert arn.endswith("task-definition/reports-nightly-task:2")
    world.check_settled(image_tag="2")


def test_a_schedule_switched_off_by_hand_is_switched_on(example: Open) -> None:
    world = example("scheduled-task")
    world.apply()
    scheduler = world.client("scheduler")
    found = scheduler.get_schedule(GroupName="reports-schedules", Name="nightly")
    kept = ("Name", "GroupName", "ScheduleExpression", "FlexibleTimeWindow", "Target",
            "Description", "ScheduleExpressionTimezone")  # fmt: skip
    scheduler.update_schedule(**{key: found[key] for key in kept}, State="DISABLED")
    assert fields(world.plan(), NIGHTLY) == {"State": ("DISABLED", "ENABLED")}
    world.apply()
    world.check_settled()


def test_without_its_schedule_the_task_stays(example: Open) -> None:
    world = example("scheduled-task")
    world.apply()
    before = world.owned()
    unscheduled = "tasks.nightly.schedule=null"
    world.apply(unscheduled)
    assert before.keys() - world.owned().keys() == {
        NIGHTLY, "scheduler.schedule_group/main", "iam.role/nightly-scheduler"
    }  # fmt: skip
    world.check_settled(unscheduled)


def test_a_task_that_leaves_the_spec_takes_its_things_along(example: Open, tmp_path: Path) -> None:
    world = example("scheduled-task")
    world.apply()
    world.apply("tasks.migrate=null")
    assert not [address for address in world.owned() if "migrate" in address]
    world.check_settled("tasks.migrate=null")


def test_a_declared_task_can_be_run_by_hand(example: Open) -> None:
    world = example("scheduled-task")
    applied = world.apply()
    stack = world.stack()
    known = stack.report_document(applied.report)["outputs"]["tasks"]["migrate"]
    answer = world.client("ecs").run_task(
        cluster="reports-cluster",
        launchType="FARGATE",
        taskDefinition=known["task_definition_arn"],
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": known["subnet_ids"],
                "securityGroups": [known["security_group_id"]],
            }
        },
    )
    assert [task["lastStatus"] for task in answer["tasks"]] == ["PROVISIONING"]


WHOLE = (
    "services.app.tracing=true",
    "services.app.log_router=true",
    "services.app.enable_execute_command=true",
    "services.app.read_only_root_filesystem=false",
    "services.app.writable=[/var/cache]",
    "services.app.volumes={files: {efs: {file_system: fs-01234567, access_point: fsap-01234567}}}",
    "services.app.mounts={/data: files}",
    "services.app.ulimits={nofile: 65535}",
    "services.app.system_controls={net.core.somaxconn: 1024}",
    "services.app.docker_labels={team: mail}",
    "services.app.restart=true",
    "services.app.environment_files=['arn:aws:s3:::config/mailer.env']",
    "services.app.enable_fault_injection=true",
    "cluster.execute_command={log_group: /exec}",
)


def test_everything_a_task_can_have_comes_settles_and_goes(example: Open) -> None:
    world = example("worker")
    world.apply()
    assert "create ecs.task_definition/app" in changes(world.plan(*WHOLE))
    world.apply(*WHOLE)
    world.check_settled(*WHOLE)
    world.apply()
    world.check_settled()
    (service,) = world.client("ecs").describe_services(
        cluster="mailer-cluster", services=["mailer-service"]
    )["services"]
    assert service["enableExecuteCommand"] is False
