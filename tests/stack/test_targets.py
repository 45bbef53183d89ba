"""Which services get requests, and the load balancer in front of them."""

from __future__ import annotations

from tests.support.blueprints import addresses, at, behind, shop, wanted

LISTENER, RULE, GROUP = "elbv2.listener", "elbv2.listener_rule", "elbv2.target_group"
APP = "services: {app: {image: nginx:1, port: 80}}"


class TestTargets:
    """Services have a target group where something sends them requests."""

    def test_routes_rules_and_defaults_make_a_target(self) -> None:
        listener = "port: 80, rules: [{path: /x, forward: {app: 1, api: 1}}]"
        assert addresses(behind(listener=listener), GROUP) == [f"{GROUP}/api", f"{GROUP}/app"]
        assert addresses(behind(listener="port: 80, default: {forward: api}"), GROUP) == [
            f"{GROUP}/api"
        ]
        assert addresses(behind(app="{path: /a}"), GROUP) == [f"{GROUP}/app"]

    def test_a_service_nobody_sends_requests_to_has_none(self) -> None:
        blueprint = behind(app="{path: /a}")
        service = wanted(blueprint, "ecs.service/api")
        assert service["loadBalancers"] == []
        assert "healthCheckGracePeriodSeconds" not in service
        assert at(blueprint, "ecs.service/api").after == ()

    def test_the_service_follows_everything_that_sends_it_requests(self) -> None:
        listener = "port: 80, rules: [{name: mix, path: /x, forward: {app: 1, api: 1}}]"
        blueprint = behind(app="{default: true}", api="{path: /a}", listener=listener)
        assert at(blueprint, "ecs.service/app").after == (
            f"{LISTENER}/http",
            f"{RULE}/http/mix",
            "ec2.security_group_rule/app-from-load-balancer",
            "ec2.security_group_rule/load-balancer-to-app",
        )
        assert at(blueprint, "ecs.service/api").after[:2] == (
            f"{RULE}/http/mix",
            f"{RULE}/http/api-a",
        )

    def test_the_health_check_and_the_attributes_are_written_out(self) -> None:
        body = """
        services:
          app:
            image: nginx:1
            port: 80
            routes: [{default: true}]
            health_check: {path: /ok, port: 9000, matcher: 200-299}
            deregistration_delay_seconds: 5
            slow_start_seconds: 30
        """
        group = wanted(shop(body), f"{GROUP}/app")
        assert (group["HealthCheckPath"], group["HealthCheckPort"]) == ("/ok", "9000")
        assert group["Matcher"] == {"HttpCode": "200-299"}
        assert group["Attributes"] == {
            "deregistration_delay.timeout_seconds": "5",
            "slow_start.duration_seconds": "30",
            "load_balancing.algorithm.type": "round_robin",
            "stickiness.enabled": "false",
        }


class TestLoadBalancer:
    """Its side of the network, and its attributes."""

    def test_an_internal_one_stands_in_the_private_subnets(self) -> None:
        balancer = "\nload_balancer: {scheme: internal, listeners: {http: {port: 80}}}\n"
        found = wanted(
            shop("services: {app: {image: nginx:1, port: 80}}", balancer=balancer),
            "elbv2.load_balancer/main",
        )
        assert found["Subnets"] == "${lookup.network.PrivateSubnetIds}"

    def test_any_attribute_can_be_set(self) -> None:
        balancer = (
            "\nload_balancer: {listeners: {http: {port: 80}}, "
            "attributes: {access_logs.s3.enabled: true, access_logs.s3.bucket: logs}}\n"
        )
        found = wanted(
            shop("services: {app: {image: nginx:1, port: 80}}", balancer=balancer),
            "elbv2.load_balancer/main",
        )
        assert found["Attributes"]["access_logs.s3.enabled"] == "true"
        assert found["Attributes"]["access_logs.s3.bucket"] == "logs"

    def test_the_url_names_a_port_that_is_not_https_own(self) -> None:
        assert str(behind(listener="port: 8080").outputs["url"]) == (
            "http://${elbv2.load_balancer/main.DNSName}:8080"
        )
        assert str(behind(alt="port: 8080").outputs["url"]) == (
            "http://${elbv2.load_balancer/main.DNSName}"
        )

    def test_without_one_there_is_no_url(self) -> None:
        blueprint = shop("services: {app: {image: nginx:1}}", balancer="")
        assert sorted(blueprint.outputs) == ["cluster_arn", "services"]
