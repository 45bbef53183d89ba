"""`local save` and `local load`: a state in a file, and back."""

from __future__ import annotations

import json
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provisioner.local import saved
from provisioner.local.cloud import Cloud
from provisioner.local.control import LocalError, ask

from .conftest import ENOUGH, TRUST, Connect

SPEC = json.loads(TRUST)


@pytest.fixture
def save(cloud: Cloud) -> Callable[[Path], None]:
    return lambda path: ask(cloud.endpoint, "save", {"file": str(path)}, timeout=60)


@pytest.fixture
def load(cloud: Cloud) -> Callable[[Path], None]:
    return lambda path: ask(cloud.endpoint, "load", {"file": str(path)}, timeout=60)


ADDRESS = {"Value": "192.0.2.1"}
SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "web"}


def populate(client: Connect) -> None:
    """One thing at least of every kind that is a stack's."""
    client("ecs").create_cluster(clusterName="c")
    client("ecs").register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": "nginx", "memory": 64}]
    )
    client("ecs").create_service(
        cluster="c", serviceName="web", taskDefinition="web", desiredCount=2
    )
    client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(SPEC))
    client("ecr").create_repository(repositoryName="app")
    client("logs").create_log_group(logGroupName="/web")
    client("secretsmanager").create_secret(Name="s", SecretString="x")
    client("ssm").put_parameter(
        Name="/a", Value="1", Type="String", Tags=[{"Key": "k", "Value": "v"}]
    )
    bucket = {"LocationConstraint": "eu-west-1"}
    client("s3").create_bucket(Bucket="some-bucket", CreateBucketConfiguration=bucket)
    client("s3").put_object(Bucket="some-bucket", Key="k", Body=b"body")
    client("sns").create_topic(Name="t")
    client("acm").request_certificate(DomainName="example.com", ValidationMethod="DNS")
    client("kms").create_key()
    client("wafv2").create_web_acl(
        Name="web", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=SEEN
    )
    zone = client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    record = {"Name": "a.example.com", "Type": "A", "TTL": 60}
    change = {"Action": "CREATE", "ResourceRecordSet": {**record, "ResourceRecords": [ADDRESS]}}
    client("route53").change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch={"Changes": [change]}
    )
    client("servicediscovery").create_http_namespace(Name="web")


def seen(client: Connect) -> dict[str, Any]:
    """What is there, as clients see it."""
    (service,) = client("ecs").describe_services(cluster="c", services=["web"])["services"]
    return {
        "service": service,
        "tasks": sorted(client("ecs").list_tasks(cluster="c")["taskArns"]),
        "tags": client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId="/a")[
            "TagList"
        ],
        "interfaces": client("ec2").describe_network_interfaces()["NetworkInterfaces"],
        "role": client("iam").get_role(RoleName="r")["Role"],
        "body": client("s3").get_object(Bucket="some-bucket", Key="k")["Body"].read(),
        "web ACLs": client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"],
        "zones": client("route53").list_hosted_zones()["HostedZones"],
        "namespaces": client("servicediscovery").list_namespaces()["Namespaces"],
        "certificates": client("acm").list_certificates()["CertificateSummaryList"],
    }


def balanced(state: dict[str, Any]) -> list[str]:
    """Return the network interfaces of load balancers in what `seen` gives."""
    return [
        each["NetworkInterfaceId"]
        for each in state["interfaces"]
        if each["Description"].startswith("ELB ")
    ]


def test_what_is_late_is_late_after_loading_too(
    cloud: Cloud,
    client: Connect,
    advance: Callable[[float], None],
    adjust: Callable[..., None],
    tmp_path: Path,
    save: Callable[[Path], None],
    load: Callable[[Path], None],
) -> None:
    adjust(consistency=True)
    client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(SPEC))
    save(tmp_path / "state")
    ask(cloud.endpoint, "reset", {})
    load(tmp_path / "state")
    assert client("iam").list_roles()["Roles"] == []
    advance(6)
    assert [each["RoleName"] for each in client("iam").list_roles()["Roles"]] == ["r"]


def test_what_is_loaded_is_what_was_saved(
    cloud: Cloud,
    client: Connect,
    advance: Callable[[float], None],
    attached: Callable[[], str],
    tmp_path: Path,
    save: Callable[[Path], None],
    load: Callable[[Path], None],
) -> None:
    populate(client)
    advance(ENOUGH)
    attached()
    (balancer,) = client("elbv2").describe_load_balancers()["LoadBalancers"]
    client("elbv2").delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    ask(cloud.endpoint, "settings", {"fates": {"nginx*": "crash"}})
    before = seen(client)
    assert len(balanced(before)) == len(balancer["AvailabilityZones"])
    save(tmp_path / "state")
    ask(cloud.endpoint, "reset", {})
    ask(cloud.endpoint, "settings", {"fates": {}})
    client("ecs").create_cluster(clusterName="other")
    load(tmp_path / "state")
    assert seen(client) == before
    assert ask(cloud.endpoint, "settings")["fates"] == {"nginx*": "crash"}
    ask(cloud.endpoint, "settings", {"fates": {}})
    clusters = client("ecs").list_clusters()["clusterArns"]
    assert [each.rpartition("/")[2] for each in clusters] == ["c"]
    client("ecs").update_service(cluster="c", service="web", desiredCount=1)
    advance(ENOUGH)
    after = seen(client)
    assert after["service"]["runningCount"] == 1
    assert balanced(after) == []  # they were on their way out when the state was saved


