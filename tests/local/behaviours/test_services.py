"""What ECS does with clusters, services and their deployments."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Aws, target

behaviour = pytest.mark.behaviour
ACCEPTED = "accepts it"
NEVER = "never deploys"
BREAKER: dict[str, Any] = {
    "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
}
LONG = 1800
INVALID = "InvalidParameterException"


@behaviour("ECS API: DeleteCluster", "A cluster with services is not deleted", "deletes it")
def test_a_cluster_with_services_is_not_deleted(aws: Aws) -> None:
    aws.service()
    aws.refused("ClusterContainsServicesException", aws.ecs.delete_cluster, cluster="c")
    aws.ecs.delete_service(cluster="c", service="web", force=True)
    aws.advance(LONG)
    aws.ecs.delete_cluster(cluster="c")


@behaviour("ECS API: DeleteCluster", "A cluster with tasks is not deleted", "runs none")
def test_a_cluster_with_tasks_is_not_deleted(aws: Aws) -> None:
    aws.ecs.create_cluster(clusterName="c")
    aws.ecs.run_task(cluster="c", taskDefinition=aws.define(), networkConfiguration=aws.network())
    aws.refused("ClusterContainsTasksException", aws.ecs.delete_cluster, cluster="c")


@behaviour(
    "ECS API: CreateCluster",
    "CreateCluster of a name that is there returns the cluster",
    "replaces it",
)
def test_a_cluster_is_created_once(aws: Aws) -> None:
    settings = [{"name": "containerInsights", "value": "enabled"}]
    aws.ecs.create_cluster(clusterName="c", settings=settings)
    assert aws.ecs.create_cluster(clusterName="c")["cluster"]["settings"] == settings


@behaviour(
    "terraform-provider-aws#3495",
    "A service's target group is attached to a load balancer",
    ACCEPTED,
)
def test_a_service_needs_an_attached_target_group(aws: Aws) -> None:
    group = aws.group()
    request = aws.service_request(loadBalancers=target(group))
    words = aws.refused(INVALID, aws.ecs.create_service, **request)
    assert "does not have an associated load balancer" in words
    aws.listener(aws.balancer(), group)
    aws.ecs.create_service(**request)


@behaviour("ECS API: LoadBalancer", "With awsvpc a target group has targets of type ip", ACCEPTED)
def test_targets_of_a_task_are_addresses(aws: Aws) -> None:
    group = aws.group(TargetType="instance")
    aws.listener(aws.balancer(), group)
    words = aws.refused(INVALID, aws.service, loadBalancers=target(group))
    assert "target type instance" in words


@pytest.mark.parametrize(("container", "port"), [("other", 80), ("web", 81)])
@behaviour(
    "ECS API: LoadBalancer",
    "A load balancer is told a container and a port of the definition",
    ACCEPTED,
)
def test_a_balanced_port_is_in_the_definition(aws: Aws, container: str, port: int) -> None:
    aws.refused(INVALID, aws.service, loadBalancers=target("arn:any", container, port))


@behaviour(
    "ECS API: CreateService",
    "A launch type and a capacity provider strategy exclude each other",
    ACCEPTED,
)
def test_launch_type_and_strategy_exclude_each_other(aws: Aws) -> None:
    strategy = [{"capacityProvider": "FARGATE", "weight": 1}]
    aws.refused(INVALID, aws.service, launchType="FARGATE", capacityProviderStrategy=strategy)


@behaviour(
    "ECS API: AwsVpcConfiguration",
    "A service has at most 5 security groups and 16 subnets",
    ACCEPTED,
)
def test_a_network_configuration_is_limited(aws: Aws) -> None:
    network = aws.network([aws.security_group(f"web-{number}") for number in range(6)])
    aws.refused(INVALID, aws.service, networkConfiguration=network)


@behaviour(
    "EvalAI#2419",
    "A task definition that is not there is a ClientException",
    "has another message",
)
def test_an_absent_definition_starts_nothing(aws: Aws) -> None:
    request = {**aws.service_request(), "taskDefinition": "absent:7"}
    words = aws.refused("ClientException", aws.ecs.create_service, **request)
    assert words == "TaskDefinition not found."
    aws.service()
    change = {"cluster": "c", "service": "web", "taskDefinition": "absent"}
    aws.refused("ClientException", aws.ecs.update_service, **change)


@behaviour(
    "ECS API: DeregisterTaskDefinition", "An INACTIVE task definition starts nothing", ACCEPTED
)
def test_an_inactive_definition_starts_nothing(aws: Aws) -> None:
    aws.service()
    old = aws.define()
    aws.ecs.deregister_task_definition(taskDefinition=old)
    change = {"cluster": "c", "service": "web", "taskDefinition": old}
    aws.refused(INVALID, aws.ecs.update_service, **change)
    task = {"cluster": "c", "taskDefinition": old, "networkConfiguration": aws.network()}
    aws.refused(INVALID, aws.ecs.run_task, **task)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({"subnets": ["subnet-0123456789abcdef0"]}, "Error retrieving subnet information for"),
        ({"securityGroups": ["sg-0123456789abcdef0"]}, "Error retrieving security group"),
    ],
)
@behaviour(
    "serverless-fargate#20",
    "Subnets and security groups that are not there are an InvalidParameterException",
    "runs tasks there",
)
def test_a_network_is_there(aws: Aws, network: dict[str, Any], words: str) -> None:
    vpc = {**aws.network()["awsvpcConfiguration"], **network}
    request = aws.service_request(networkConfiguration={"awsvpcConfiguration": vpc})
    assert aws.refused(INVALID, aws.ecs.create_service, **request).startswith(words)
    task = {name: request[name] for name in ("cluster", "taskDefinition", "networkConfiguration")}
    assert aws.refused(INVALID, aws.ecs.run_task, **task).startswith(words)


@behaviour("aws-dotnet-deploy#735", "Security groups are of the subnets' VPC", ACCEPTED)
def test_a_network_is_of_one_vpc(aws: Aws) -> None:
    made = aws.ec2.create_vpc(CidrBlock="10.200.0.0/16")["Vpc"]["VpcId"]
    other = aws.ec2.create_security_group(GroupName="x", Description="d", VpcId=made)["GroupId"]
    words = aws.refused(INVALID, aws.service, networkConfiguration=aws.network([other]))
    assert words.endswith("does not appear to belong to the same VPC as the input subnets.")


@behaviour("dask-cloudprovider#328", "A capacity provider is one of the cluster's own", ACCEPTED)
def test_a_capacity_provider_is_associated(aws: Aws) -> None:
    aws.ecs.create_cluster(clusterName="c")
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    request = aws.service_request(capacityProviderStrategy=strategy)
    words = aws.refused(INVALID, aws.ecs.create_service, **request)
    assert "not associated with the cluster" in words
    aws.ecs.put_cluster_capacity_providers(
        cluster="c", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    aws.ecs.create_service(**request)


@behaviour("ECS API: PutClusterCapacityProviders", "A capacity provider exists", ACCEPTED)
def test_a_capacity_provider_exists(aws: Aws) -> None:
    words = aws.refused(INVALID, aws.ecs.create_cluster, clusterName="c", capacityProviders=["GPU"])
    assert words.startswith("The specified capacity provider 'GPU' was not found.")
    aws.ecs.create_cluster(clusterName="c")
    request = {"cluster": "c", "defaultCapacityProviderStrategy": []}
    put = aws.ecs.put_cluster_capacity_providers
    aws.refused(INVALID, put, **request, capacityProviders=["FARGATE", "GPU"])
    put(**request, capacityProviders=["FARGATE", "FARGATE_SPOT"])


@behaviour(
    "ECS API: PutClusterCapacityProviders",
    "A cluster's default strategy is of its own capacity providers",
    ACCEPTED,
)
def test_a_default_strategy_is_of_the_clusters_own(aws: Aws) -> None:
    aws.ecs.create_cluster(clusterName="c")
    request = {
        "cluster": "c",
        "capacityProviders": ["FARGATE"],
        "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    }
    words = aws.refused(INVALID, aws.ecs.put_cluster_capacity_providers, **request)
    assert "not associated with the cluster" in words


@behaviour(
    "ECS API: PutClusterCapacityProviders",
    "A capacity provider that tasks use cannot leave the cluster",
    ACCEPTED,
)
def test_a_capacity_provider_in_use_stays(aws: Aws) -> None:
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    aws.service(desiredCount=1, capacityProviderStrategy=spot)
    aws.advance(LONG)
    request = {"cluster": "c", "capacityProviders": [], "defaultCapacityProviderStrategy": []}
    put = aws.ecs.put_cluster_capacity_providers
    aws.refused("ResourceInUseException", put, **request)
    aws.ecs.update_service(cluster="c", service="web", desiredCount=0)
    aws.advance(LONG)
    put(**request)


@behaviour("ECS guide: platform-linux-fargate", "A platform version exists", ACCEPTED)
def test_a_platform_version_exists(aws: Aws) -> None:
    aws.refused("PlatformUnknownException", aws.service, platformVersion="9.9.9")
    aws.service(platformVersion="1.4.0")


@behaviour("ECS guide: launch_types", "A definition fits how it is launched", ACCEPTED)
def test_a_definition_fits_its_launch_type(aws: Aws) -> None:
    made = aws.define(requiresCompatibilities=["EC2"])
    words = aws.refused(INVALID, aws.service, taskDefinition=made, launchType="FARGATE")
    assert words == "Task definition does not support launch_type FARGATE."


@behaviour("ECS API: CreateService", "A service has no fewer than 0 tasks", ACCEPTED)
def test_a_desired_count_is_not_negative(aws: Aws) -> None:
    aws.refused(INVALID, aws.service, desiredCount=-1)


@behaviour("ECS API: CreateService", "Fargate has no daemon services", ACCEPTED)
def test_fargate_has_no_daemons(aws: Aws) -> None:
    aws.refused(INVALID, aws.service, schedulingStrategy="DAEMON")


@behaviour(
    "ECS API: DescribeServices", "DescribeServices takes at most ten names", "takes any number"
)
def test_services_are_described_by_ten(aws: Aws) -> None:
    aws.service()
    names = [f"s{number}" for number in range(11)]
    aws.refused(INVALID, aws.ecs.describe_services, cluster="c", services=names)
    failures = aws.ecs.describe_services(cluster="c", services=names[:1])["failures"]
    assert failures[0]["reason"] == "MISSING"


@behaviour(
    "terraform-provider-aws#2283",
    "CreateService again: the same service, or not idempotent",
    "replaces it",
)
def test_a_service_is_created_once(aws: Aws) -> None:
    request = aws.service_request()
    first = aws.ecs.create_service(**request)["service"]["deployments"][0]["id"]
    assert aws.ecs.create_service(**request)["service"]["deployments"][0]["id"] == first
    words = aws.refused(INVALID, aws.ecs.create_service, **{**request, "desiredCount": 2})
    assert "not idempotent" in words


@behaviour(
    "ECS API: DeleteService", "A service with tasks is deleted by force only", "refuses, too"
)
def test_a_scaled_service_is_not_deleted(aws: Aws) -> None:
    aws.service()
    aws.refused(INVALID, aws.ecs.delete_service, cluster="c", service="web")


@behaviour(
    "convox/rack#346",
    "Without force a service is deleted when its tasks are gone and its deployments over",
    "deletes it",
)
def test_a_busy_service_is_not_deleted(aws: Aws) -> None:
    aws.service()
    aws.advance(400)
    delete, name = aws.ecs.delete_service, {"cluster": "c", "service": "web"}
    aws.ecs.update_service(**name, desiredCount=0)
    assert "deployments are active" in aws.refused(INVALID, delete, **name)
    aws.advance(400)
    delete(**name)


@behaviour(
    "ECS API: DeleteService", "A deleted service is DRAINING, and its name not free", "is gone"
)
def test_a_name_is_free_when_its_service_is_inactive(aws: Aws) -> None:
    request = aws.service_request()
    aws.ecs.create_service(**request)
    aws.advance(60)
    aws.ecs.delete_service(cluster="c", service="web", force=True)
    assert aws.described()["status"] == "DRAINING"
    assert "still Draining" in aws.refused(INVALID, aws.ecs.create_service, **request)
    aws.advance(60)
    assert aws.described()["status"] == "INACTIVE"
    aws.ecs.create_service(**request)


@behaviour("ECS API: UpdateService", "A service that is not ACTIVE is not updated", "updates it")
def test_a_draining_service_is_not_updated(aws: Aws) -> None:
    aws.service()
    aws.ecs.delete_service(cluster="c", service="web", force=True)
    request = {"cluster": "c", "service": "web", "desiredCount": 1}
    aws.refused("ServiceNotActiveException", aws.ecs.update_service, **request)


@behaviour(
    "ECS API: DeploymentConfiguration",
    "Describe shows deploymentConfiguration and the other defaults",
    "drops them",
)
def test_a_service_is_shown_with_its_defaults(aws: Aws) -> None:
    service = aws.service()
    assert service["deploymentConfiguration"]["maximumPercent"] == 200
    assert (service["platformVersion"], service["propagateTags"]) == ("LATEST", "NONE")


@behaviour(
    "ECS API: Deployment",
    "Tasks start, and the deployment is COMPLETED when they are healthy",
    NEVER,
)
def test_a_deployment_completes(aws: Aws) -> None:
    aws.service(desiredCount=2)
    assert (aws.described()["runningCount"], aws.described()["pendingCount"]) == (0, 2)
    aws.advance(LONG)
    service = aws.described()
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]
    assert service["runningCount"] == 2
    aws.ecs.get_waiter("services_stable").wait(cluster="c", services=["web"])


@behaviour(
    "ECS guide: service-event-messages-list",
    "Events tell of it in AWS's words, the newest first",
    "has no events",
)
def test_events_tell_what_happens(aws: Aws) -> None:
    aws.balanced()
    aws.advance(LONG)
    messages = [each["message"] for each in aws.described()["events"]]
    assert messages[0] == "(service web) has reached a steady state."
    assert messages[-1].startswith("(service web) has started 1 tasks: (task ")
    assert any("registered 1 targets in (target-group arn:aws:" in each for each in messages)


@behaviour(
    "ECS API: UpdateService",
    "Another task definition is another PRIMARY deployment",
    "keeps the old one",
)
def test_an_update_is_a_new_primary(aws: Aws) -> None:
    aws.service()
    aws.advance(LONG)
    request = {"cluster": "c", "service": "web", "taskDefinition": aws.define()}
    service = aws.ecs.update_service(**request)["service"]
    assert [each["status"] for each in service["deployments"]] == ["PRIMARY", "ACTIVE"]


@behaviour(
    "ECS API: UpdateService",
    "desiredCount and deploymentConfiguration start no deployment",
    "starts no tasks either",
)
def test_scaling_is_no_deployment(aws: Aws) -> None:
    aws.service()
    aws.advance(LONG)
    configuration = {"maximumPercent": 150, "minimumHealthyPercent": 50}
    request = {"cluster": "c", "service": "web", "desiredCount": 3}
    aws.ecs.update_service(**request, deploymentConfiguration=configuration)
    assert len(aws.described()["deployments"]) == 1
    assert aws.described()["pendingCount"] == 2


@behaviour("ECS guide: deployment-type-ecs", "Old tasks go when new ones are healthy", NEVER)
def test_the_old_revision_serves_until_the_new_one_does(aws: Aws) -> None:
    group = aws.balanced()
    aws.advance(LONG)
    aws.ecs.update_service(cluster="c", service="web", taskDefinition=aws.define())
    seen = []
    for _ in range(50):
        aws.advance(10)
        seen.append(aws.health(group))
    assert all("healthy" in each for each in seen)
    assert any("draining" in each for each in seen)
    assert seen[-1] == ["healthy"]


@behaviour(
    "ECS API: ServiceDeployment", "A service deployment tells how it ended", "has no such operation"
)
def test_a_service_deployment_is_the_judge(aws: Aws) -> None:
    service = aws.service()
    (going,) = aws.deployments()
    assert going["serviceDeploymentArn"] == service["currentServiceDeployment"]
    assert (going["status"], going["lifecycleStage"]) == ("IN_PROGRESS", "SCALE_UP")
    aws.advance(LONG)
    assert [each["status"] for each in aws.deployments()] == ["SUCCESSFUL"]


@behaviour(
    "ECS API: ServiceRevision",
    "A service revision tells the digests of its images",
    "has no such operation",
)
def test_a_revision_names_digests(aws: Aws) -> None:
    arn = aws.service()["currentServiceRevisions"][0]["arn"]
    (found,) = aws.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
    assert found["containerImages"][0]["imageDigest"].startswith("sha256:")


@pytest.mark.parametrize("tag", ["crash", "missing", "unhealthy"])
@behaviour(
    "ECS guide: deployment-circuit-breaker",
    "The circuit breaker goes back to the last good version",
    NEVER,
)
def test_the_breaker_rolls_back(aws: Aws, tag: str) -> None:
    aws.balanced(**BREAKER)
    aws.advance(LONG)
    good = aws.described()["taskDefinition"]
    aws.ecs.update_service(cluster="c", service="web", taskDefinition=aws.image(f"nginx:{tag}"))
    aws.advance(2 * LONG)
    bad, _ = aws.deployments()
    assert bad["status"] == "ROLLBACK_SUCCESSFUL"
    assert bad["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    service = aws.described()
    assert (service["taskDefinition"], service["runningCount"]) == (good, 1)
    aws.ecs.get_waiter("services_stable").wait(cluster="c", services=["web"])


@behaviour(
    "ECS guide: deployment-circuit-breaker",
    "A first version that fails has nothing to go back to",
    NEVER,
)
def test_a_failed_first_version_stays(aws: Aws) -> None:
    aws.service(taskDefinition=aws.image("nginx:crash"), **BREAKER)
    aws.advance(2 * LONG)
    (deployment,) = aws.described()["deployments"]
    assert (deployment["rolloutState"], deployment["status"]) == ("FAILED", "PRIMARY")


@behaviour(
    "ECS guide: stop-service-deployment",
    "StopServiceDeployment rolls a deployment back",
    "has no such operation",
)
def test_a_deployment_is_stopped(aws: Aws) -> None:
    aws.service()
    aws.advance(LONG)
    good = aws.described()["taskDefinition"]
    aws.ecs.update_service(cluster="c", service="web", taskDefinition=aws.image("nginx:slow-900s"))
    arn = aws.deployments()[0]["serviceDeploymentArn"]
    aws.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    aws.ecs.stop_service_deployment(serviceDeploymentArn=arn)
    aws.advance(LONG)
    assert aws.deployments()[0]["status"] == "ROLLBACK_SUCCESSFUL"
    assert aws.described()["taskDefinition"] == good
    stop = aws.ecs.stop_service_deployment
    aws.refused("ConflictException", stop, serviceDeploymentArn=arn)
    aws.refused(INVALID, stop, serviceDeploymentArn=arn, stopType="ABORT")


@pytest.mark.parametrize(
    ("image", "code", "words"),
    [
        ("nginx:exit-3", "EssentialContainerExited", "Essential container in task exited"),
        ("nginx:missing", "TaskFailedToStart", "CannotPullContainerError"),
        ("nginx:no-network", "TaskFailedToStart", "CannotPullContainerError"),
    ],
)
@behaviour(
    "ECS guide: stopped-task-error-codes",
    "A stopped task tells stopCode and stoppedReason for an hour",
    "stops none",
)
def test_stopped_tasks_tell_why(aws: Aws, image: str, code: str, words: str) -> None:
    aws.service(taskDefinition=aws.image(image))
    aws.advance(400)
    task = aws.tasks("STOPPED")[0]
    assert (task["stopCode"], words in task["stoppedReason"]) == (code, True)


@behaviour("pulumi-awsx#927", "A role that is not there is an event, no refusal", "is no matter")
def test_an_absent_role_shows_in_the_events(aws: Aws) -> None:
    arn = "arn:aws:iam::123456789012:role/absent"
    aws.service(taskDefinition=aws.define(executionRoleArn=arn))
    assert f"unable to assume the role '{arn}'" in aws.described()["events"][0]["message"]
    assert aws.tasks() == []
    aws.role("absent")
    aws.advance(60)
    assert len(aws.tasks()) == 1


@behaviour(
    "ELB API: TargetGroupAttribute",
    "A stopped task's target drains for the deregistration delay",
    "has no targets",
)
def test_targets_drain(aws: Aws) -> None:
    group = aws.balanced()
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "120"}]
    aws.elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=delay)
    aws.advance(LONG)
    aws.ecs.update_service(cluster="c", service="web", desiredCount=0)
    assert aws.health(group) == ["draining"]
    aws.advance(119)
    assert aws.tasks("STOPPED")[0]["lastStatus"] == "DEACTIVATING"
    aws.advance(30)
    assert (aws.health(group), aws.tasks("STOPPED")[0]["lastStatus"]) == ([], "STOPPED")


@behaviour(
    "ECS guide: fargate-task-networking",
    "Network interfaces of tasks hold their security group a little longer",
    "has none",
)
def test_interfaces_of_tasks_linger(aws: Aws) -> None:
    group = aws.security_group()
    aws.service(networkConfiguration=aws.network([group]))
    aws.advance(60)
    aws.ecs.delete_service(cluster="c", service="web", force=True)
    aws.advance(15)
    assert aws.described()["status"] == "INACTIVE"
    aws.refused("DependencyViolation", aws.ec2.delete_security_group, GroupId=group)
    aws.advance(30)
    aws.ec2.delete_security_group(GroupId=group)


@behaviour(
    "ECS guide: service-event-messages-list",
    "Percentages that leave no room stop a deployment, with an event",
    NEVER,
)
def test_a_deployment_without_room_is_stuck(aws: Aws) -> None:
    aws.service(
        deploymentConfiguration={"maximumPercent": 150, "minimumHealthyPercent": 50},
    )
    aws.advance(LONG)
    aws.ecs.update_service(cluster="c", service="web", forceNewDeployment=True)
    aws.advance(LONG)
    assert "was unable to stop or start tasks" in aws.described()["events"][0]["message"]


@behaviour("ECS guide: using_awslogs", "Logs are in prefix/container/task", "has no logs")
def test_tasks_write_logs(aws: Aws) -> None:
    options = {"awslogs-group": "/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "p"}
    container = {"name": "web", "image": "nginx:1"}
    logs = {"logConfiguration": {"logDriver": "awslogs", "options": options}}
    aws.logs.create_log_group(logGroupName="/web")
    definition = aws.define(
        executionRoleArn=aws.role(), containerDefinitions=[{**container, **logs}]
    )
    aws.service(taskDefinition=definition)
    aws.advance(60)
    (stream,) = aws.logs.describe_log_streams(logGroupName="/web")["logStreams"]
    assert stream["logStreamName"] == f"p/web/{aws.tasks()[0]['taskArn'].rpartition('/')[2]}"


@behaviour(
    "ECS guide: service-throttle-logic",
    "A task that fails again and again is started ever more slowly",
    NEVER,
)
def test_failing_starts_are_throttled(aws: Aws) -> None:
    aws.service(taskDefinition=aws.image("nginx:crash"))
    aws.advance(2 * LONG)
    failed = aws.described()["deployments"][0]["failedTasks"]
    assert 10 < failed < 40
    messages = " ".join(each["message"] for each in aws.described()["events"])
    assert "unable to consistently start tasks successfully" in messages


@behaviour(
    "ECS guide: cluster-capacity-providers",
    "Capacity providers get their base first, then by weight",
    "shows none",
)
def test_tasks_are_spread_over_capacity_providers(aws: Aws) -> None:
    strategy = [
        {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    aws.service(desiredCount=5, capacityProviderStrategy=strategy)
    shown = [task["capacityProviderName"] for task in aws.tasks()]
    assert sorted(shown) == ["FARGATE"] * 2 + ["FARGATE_SPOT"] * 3


@behaviour(
    "AWS: What's New 2025-11, ECS rolling deployments",
    "A task that the old revision loses is replaced by its own",
    NEVER,
)
def test_the_old_revision_replaces_its_own(aws: Aws) -> None:
    old = aws.service()["taskDefinition"]
    aws.advance(LONG)
    (task,) = aws.tasks()
    aws.ecs.update_service(cluster="c", service="web", taskDefinition=aws.image("nginx:pull-300s"))
    aws.ecs.stop_task(cluster="c", task=task["taskArn"])
    aws.advance(60)
    running = [each for each in aws.tasks() if each["lastStatus"] == "RUNNING"]
    assert [each["taskDefinitionArn"] for each in running] == [old]


@behaviour("ECS API: CreateService", "A replica service is told a desiredCount", "assumes 0")
def test_a_service_is_told_how_many(aws: Aws) -> None:
    request = aws.service_request()
    del request["desiredCount"]
    assert "desired count" in aws.refused(INVALID, aws.ecs.create_service, **request)


@behaviour(
    "ECS API: AwsVpcConfiguration", "There is at least one subnet", "looks at services alone"
)
def test_a_network_has_subnets(aws: Aws) -> None:
    nowhere: dict[str, Any] = {"awsvpcConfiguration": {"subnets": []}}
    request = aws.service_request(networkConfiguration=nowhere)
    assert "subnets can not be empty" in aws.refused(INVALID, aws.ecs.create_service, **request)
    aws.service()
    aws.refused(INVALID, run, aws=aws, networkConfiguration=nowhere)
    change = {"cluster": "c", "service": "web", "networkConfiguration": nowhere}
    aws.refused(INVALID, aws.ecs.update_service, **change)


@behaviour(
    "ECS API: ContainerOverride", "An override names a container of the definition", "runs none"
)
def test_an_override_names_a_container(aws: Aws) -> None:
    aws.ecs.create_cluster(clusterName="c")
    aws.define()
    overrides = {"containerOverrides": [{"name": "other", "command": ["true"]}]}
    assert "container named other" in aws.refused(INVALID, run, aws=aws, overrides=overrides)
    run(aws, overrides={"containerOverrides": [{"name": "web", "command": ["true"]}]})


@behaviour("ECS API: RunTask", "A clientToken starts its tasks once", "runs none")
def test_a_token_starts_tasks_once(aws: Aws) -> None:
    aws.ecs.create_cluster(clusterName="c")
    aws.define()
    first, again = (run(aws, clientToken="once")["tasks"][0]["taskArn"] for _ in range(2))
    assert first == again
    aws.refused("ConflictException", run, aws=aws, clientToken="once", startedBy="somebody")
    assert run(aws, clientToken="twice")["tasks"][0]["taskArn"] != first
    assert run(aws)["tasks"][0]["taskArn"] != run(aws)["tasks"][0]["taskArn"]


def run(aws: Aws, **request: Any) -> dict[str, Any]:
    request = {"networkConfiguration": aws.network(), **request}
    answer: dict[str, Any] = aws.ecs.run_task(cluster="c", taskDefinition="web", **request)
    return answer


@behaviour("terraform#25306", "A service has at most five target groups", ACCEPTED)
def test_a_service_has_five_target_groups(aws: Aws) -> None:
    groups = [aws.group(f"web-{number}") for number in range(6)]
    listener = aws.listener(aws.balancer(), groups[0])
    for number, group in enumerate(groups[1:], 1):
        aws.rule(listener, group, number, f"/{number}")
    all_of_them = [each for group in groups for each in target(group)]
    words = aws.refused(INVALID, aws.service, loadBalancers=all_of_them)
    assert words == "load balancers can have at most 5 items."
    aws.service(loadBalancers=all_of_them[:5])


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (
            100,
            100,
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block"
            " deployments.",
        ),
        (101, 200, "minimumHealthyPercent must be between 0 and 100."),
        (75, 50, "maximumPercent must not be less than minimumHealthyPercent."),
    ],
)
@behaviour(
    "ECS API: DeploymentConfiguration",
    "A deployment has room to replace tasks: not 100 and 100 percent",
    ACCEPTED,
)
def test_a_deployment_has_room(aws: Aws, least: int, most: int, words: str) -> None:
    percents = {"minimumHealthyPercent": least, "maximumPercent": most}
    assert aws.refused(INVALID, aws.service, deploymentConfiguration=percents) == words
    half = {"minimumHealthyPercent": least, "maximumPercent": 200}
    aws.service(deploymentConfiguration={**half, "minimumHealthyPercent": min(least, 100)})
    update, name = aws.ecs.update_service, {"cluster": "c", "service": "web"}
    assert aws.refused(INVALID, update, **name, deploymentConfiguration=percents) == words


@behaviour(
    "ECS guide: service-quotas",
    "A service has at most 5,000 tasks, its grace is no less than 0",
    ACCEPTED,
)
@pytest.mark.parametrize("change", [{"desiredCount": 5001}, {"healthCheckGracePeriodSeconds": -1}])
def test_a_service_has_numbers_that_there_are(aws: Aws, change: dict[str, int]) -> None:
    aws.refused(INVALID, aws.service, **change)
    aws.service()
    update = aws.ecs.update_service
    aws.refused(INVALID, update, cluster="c", service="web", **change)


@behaviour(
    "ECS API: CreateService", "A service has at most one registry, and it is there", ACCEPTED
)
@pytest.mark.parametrize("count", [1, 2])
def test_a_registry_is_there(aws: Aws, count: int) -> None:
    nowhere = {"registryArn": "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-a"}
    aws.refused(INVALID, aws.service, serviceRegistries=[nowhere] * count)


@behaviour(
    "cloudformation-coverage-roadmap#1804",
    "With awsvpc a service uses ECS's own role, no other",
    ACCEPTED,
)
def test_a_service_has_no_role_of_its_own(aws: Aws) -> None:
    words = aws.refused(INVALID, aws.balanced, role=aws.role())
    assert words.startswith("You cannot specify an IAM role for services")


@behaviour("aws-cli#6242", "Sessions need a task role", ACCEPTED)
def test_sessions_need_a_task_role(aws: Aws) -> None:
    words = "The service couldn't be {verb} because a valid taskRoleArn is not being used."
    said = aws.refused(INVALID, aws.service, enableExecuteCommand=True)
    assert said.startswith(words.replace("{verb}", "created"))
    aws.service()
    update, name = aws.ecs.update_service, {"cluster": "c", "service": "web"}
    said = aws.refused(INVALID, update, **name, enableExecuteCommand=True)
    assert said.startswith(words.replace("{verb}", "updated"))
    definition = aws.define(taskRoleArn=aws.role())
    update(**name, enableExecuteCommand=True, taskDefinition=definition)


@behaviour(
    "aws-cdk#19842", "A service without load balancer has no grace period for its health", ACCEPTED
)
def test_a_grace_period_is_for_load_balancers(aws: Aws) -> None:
    request = aws.service_request(healthCheckGracePeriodSeconds=30)
    words = aws.refused(INVALID, aws.ecs.create_service, **request)
    assert words.startswith("Health check grace period is only valid for services configured")
    group = aws.group()
    aws.listener(aws.balancer(), group)
    aws.ecs.create_service(**request, loadBalancers=target(group))
    aws.ecs.update_service(cluster="c", service="web", healthCheckGracePeriodSeconds=60)


@behaviour("ECS API: ClusterSetting", "Container Insights are of three kinds", ACCEPTED)
def test_settings_of_clusters(aws: Aws) -> None:
    settings = [{"name": "containerInsights", "value": "yes"}]
    aws.refused(INVALID, aws.ecs.create_cluster, clusterName="c", settings=settings)
    aws.ecs.create_cluster(clusterName="c")
    change = aws.ecs.update_cluster_settings
    aws.refused(INVALID, change, cluster="c", settings=settings)
    change(cluster="c", settings=[{**settings[0], "value": "enhanced"}])


@behaviour(
    "ECS API: CreateService", "A cluster that is INACTIVE has no services: not found", "forgets it"
)
def test_an_inactive_cluster_is_refused(aws: Aws) -> None:
    request = aws.service_request()
    aws.ecs.delete_cluster(cluster="c")
    words = aws.refused("ClusterNotFoundException", aws.ecs.create_service, **request)
    assert words == "The referenced cluster was inactive."
