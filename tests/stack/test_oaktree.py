"""The OakTree spec is the OakTree HCL: every value of the seed, and the hardening it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.engine.model import Properties
from tests.support.blueprints import addresses, at, oaktree, wanted

DEV = oaktree("dev")
PROD = oaktree("prod")
CLUSTER, TASK, SERVICE = "ecs.cluster/main", "ecs.task_definition/app", "ecs.service/app"
BALANCER, GROUP, LISTENER = (
    "elbv2.load_balancer/main",
    "elbv2.target_group/app",
    "elbv2.listener/http",
)


def look(properties: Any, path: str) -> Any:
    """What lies at a dotted path; numbers are indices. Dots inside a key are written `/`."""
    for segment in path.split("."):
        key = segment.replace("/", ".")
        properties = properties[int(key)] if isinstance(properties, list) else properties[key]
    return properties


APP = "containerDefinitions.0"
SEED: tuple[tuple[str, str, str, Any], ...] = (
    # HCL argument, address, path, value
    ("aws_ecs_cluster.name", CLUSTER, "clusterName", "oaktree-cluster-dev"),
    ("aws_ecs_cluster.setting", CLUSTER, "settings", {"containerInsights": "enabled"}),
    ("aws_ecs_task_definition.family", TASK, "family", "oaktree-task-dev"),
    ("network_mode", TASK, "networkMode", "awsvpc"),
    ("requires_compatibilities", TASK, "requiresCompatibilities", ["FARGATE"]),
    ("execution_role_arn", TASK, "executionRoleArn", "${iam.role/app-execution.Arn}"),
    ("task_role_arn", TASK, "taskRoleArn", "${iam.role/app-task.Arn}"),
    ("container.name", TASK, f"{APP}.name", "oaktree-app"),
    (
        "container.image",
        TASK,
        f"{APP}.image",
        "${ecr.repository/oaktree-dev.Uri}${lookup.image/oaktree-dev.latest}",
    ),
    ("container.essential", TASK, f"{APP}.essential", True),
    (
        "container.portMappings",
        TASK,
        f"{APP}.portMappings",
        [{"containerPort": 5000, "hostPort": 5000, "protocol": "tcp"}],
    ),
    (
        "container.environment",
        TASK,
        f"{APP}.environment",
        [{"name": "APP_ENV", "value": "dev"}, {"name": "PORT", "value": "5000"}],
    ),
    ("container.logDriver", TASK, f"{APP}.logConfiguration.logDriver", "awslogs"),
    ("awslogs-group", TASK, f"{APP}.logConfiguration.options.awslogs-group", "/ecs/oaktree-dev"),
    ("awslogs-region", TASK, f"{APP}.logConfiguration.options.awslogs-region", "ap-southeast-1"),
    ("awslogs-stream-prefix", TASK, f"{APP}.logConfiguration.options.awslogs-stream-prefix", "ecs"),
    (
        "container.healthCheck",
        TASK,
        f"{APP}.healthCheck",
        {
            "command": ["CMD", "python", "-m", "app.healthcheck"],
            "interval": 30,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 60,
        },
    ),
    ("aws_ecs_service.name", SERVICE, "serviceName", "oaktree-service-dev"),
    ("cluster", SERVICE, "cluster", "${ecs.cluster/main.Arn}"),
    ("task_definition", SERVICE, "taskDefinition", "${ecs.task_definition/app.Arn}"),
    ("desired_count", SERVICE, "desiredCount", 1),
    ("launch_type", SERVICE, "launchType", "FARGATE"),
    (
        "network_configuration",
        SERVICE,
        "networkConfiguration.awsvpcConfiguration",
        {
            "subnets": "${lookup.network.PrivateSubnetIds}",
            "securityGroups": ["${ec2.security_group/app.Id}"],
            "assignPublicIp": "DISABLED",
        },
    ),
    (
        "load_balancer",
        SERVICE,
        "loadBalancers",
        [
            {
                "targetGroupArn": "${elbv2.target_group/app.Arn}",
                "containerName": "oaktree-app",
                "containerPort": 5000,
            }
        ],
    ),
    (
        "deployment_circuit_breaker",
        SERVICE,
        "deploymentConfiguration.deploymentCircuitBreaker",
        {"enable": True, "rollback": True},
    ),
    ("aws_lb.name", BALANCER, "Name", "oaktree-alb-dev"),
    ("internal", BALANCER, "Scheme", "internet-facing"),
    ("load_balancer_type", BALANCER, "Type", "application"),
    ("security_groups", BALANCER, "SecurityGroups", ["${ec2.security_group/load_balancer.Id}"]),
    ("subnets", BALANCER, "Subnets", "${lookup.network.PublicSubnetIds}"),
    ("enable_deletion_protection", BALANCER, "Attributes.deletion_protection/enabled", "false"),
    ("aws_lb_target_group.name", GROUP, "Name", "oaktree-tg-dev"),
    ("port", GROUP, "Port", 5000),
    ("protocol", GROUP, "Protocol", "HTTP"),
    ("vpc_id", GROUP, "VpcId", "${lookup.network.VpcId}"),
    ("target_type", GROUP, "TargetType", "ip"),
    ("health_check.enabled", GROUP, "HealthCheckEnabled", True),
    ("health_check.interval", GROUP, "HealthCheckIntervalSeconds", 30),
    ("health_check.path", GROUP, "HealthCheckPath", "/health"),
    ("health_check.port", GROUP, "HealthCheckPort", "traffic-port"),
    ("healthy_threshold", GROUP, "HealthyThresholdCount", 3),
    ("unhealthy_threshold", GROUP, "UnhealthyThresholdCount", 3),
    ("health_check.timeout", GROUP, "HealthCheckTimeoutSeconds", 5),
    ("health_check.protocol", GROUP, "HealthCheckProtocol", "HTTP"),
    ("health_check.matcher", GROUP, "Matcher", {"HttpCode": "200"}),
    ("aws_lb_listener.port", LISTENER, "Port", 80),
    ("aws_lb_listener.protocol", LISTENER, "Protocol", "HTTP"),
    ("load_balancer_arn", LISTENER, "LoadBalancerArn", "${elbv2.load_balancer/main.Arn}"),
    (
        "default_action",
        LISTENER,
        "DefaultActions",
        [{"Type": "forward", "TargetGroupArn": "${elbv2.target_group/app.Arn}"}],
    ),
)


@pytest.mark.parametrize(("_hcl", "address", "path", "value"), SEED, ids=[row[0] for row in SEED])
def test_every_value_of_the_seed_is_there(_hcl: str, address: str, path: str, value: Any) -> None:
    assert look(wanted(DEV, address), path) == value


def test_everything_that_carries_tags_has_those_of_the_seed() -> None:
    for resource in DEV.resources:
        if resource.kind != "elbv2.rule_priorities":
            tags = {k: v for k, v in resource.tags.items() if k != "provisioner:region"}
            assert tags == {"Environment": "dev", "Project": "OakTree"}, resource.address


def test_the_stack_is_exactly_this() -> None:
    assert sorted(addresses(DEV)) == [
        "ec2.security_group/app",
        "ec2.security_group/load_balancer",
        "ec2.security_group_rule/app-from-load-balancer",
        "ec2.security_group_rule/http-from-0.0.0.0-0",
        "ec2.security_group_rule/load-balancer-to-app",
        "ecr.repository/oaktree-dev",
        "ecs.cluster/main",
        "ecs.service/app",
        "ecs.task_definition/app",
        "elbv2.listener/http",
        "elbv2.listener_rule/http/app-api-any",
        "elbv2.load_balancer/main",
        "elbv2.rule_priorities/http",
        "elbv2.target_group/app",
        "iam.role/app-execution",
        "iam.role/app-task",
        "logs.log_group/app",
    ]


def test_prod_is_the_same_but_for_its_overlay() -> None:
    assert wanted(PROD, TASK)["cpu"] == "1024"
    assert wanted(PROD, TASK)["memory"] == "2048"
    assert wanted(DEV, TASK)["cpu"] == "256"
    assert wanted(DEV, TASK)["memory"] == "512"
    assert wanted(PROD, SERVICE)["desiredCount"] == 4
    assert wanted(PROD, BALANCER)["Attributes"]["deletion_protection.enabled"] == "true"
    same = {address.replace("oaktree-dev", "oaktree-prod") for address in addresses(DEV)}
    assert {one for one in same if "/http" not in one} <= set(addresses(PROD))


def test_the_account_of_prod_is_insisted_on() -> None:
    assert [one.query["expected"] for one in (DEV.lookups[0], PROD.lookups[0])] == [
        None,
        "123456789012",
    ]


def container(**settings: str) -> Properties:
    found: Properties = wanted(oaktree("dev", **settings), TASK)["containerDefinitions"][0]
    return found


class TestHardening:
    """The seed's security best practices, as values."""

    def test_tasks_do_not_run_as_root(self) -> None:
        assert container()["user"] == "1000"

    def test_the_root_file_system_is_read_only(self) -> None:
        assert container()["readonlyRootFilesystem"] is True

    def test_every_capability_is_dropped_and_init_reaps(self) -> None:
        assert container()["linuxParameters"] == {
            "capabilities": {"add": [], "drop": ["ALL"]},
            "initProcessEnabled": True,
            "tmpfs": [],
        }

    def test_tasks_have_no_public_address_and_private_subnets(self) -> None:
        network = wanted(DEV, SERVICE)["networkConfiguration"]["awsvpcConfiguration"]
        assert network["assignPublicIp"] == "DISABLED"
        assert network["subnets"] == "${lookup.network.PrivateSubnetIds}"

    def test_images_are_scanned(self) -> None:
        repository = wanted(DEV, "ecr.repository/oaktree-dev")
        assert repository["imageScanningConfiguration"] == {"scanOnPush": True}

    def test_malformed_headers_are_dropped(self) -> None:
        attributes = wanted(DEV, BALANCER)["Attributes"]
        assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"

    def test_logs_never_stall_the_application_and_expire(self) -> None:
        assert container()["logConfiguration"]["options"]["mode"] == "non-blocking"
        assert wanted(DEV, "logs.log_group/app")["retentionInDays"] == 30

    def test_new_tasks_start_before_old_ones_stop(self) -> None:
        rollout = wanted(DEV, SERVICE)["deploymentConfiguration"]
        assert (rollout["minimumHealthyPercent"], rollout["maximumPercent"]) == (100, 200)

    def test_a_new_task_has_its_start_period_before_it_is_judged(self) -> None:
        assert wanted(DEV, SERVICE)["healthCheckGracePeriodSeconds"] == 60


def test_an_image_can_be_pinned_by_digest() -> None:
    digest = "sha256:" + "a" * 64
    image = container(services__app__image__digest=digest)["image"]
    assert image == "${ecr.repository/oaktree-dev.Uri}@" + digest


def test_the_outputs_are_promised() -> None:
    assert str(DEV.outputs["url"]) == "http://${elbv2.load_balancer/main.DNSName}"
    assert at(DEV, BALANCER).ref("DNSName") == DEV.outputs["load_balancer_dns_name"]
    assert {k: str(v) for k, v in DEV.outputs["services"]["app"].items()} == {
        "service_arn": "${ecs.service/app.Arn}",
        "task_definition_arn": "${ecs.service/app.TaskDefinition}",
    }
    assert str(DEV.outputs["cluster_arn"]) == "${ecs.cluster/main.Arn}"


def test_the_blueprint_says_whose_it_is() -> None:
    assert (DEV.owner, DEV.prefix) == ("oaktree/dev", "oaktree-")