def test_a_file_that_is_no_state_is_refused_and_changes_nothing(
    client: Connect, tmp_path: Path, load: Callable[[Path], None], save: Callable[[Path], None]
) -> None:
    client("ecs").create_cluster(clusterName="c")
    save(tmp_path / "state")
    good = (tmp_path / "state").read_bytes()
    header, data = saved.header(), good.partition(b"\n")[2]
    evil = zlib.compress(pickle.dumps({"more": print}))
    for content, words in (
        (b"stack: web\n", "not a state that"),
        (json.dumps({**header, "version": 0}).encode() + b"\n" + data, "version 0, and this is"),
        (json.dumps({**header, "moto": "4.0"}).encode() + b"\n" + data, "moto 4.0, and this is"),
        (good[:-40], "cannot be read"),
        (json.dumps(header).encode() + b"\n" + evil, "no business in a state"),
    ):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(LocalError, match=words):
            load(tmp_path / "other")
    with pytest.raises(LocalError, match=r"absent: cannot be read: No such file"):
        load(tmp_path / "absent")
    assert len(client("ecs").list_clusters()["clusterArns"]) == 1


def test_a_state_that_cannot_be_written_leaves_what_was_there(
    client: Connect, tmp_path: Path, save: Callable[[Path], None]
) -> None:
    (tmp_path / "state").mkdir()
    with pytest.raises(LocalError, match="cannot be written"):
        save(tmp_path / "state")
    with pytest.raises(LocalError, match="cannot be written: No such file"):
        save(tmp_path / "absent" / "state")
    assert [each.name for each in tmp_path.iterdir()] == ["state"]


def under_way(client: Connect, advance: Callable[[float], None]) -> None:
    """A service that is about to be scaled and to be rolled back, and a rule that tells of it."""
    ecs, cloudwatch, scaling = (
        client(name) for name in ("ecs", "cloudwatch", "application-autoscaling")
    )
    topic = client("sns").create_topic(Name="t")["TopicArn"]
    pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Deployment State Change"]}
    client("events").put_rule(Name="r", EventPattern=json.dumps(pattern))
    client("events").put_targets(Rule="r", Targets=[{"Id": "t", "Arn": topic}])
    ecs.create_cluster(clusterName="c")
    container = {"name": "web", "image": "nginx", "memory": 64}
    for _ in range(2):
        ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(cluster="c", serviceName="web", taskDefinition="web:1", desiredCount=2)
    advance(ENOUGH)
    where = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/c/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**where, MinCapacity=1, MaxCapacity=8)
    kind = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    configuration = {"TargetValue": 50, "PredefinedMetricSpecification": kind}
    scaling.put_scaling_policy(
        **where,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=configuration,
    )
    names = [{"Name": "ClusterName", "Value": "c"}, {"Name": "ServiceName", "Value": "web"}]
    datum = {"MetricName": "CPUUtilization", "Dimensions": names, "Value": 90}
    for seconds in (60, 60, 0):  # the third minute is not over
        cloudwatch.put_metric_data(Namespace="AWS/ECS", MetricData=[datum])
        advance(seconds)
    ecs.update_service(cluster="c", service="web", taskDefinition="web:2")
    found = ecs.list_service_deployments(cluster="c", service="web")["serviceDeployments"]
    ecs.stop_service_deployment(serviceDeploymentArn=found[0]["serviceDeploymentArn"])


def become(cloud: Cloud, client: Connect) -> dict[str, Any]:
    """What has become of it."""
    ecs = client("ecs")
    (service,) = ecs.describe_services(cluster="c", services=["web"])["services"]
    found = ecs.list_service_deployments(cluster="c", service="web")["serviceDeployments"]
    done = client("application-autoscaling").describe_scaling_activities(ServiceNamespace="ecs")
    return {
        "desired": service["desiredCount"],
        "deployments": [each["status"] for each in found],
        "activities": [each["StatusMessage"] for each in done["ScalingActivities"]],
        "told": [
            json.loads(each["message"])["detail"]["eventName"]
            for each in ask(cloud.endpoint, "outbox")
        ],
    }


def test_what_is_under_way_goes_on_after_a_load(
    cloud: Cloud,
    client: Connect,
    advance: Callable[[float], None],
    tmp_path: Path,
    save: Callable[[Path], None],
    load: Callable[[Path], None],
) -> None:
    under_way(client, advance)
    save(tmp_path / "state")
    advance(2 * ENOUGH)
    then = become(cloud, client)
    assert then["desired"] == 4
    assert then["deployments"][0] == "ROLLBACK_SUCCESSFUL"
    assert len(then["activities"]) == 1
    assert then["told"][-1] == "SERVICE_DEPLOYMENT_COMPLETED"
    load(tmp_path / "state")
    advance(2 * ENOUGH)
    assert become(cloud, client) == then
