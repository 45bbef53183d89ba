"""What the proofs of AWS's behaviours share: things to refuse, made in one line each.

Every proof runs against moto alone, too, where it must go as its mark says.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.local.landing import VPCS
from tests.cloud.landing import land
from tests.local.conftest import MOTO, OURS, TRUST

CONTAINER = {"name": "web", "image": "nginx:1", "portMappings": [{"containerPort": 80}]}
DEFINITION: dict[str, Any] = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [CONTAINER],
}


# How the third word of a mark begins when moto refuses nothing.
ACCEPTS = ("accepts", "allows", "allow ", "deletes", "updates")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Prove everything twice."""
    if "side" in metafunc.fixturenames:
        metafunc.parametrize("side", [OURS, MOTO], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What has no mark says nothing of moto."""
    items[:] = [
        each for each in items if each.get_closest_marker("behaviour") or _side(each) != MOTO
    ]


def _side(item: pytest.Item) -> str:
    return str(item.callspec.params.get("side", OURS)) if hasattr(item, "callspec") else OURS


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """On moto alone a proof fails, unless the mark says that moto does so, too."""
    mark = pyfuncitem.get_closest_marker("behaviour")
    if mark is None or _side(pyfuncitem) != MOTO:
        return (yield)
    words = mark.args[2]
    if words.endswith("too"):
        return (yield)
    try:
        yield
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  however it fails
        if words.startswith(ACCEPTS) and "DID NOT RAISE" not in str(error):
            pytest.fail(f"moto does not do what the mark says, {words!r}, but: {error}")
        return True
    pytest.fail(f"the mark says of moto alone: {words!r}; yet it does what AWS does")


class Aws:
    """Clients, and one thing of each kind, called `web`."""

    def __init__(self, client: Callable[..., Any], advance: Callable[[float], None]) -> None:
        self.client = client
        self.advance = advance
        self.ec2, self.ecs, self.elbv2 = client("ec2"), client("ecs"), client("elbv2")
        self.iam, self.ecr, self.logs = client("iam"), client("ecr"), client("logs")
        self.secrets, self.ssm = client("secretsmanager"), client("ssm")

    def refused(self, code: str, call: Callable[..., Any], **request: Any) -> str:
        """Make a call that must be refused with this code; return the message."""
        with pytest.raises(ClientError) as caught:
            call(**request)
        error = caught.value.response["Error"]
        assert error["Code"] == code, error
        return str(error["Message"])

    def vpc(self) -> str:
        """Return the first of the landing zone; moto has none before."""
        found = self.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [VPCS[0]]}])
        vpcs = [each["VpcId"] for each in found["Vpcs"]] or [land(self.ec2, VPCS[0])]
        return str(vpcs[0])

    def subnets(self, tier: str = "public") -> list[str]:
        mine = [
            {"Name": "tag:Tier", "Values": [tier]},
            {"Name": "vpc-id", "Values": [self.vpc()]},
        ]
        found = self.ec2.describe_subnets(Filters=mine)["Subnets"]
        return [each["SubnetId"] for each in found]

    def security_group(self, name: str = "web") -> str:
        made = self.ec2.create_security_group(GroupName=name, Description="d", VpcId=self.vpc())
        return str(made["GroupId"])

    def balancer(self, **request: Any) -> str:
        request = {"Name": "web", "Subnets": self.subnets(), **request}
        return str(
            self.elbv2.create_load_balancer(**request)["LoadBalancers"][0]["LoadBalancerArn"]
        )

    def group(self, name: str = "web", **request: Any) -> str:
        request = {
            "Port": 80,
            "Protocol": "HTTP",
            "VpcId": self.vpc(),
            "TargetType": "ip",
            **request,
        }
        made = self.elbv2.create_target_group(Name=name, **request)
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def listener(self, balancer: str, group: str, port: int = 80) -> str:
        made = self.elbv2.create_listener(
            LoadBalancerArn=balancer, Port=port, Protocol="HTTP", DefaultActions=[forward(group)]
        )
        return str(made["Listeners"][0]["ListenerArn"])

    def rule(self, listener: str, group: str, priority: int, path: str = "/a") -> str:
        made = self.elbv2.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [path]}],
            Actions=[forward(group)],
        )
        return str(made["Rules"][0]["RuleArn"])

    def role(self, name: str = "web", trust: str = TRUST) -> str:
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        return str(made["Role"]["Arn"])

    def define(self, **change: Any) -> str:
        made = self.ecs.register_task_definition(**{**DEFINITION, **change})
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def image(self, image: str, **change: Any) -> str:
        return self.define(containerDefinitions=[{**CONTAINER, "image": image}], **change)

    def network(self, groups: list[str] | None = None) -> dict[str, Any]:
        vpc = {"subnets": self.subnets("private"), "securityGroups": groups or []}
        return {"awsvpcConfiguration": vpc}

    def service_request(self, **request: Any) -> dict[str, Any]:
        """Return what CreateService is asked; the cluster and the definition are made."""
        self.ecs.create_cluster(clusterName="c", capacityProviders=["FARGATE", "FARGATE_SPOT"])
        if "taskDefinition" not in request:
            request["taskDefinition"] = self.define()
        if "launchType" not in request and "capacityProviderStrategy" not in request:
            request["launchType"] = "FARGATE"
        return {
            "cluster": "c",
            "serviceName": "web",
            "desiredCount": 1,
            "networkConfiguration": self.network(),
            **request,
        }

    def service(self, **request: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.ecs.create_service(**self.service_request(**request))["service"]
        return made

    def balanced(self, **request: Any) -> str:
        """Make a service behind a load balancer; return its target group."""
        group = self.group()
        self.listener(self.balancer(), group)
        self.service(loadBalancers=target(group), **request)
        return group

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ecs.describe_services(cluster="c", services=["web"])
        service: dict[str, Any] = found["services"][0]
        return service

    def tasks(self, status: str = "RUNNING") -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="c", desiredStatus=status)["taskArns"]
        found: list[dict[str, Any]] = []
        if arns:
            found = self.ecs.describe_tasks(cluster="c", tasks=arns)["tasks"]
        return found

    def deployments(self) -> list[dict[str, Any]]:
        """Return the service's deployments in full, the newest first."""
        brief = self.ecs.list_service_deployments(cluster="c", service="web")["serviceDeployments"]
        arns = [each["serviceDeploymentArn"] for each in brief]
        answer = self.ecs.describe_service_deployments(serviceDeploymentArns=arns)
        found: list[dict[str, Any]] = answer["serviceDeployments"]
        return found

    def health(self, group: str) -> list[str]:
        found = self.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [each["TargetHealth"]["State"] for each in found]


def forward(group: str) -> dict[str, Any]:
    return {"Type": "forward", "TargetGroupArn": group}


def target(group: str, container: str = "web", port: int = 80) -> list[dict[str, Any]]:
    return [{"targetGroupArn": group, "containerName": container, "containerPort": port}]


@pytest.fixture
def aws(client: Callable[..., Any], advance: Callable[[float], None]) -> Aws:
    return Aws(client, advance)
