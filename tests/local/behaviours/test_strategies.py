"""Blue/green, linear and canary deployments as ECS carries them out itself."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.local.conftest import TRUST

from .conftest import Aws, target

behaviour = pytest.mark.behaviour
NEVER = "never deploys"
ACCEPTED = "accepts it"
LONG = 1800
INVALID = "InvalidParameterException"
ROLE = "arn:aws:iam::123456789012:role/infrastructure"
LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:"


class Pair(NamedTuple):
    """Two target groups, the rule that shares production between them, and the test listener."""

    blue: str
    green: str
    rule: str
    test: str

    @property
    def balancers(self) -> list[dict[str, Any]]:
        advanced = {
            "alternateTargetGroupArn": self.green,
            "productionListenerRule": self.rule,
            **({"testListenerRule": self.test} if self.test else {}),
            "roleArn": ROLE,
        }
        return [{**target(self.blue)[0], "advancedConfiguration": advanced}]


def configured(strategy: str = "BLUE_GREEN", **further: Any) -> dict[str, Any]:
    return {"strategy": strategy, "bakeTimeInMinutes": 5, **further}


@pytest.fixture
def pair(aws: Aws) -> Pair:
    aws.role("infrastructure", TRUST.replace("ecs-tasks", "ecs"))
    blue, green = aws.group("blue"), aws.group("green")
    balancer = aws.balancer()
    listener, test = aws.listener(balancer, blue), aws.listener(balancer, blue, 8080)
    rule = aws.rule(listener, blue, 1)
    groups = [{"TargetGroupArn": blue, "Weight": 100}, {"TargetGroupArn": green, "Weight": 0}]
    shared = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
    aws.elbv2.modify_rule(RuleArn=rule, Actions=[shared])
    rules = aws.elbv2.describe_rules(ListenerArn=test)["Rules"]
    return Pair(blue, green, rule, rules[0]["RuleArn"])


def started(aws: Aws, pair: Pair, image: str = "nginx:2", **configuration: Any) -> None:
    """Have a service whose second deployment has just begun."""
    asked = configuration or configured()
    aws.service(loadBalancers=pair.balancers, deploymentConfiguration=asked)
    aws.advance(2 * LONG)
    aws.ecs.update_service(cluster="c", service="web", taskDefinition=aws.image(image))


def weights(aws: Aws, rule: str) -> dict[str, int]:
    (found,) = aws.elbv2.describe_rules(RuleArns=[rule])["Rules"]
    groups = found["Actions"][0]["ForwardConfig"]["TargetGroups"]
    return {each["TargetGroupArn"]: each["Weight"] for each in groups}


def until(aws: Aws, stage: str) -> dict[str, Any]:
    for _ in range(400):
        if aws.deployments()[0].get("lifecycleStage") == stage:
            break
        aws.advance(5)
    found = aws.deployments()[0]
    assert found["lifecycleStage"] == stage
    return found


@behaviour(
    "ECS guide: blue-green-deployment-how-it-works",
    "Blue serves until all of green is healthy",
    NEVER,
)
def test_green_is_scaled_up_beside_blue(aws: Aws, pair: Pair) -> None:
    started(aws, pair)
    assert aws.deployments()[0]["lifecycleStage"] == "SCALE_UP"
    until(aws, "TEST_TRAFFIC_SHIFT")
    assert (aws.health(pair.blue), aws.health(pair.green)) == (["healthy"], ["healthy"])
    assert weights(aws, pair.rule) == {pair.blue: 100, pair.green: 0}


@behaviour(
    "ECS guide: blue-green-deployment-how-it-works",
    "Test traffic is shifted before production",
    NEVER,
)
def test_test_traffic_goes_first(aws: Aws, pair: Pair) -> None:
    started(aws, pair)
    found = until(aws, "TEST_TRAFFIC_SHIFT")
    assert weights(aws, pair.test) == {pair.green: 100, pair.blue: 0}
    revision = found["targetServiceRevision"]
    assert revision["requestedTestTrafficWeight"] == 100
    assert revision["requestedProductionTrafficWeight"] == 0


@behaviour(
    "ECS guide: alb-resources-for-blue-green",
    "ECS itself moves the weights of the production rule",
    "leaves them",
)
def test_weights_flip(aws: Aws, pair: Pair) -> None:
    started(aws, pair)
    found = until(aws, "BAKE_TIME")
    assert weights(aws, pair.rule) == {pair.green: 100, pair.blue: 0}
    assert found["targetServiceRevision"]["requestedProductionTrafficWeight"] == 100
    (blue,) = found["sourceServiceRevisions"]
    assert (blue["runningTaskCount"], blue["requestedProductionTrafficWeight"]) == (1, 0)


@behaviour(
    "ECS API: DeploymentConfiguration",
    "Both revisions run for bakeTimeInMinutes after the shift",
    NEVER,
)
def test_it_bakes(aws: Aws, pair: Pair) -> None:
    started(aws, pair)
    until(aws, "BAKE_TIME")
    aws.advance(280)
    assert len(aws.tasks()) == 2
    aws.advance(LONG)
    assert len(aws.tasks()) == 1
    assert aws.deployments()[0]["status"] == "SUCCESSFUL"


@behaviour(
    "ECS guide: alb-resources-for-blue-green",
    "The roles of the two target groups alternate with each deployment",
    "has none",
)
def test_groups_alternate(aws: Aws, pair: Pair) -> None:
    started(aws, pair)
    live = []
    for _ in range(2):
        aws.advance(2 * LONG)
        arn = aws.described()["currentServiceRevisions"][0]["arn"]
        (found,) = aws.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
        live.append(found["resolvedConfiguration"]["loadBalancers"][0]["targetGroupArn"])
        aws.ecs.update_service(cluster="c", service="web", taskDefinition=aws.define())
    assert live == [pair.green, pair.blue]


@behaviour(
    "ECS API: LinearConfiguration", "LINEAR shifts equal steps with a bake after each", NEVER
)
def test_linear(aws: Aws, pair: Pair) -> None:
    linear = {"stepPercent": 50.0, "stepBakeTimeInMinutes": 4}
    started(aws, pair, **configured("LINEAR", linearConfiguration=linear))
    until(aws, "PRODUCTION_TRAFFIC_SHIFT")
    assert weights(aws, pair.rule) == {pair.green: 50, pair.blue: 50}
    aws.advance(240)
    assert weights(aws, pair.rule) == {pair.green: 100, pair.blue: 0}


@behaviour(
    "ECS API: CanaryConfiguration", "CANARY shifts a part, waits, and shifts the rest", NEVER
)
def test_canary(aws: Aws, pair: Pair) -> None:
    canary = {"canaryPercent": 0.5, "canaryBakeTimeInMinutes": 10}
    started(aws, pair, **configured("CANARY", canaryConfiguration=canary))
    until(aws, "PRODUCTION_TRAFFIC_SHIFT")
    assert weights(aws, pair.rule) == {pair.green: 5, pair.blue: 995}
    aws.advance(600)
    assert weights(aws, pair.rule) == {pair.green: 100, pair.blue: 0}


@behaviour(
    "ECS guide: stop-service-deployment",
    "StopServiceDeployment while it bakes shifts the traffic back",
    NEVER,
)
def test_stopping_shifts_back(aws: Aws, pair: Pair) -> None:
    started(aws, pair)
    arn = until(aws, "BAKE_TIME")["serviceDeploymentArn"]
    aws.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert aws.deployments()[0]["status"] == "ROLLBACK_REQUESTED"
    aws.advance(5)
    assert weights(aws, pair.rule) == {pair.blue: 100, pair.green: 0}
    aws.advance(LONG)
    assert aws.deployments()[0]["status"] == "ROLLBACK_SUCCESSFUL"
    assert aws.health(pair.green) == []


@behaviour(
    "ECS guide: deployment-failure-detection",
    "Green that never gets healthy never gets traffic",
    NEVER,
)
def test_the_breaker_turns_green_back(aws: Aws, pair: Pair) -> None:
    breaker = {"enable": True, "rollback": True}
    started(aws, pair, "nginx:crash", **configured(deploymentCircuitBreaker=breaker))
    aws.advance(LONG)
    assert aws.deployments()[0]["status"] == "ROLLBACK_SUCCESSFUL"
    assert weights(aws, pair.rule) == {pair.blue: 100, pair.green: 0}


@pytest.mark.parametrize(
    ("name", "hook", "status"),
    [
        ("check", "SUCCEEDED", "SUCCESSFUL"),
        ("check--fails", "FAILED", "ROLLBACK_SUCCESSFUL"),
        ("check--hangs", "TIMED_OUT", "ROLLBACK_SUCCESSFUL"),
    ],
)
@behaviour(
    "ECS guide: deployment-lifecycle-hooks", "A function's answer decides about a stage", NEVER
)
def test_functions_decide(aws: Aws, pair: Pair, name: str, hook: str, status: str) -> None:
    started(aws, pair)
    aws.advance(2 * LONG)
    asked = {
        "hookTargetArn": LAMBDA + name,
        "roleArn": ROLE,
        "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
        "timeoutConfiguration": {"timeoutInMinutes": 5},
    }
    configuration = configured(lifecycleHooks=[asked])
    aws.ecs.update_service(
        cluster="c", service="web", deploymentConfiguration=configuration, forceNewDeployment=True
    )
    aws.advance(2 * LONG)
    found = aws.deployments()[0]
    assert [each["status"] for each in found["lifecycleHookDetails"]] == [hook]
    assert (found["lifecycleHookDetails"][0]["targetArn"], found["status"]) == (
        LAMBDA + name,
        status,
    )


@pytest.mark.parametrize(
    ("action", "status"), [("CONTINUE", "SUCCESSFUL"), ("ROLLBACK", "ROLLBACK_SUCCESSFUL")]
)
@behaviour(
    "ECS API: ContinueServiceDeployment",
    "A PAUSE hook waits for ContinueServiceDeployment",
    "has no such operation",
)
def test_a_pause_waits(aws: Aws, pair: Pair, action: str, status: str) -> None:
    waits = {"targetType": "PAUSE", "lifecycleStages": ["POST_PRODUCTION_TRAFFIC_SHIFT"]}
    started(aws, pair)
    aws.advance(2 * LONG)
    configuration = configured(lifecycleHooks=[waits])
    aws.ecs.update_service(
        cluster="c", service="web", deploymentConfiguration=configuration, forceNewDeployment=True
    )
    aws.advance(4 * LONG)
    found = aws.deployments()[0]
    (hook,) = found["lifecycleHookDetails"]
    assert (hook["status"], hook["timeoutAction"]) == ("AWAITING_ACTION", "ROLLBACK")
    answer = {"serviceDeploymentArn": found["serviceDeploymentArn"], "action": action}
    words = aws.refused(INVALID, aws.ecs.continue_service_deployment, hookId="other", **answer)
    assert words.startswith("Invalid hookId: hookId must follow the format")
    aws.ecs.continue_service_deployment(hookId=hook["hookId"], **answer)
    aws.refused(INVALID, aws.ecs.continue_service_deployment, hookId=hook["hookId"], **answer)
    aws.advance(LONG)
    assert aws.deployments()[0]["status"] == status


@behaviour(
    "ECS API: ContinueServiceDeployment",
    "A deployment that is not there is not continued",
    "has no such operation",
)
def test_an_unknown_deployment_is_not_continued(aws: Aws) -> None:
    request = {"serviceDeploymentArn": "arn:aws:ecs:r:1:service-deployment/c/s/d", "hookId": "h"}
    aws.refused(
        "ServiceDeploymentNotFoundException", aws.ecs.continue_service_deployment, **request
    )


@behaviour(
    "ECS guide: troubleshooting-blue-green", "A strategy needs advancedConfiguration", ACCEPTED
)
def test_a_strategy_needs_a_second_group(aws: Aws, pair: Pair) -> None:
    request = aws.service_request(
        loadBalancers=target(pair.blue), deploymentConfiguration=configured()
    )
    words = aws.refused(INVALID, aws.ecs.create_service, **request)
    assert words.startswith("advancedConfiguration field is required for all loadBalancers")


@behaviour(
    "ECS guide: alb-resources-for-blue-green", "The second target group is attached, too", ACCEPTED
)
def test_the_second_group_is_attached(aws: Aws, pair: Pair) -> None:
    loose = pair._replace(green=aws.group("loose"))
    request = aws.service_request(
        loadBalancers=loose.balancers, deploymentConfiguration=configured()
    )
    words = aws.refused(INVALID, aws.ecs.create_service, **request)
    assert "does not have an associated load balancer" in words


@behaviour(
    "ECS guide: troubleshooting-blue-green",
    "A rule that is not there turns a deployment back",
    NEVER,
)
def test_the_rules_are_there(aws: Aws, pair: Pair) -> None:
    absent = pair._replace(rule=pair.rule + "0")
    aws.service(loadBalancers=absent.balancers, deploymentConfiguration=configured())
    aws.advance(10)
    assert aws.deployments()[0]["status"] == "ROLLBACK_FAILED"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("rule", "listener", "productionListenerRule has an invalid ARN format. Must be RuleArn"),
        ("test", "rule", "cannot be used as both production and test listener rules"),
        ("green", "blue", "Duplicate targetGroupArn found"),
        ("test", "", "testListenerRule is required when productionListenerRule is not associated"),
    ],
)
@behaviour(
    "ECS guide: troubleshooting-blue-green", "Rules and groups of a pair are checked", ACCEPTED
)
def test_a_pair_is_checked(aws: Aws, pair: Pair, field: str, value: str, words: str) -> None:
    listener = pair.test.rpartition("/")[0].replace("listener-rule", "listener")
    known = {"listener": listener, "rule": pair.rule, "blue": pair.blue, "": ""}
    changed = pair._replace(**{field: known[value]})
    if not value:
        only = {"Type": "forward", "TargetGroupArn": pair.blue}
        aws.elbv2.modify_rule(RuleArn=pair.rule, Actions=[only])
        aws.rule(listener, pair.green, 9)
    request = aws.service_request(
        loadBalancers=changed.balancers, deploymentConfiguration=configured()
    )
    assert words in aws.refused(INVALID, aws.ecs.create_service, **request)


@pytest.mark.parametrize(
    "configuration",
    [
        {"earlySuccessCriteria": {"enable": True, "healthyPercent": 90,
                                  "sourceServiceRevisionCleanup": "BLOCKING"}},
        {"earlySuccessCriteria": {"enable": True, "healthyPercent": 100}},
        {"deploymentCircuitBreaker": {"enable": True, "rollback": True,
                                      "thresholdConfiguration": {"type": "BOUNDED_PERCENT",
                                                                 "value": 101}}},
    ],
)  # fmt: skip
@behaviour(
    "ECS API: DeploymentConfiguration", "Early success and thresholds have their bounds", ACCEPTED
)
def test_a_rolling_deployment_has_its_bounds(aws: Aws, configuration: Any) -> None:
    request = aws.service_request(deploymentConfiguration=configuration)
    aws.refused(INVALID, aws.ecs.create_service, **request)


@pytest.mark.parametrize(
    "configuration",
    [
        {"strategy": "BLUE_GREEN"},
        configured(bakeTimeInMinutes=1441),
        configured("CANARY", linearConfiguration={"stepPercent": 10.0}),
        configured("LINEAR", linearConfiguration={"stepPercent": 2.0}),
        configured("CANARY", canaryConfiguration={"canaryPercent": 1.25}),
        configured("CANARY", canaryConfiguration={"canaryBakeTimeInMinutes": 1441}),
        configured(earlySuccessCriteria={"enable": True, "healthyPercent": 100}),
    ],
)
@behaviour(
    "ECS API: DeploymentConfiguration",
    "A strategy takes its own settings only, within their bounds",
    ACCEPTED,
)
def test_settings_belong_to_a_strategy(aws: Aws, pair: Pair, configuration: Any) -> None:
    request = aws.service_request(
        loadBalancers=pair.balancers, deploymentConfiguration=configuration
    )
    aws.refused(INVALID, aws.ecs.create_service, **request)


@pytest.mark.parametrize(
    "hook",
    [
        {"lifecycleStages": ["PRE_SCALE_UP"], "roleArn": ROLE},
        {"lifecycleStages": [], "roleArn": ROLE, "hookTargetArn": LAMBDA + "check"},
        {"targetType": "PAUSE", "lifecycleStages": ["TEST_TRAFFIC_SHIFT"]},
        {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"],
         "timeoutConfiguration": {"timeoutInMinutes": 20161}},
    ],
)  # fmt: skip
@behaviour(
    "ECS API: DeploymentLifecycleHook",
    "A hook names its function and its stages; a pause waits",
    ACCEPTED,
)
def test_hooks_are_checked(aws: Aws, pair: Pair, hook: dict[str, Any]) -> None:
    configuration = configured(lifecycleHooks=[hook])
    request = aws.service_request(
        loadBalancers=pair.balancers, deploymentConfiguration=configuration
    )
    aws.refused(INVALID, aws.ecs.create_service, **request)


@pytest.mark.parametrize(
    ("rollback", "status"), [(True, "ROLLBACK_SUCCESSFUL"), (False, "STOPPED")]
)
@behaviour(
    "ECS guide: deployment-alarm-failure", "An alarm that goes off fails the deployment", NEVER
)
def test_alarms_fail_a_deployment(
    aws: Aws,
    pair: Pair,
    rollback: bool,
    status: str,
) -> None:
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="web", MetricName="errors", Statistic="Sum", Period=60,
        EvaluationPeriods=2, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": rollback}
    started(aws, pair, **configured(alarms=alarms))
    assert until(aws, "BAKE_TIME")["alarms"]["status"] == "MONITORING"
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    aws.advance(LONG)
    found = aws.deployments()[0]
    assert (found["alarms"]["triggeredAlarmNames"], found["status"]) == (["errors"], status)
    assert found["alarms"]["status"] == "TRIGGERED"
    assert weights(aws, pair.rule)[pair.blue] == (100 if rollback else 0)


@behaviour("convox/rack#346", "Without force no service is deleted while it deploys", NEVER)
def test_a_service_that_deploys_is_not_deleted(aws: Aws, pair: Pair) -> None:
    asked = configured()
    aws.service(loadBalancers=pair.balancers, deploymentConfiguration=asked, desiredCount=0)
    aws.advance(2 * LONG)
    name = {"cluster": "c", "service": "web"}
    aws.ecs.update_service(**name, taskDefinition=aws.image("nginx:2"))
    until(aws, "BAKE_TIME")
    assert "deployments are active" in aws.refused(INVALID, aws.ecs.delete_service, **name)
    aws.advance(2 * LONG)
    aws.ecs.delete_service(**name)
