"""Specs whose parts do not fit each other: what is printed for them, to the letter.

Every case adds lines to the service `app`, or has a whole spec of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
load_balancer: {listeners: {http: {port: 80}}}
services:
  app:
    image: nginx
    port: 80
    routes: [{default: true}]
"""
NETWORK = "network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}\n"


def app(lines: str, *, routes: bool = True) -> str:
    """The spec with more lines under `services.app`, from line 9 on (8 without routes)."""
    head = HEAD if routes else "".join(HEAD.splitlines(keepends=True)[:-1])
    return head + "".join(f"    {line}\n" for line in lines.splitlines())


def balancer(text: str) -> str:
    """The spec with another load balancer on line 3."""
    return HEAD.replace("{listeners: {http: {port: 80}}}", text)


def in_network(text: str) -> str:
    """The spec in another network, on line 2."""
    return HEAD.replace(NETWORK, f"network: {text}\n")


def with_rules(*rules: str) -> str:
    """The spec with rules on its listener, from line 8 on."""
    lines = "".join(f"      - {rule}\n" for rule in rules)
    return balancer(f"\n  listeners:\n    http:\n     port: 80\n     rules:\n{lines}")


MANY_RULES = app(
    "routes:\n" + "".join(f"- path: /a{number}\n" for number in range(101)), routes=False
)


class Case:
    """A spec, and what is printed."""

    def __init__(self, text: str, *lines: str) -> None:
        self.text = text
        self.lines = list(lines)


CASES: dict[str, Case] = {
    "memory that does not go with the CPU": Case(
        app("memory_mib: 4096"),
        "f:9:17: services.app.memory_mib: expected 512, 1024 or 2048 MiB with cpu 256, found 4096",
    ),
    "memory between two steps": Case(
        app("cpu: 1024\nmemory_mib: 2500"),
        "f:10:17: services.app.memory_mib: expected 2048 to 8192 in steps of 1024 MiB"
        " with cpu 1024, found 2500",
    ),
    "the default memory with more CPU": Case(
        app("cpu: 4096"),
        "f:5:3: services.app.memory_mib: expected 8192 to 30720 in steps of 1024 MiB"
        " with cpu 4096, found 512",
    ),
    "an old platform for what is new": Case(
        app("cpu: 8192\nmemory_mib: 16384\nephemeral_storage_gib: 30\nplatform_version: 1.3.0"),
        "f:12:23: services.app.platform_version: cpu 8192 needs 1.4.0 or LATEST, found 1.3.0",
        "f:12:23: services.app.platform_version: ephemeral storage needs 1.4.0 or LATEST,"
        " found 1.3.0",
    ),
    "a retention that CloudWatch does not offer": Case(
        app("logs: {retention_days: 45}"),
        "f:9:28: services.app.logs.retention_days: CloudWatch Logs does not keep logs for"
        " 45 days; nearest: 30 or 60",
    ),
    "a retention beyond the longest": Case(
        app("logs: {retention_days: 9999}"),
        "f:9:28: services.app.logs.retention_days: CloudWatch Logs does not keep logs for"
        " 9999 days; nearest: 3653",
    ),
    "a health check in the container that is late": Case(
        app(
            "container_health_check:\n  command: [curl, localhost]\n"
            "  interval_seconds: 10\n  timeout_seconds: 20"
        ),
        "f:10:17: services.app.container_health_check.command[0]: expected CMD or CMD-SHELL,"
        " then the command; found 'curl'",
        "f:12:24: services.app.container_health_check.timeout_seconds: expected at most"
        " interval_seconds (10), found 20",
    ),
    "a health check of the load balancer that is late": Case(
        app("health_check: {interval_seconds: 10, timeout_seconds: 10}"),
        "f:9:59: services.app.health_check.timeout_seconds: expected less than"
        " interval_seconds (10), found 10",
    ),
    "a deployment that can never move": Case(
        app("desired_count: 0\ndeployment: {minimum_healthy_percent: 100, maximum_percent: 100}"),
        "f:10:17: services.app.deployment: with 100 % for both ECS may neither stop an old task nor"
        " start a new one; raise maximum_percent or lower the other",
    ),
    "a deployment that rounding stops": Case(
        app("desired_count: 1\ndeployment: {minimum_healthy_percent: 50, maximum_percent: 150}"),
        "f:10:17: services.app.deployment: with desired_count 1, minimum_healthy_percent 50"
        " and maximum_percent 150 ECS may neither stop an old task nor start a new one;"
        " raise maximum_percent or lower minimum_healthy_percent",
    ),
    "percentages out of range": Case(
        app("deployment: {minimum_healthy_percent: 150}")
        + "  b:\n    image: nginx\n    deployment: {maximum_percent: 50}\n",
        "f:9:43: services.app.deployment.minimum_healthy_percent: expected at most 100, found 150",
        "f:12:35: services.b.deployment.maximum_percent: expected at least 100, found 50",
    ),
    "capacity that the cluster has not": Case(
        app(
            "capacity_provider_strategy:\n- {capacity_provider: FARGATE, base: 1, weight: 0}\n"
            "- {capacity_provider: FARGATE_SPOT, base: 1, weight: 0}\n"
            "- {capacity_provider: FARGATE, weight: 0}"
        )
        + "cluster: {capacity_providers: [FARGATE]}\n",
        "f:9:5: services.app.capacity_provider_strategy: at least one capacity provider needs"
        " a weight above 0",
        "f:9:5: services.app.capacity_provider_strategy: only one capacity provider can have"
        " a base",
        "f:11:27: services.app.capacity_provider_strategy[1].capacity_provider: the cluster"
        " has no FARGATE_SPOT; add it to cluster.capacity_providers",
        "f:12:7: services.app.capacity_provider_strategy[2]: FARGATE stands here twice",
    ),
    "an image from two places, and from none": Case(
        app("").replace("image: nginx", "image: {repository: shop, uri: nginx}")
        + "  b: {image: {tag: v1}}\n",
        "f:6:12: services.app.image: expected either `repository` or `uri`, found both",
        "f:9:14: services.b.image: expected either `repository` or `uri`, found neither",
    ),
    "settings of a repository beside a whole reference": Case(
        app("").replace("image: nginx", "image: {uri: nginx, tag: v1, keep_images: 5}"),
        "f:6:30: services.app.image.tag: does not go with `uri`; write it into `uri`",
        "f:6:47: services.app.image.keep_images: does not go with `uri`;"
        " it is a setting of a `repository` of the stack",
    ),
    "two services that differ about one repository": Case(
        app("").replace("image: nginx", "image: {repository: shop}")
        + "  b: {image: {repository: shop, keep_images: 5, scan_on_push: false}}\n",
        "f:9:46: services.b.image.keep_images: the same repository has 30 in"
        " services.app.image, found 5",
        "f:9:63: services.b.image.scan_on_push: the same repository has true in"
        " services.app.image, found false",
    ),
    "secrets that are no ARNs": Case(
        app(
            "secrets:\n  A: hunter2!\n"
            "  B: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:user\n"
            "  C: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:user::'\n"
            "  D: arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db"
        ),
        *[
            f"f:{line}:10: services.app.secrets.{name}: expected the name of a secret"
            " (NAME, with :KEY for one key of it), of a parameter (ssm:NAME) or the ARN of either"
            " (arn:aws:secretsmanager:…:secret:NAME, with :KEY:: for one key of it,"
            " arn:aws:ssm:…:parameter/NAME)"
            for line, name in ((10, "A"), (11, "B"))
        ],
    ),
    "a variable that is also a secret": Case(
        app(
            "environment: {DB: x}\nsecrets: {DB: 'arn:aws:ssm:eu-west-1:123456789012:parameter/db'}"
        ),
        "f:10:19: services.app.secrets.DB: `DB` is also in `environment`; keep one of them",
    ),
    "credentials in plain sight": Case(
        app(
            "command: [--key, AKIAIOSFODNN7EXAMPLE]\nenvironment:\n"
            "  DB: postgres://shop:hunter2@db/shop\n  PEM: '-----BEGIN RSA PRIVATE KEY-----'\n"
            "  DB_PASSWORD: hunter2"
        ),
        *[
            f"f:{place}: services.app.{path}: this looks like {kind}; keep it in Secrets Manager"
            f" or SSM and give its name or ARN under `secrets:`{way_out}"
            for place, path, kind, way_out in (
                ("9:22", "command[1]", "an AWS access key", ""),
                (
                    "11:11",
                    "environment.DB",
                    "a URL with a password",
                    "; if it is none, put DB under `visible:`",
                ),
                (
                    "12:12",
                    "environment.PEM",
                    "a private key",
                    "; if it is none, put PEM under `visible:`",
                ),
                (
                    "13:20",
                    "environment.DB_PASSWORD",
                    "a credential by the name of the variable",
                    "; if it is none, put DB_PASSWORD under `visible:`",
                ),
            )
        ],
    ),
    "two listeners on one port": Case(
        balancer("{listeners: {http: {port: 80}, other: {port: 80}}}"),
        "f:3:61: load_balancer.listeners.other.port: port 80 is already that of listener `http`",
    ),
    "a public load balancer without public subnets": Case(
        app("").replace("public_subnets: [subnet-1], ", ""),
        "f:2:10: network.public_subnets: missing; an internet-facing load balancer needs them"
        " (`scheme: internal` does not)",
    ),
    "an existing network and a new one": Case(
        in_network("{vpc: vpc-1, create: {}}"),
        "f:2:10: network: `create` makes the VPC and its subnets: none of them is looked up",
    ),
    "no subnets for the tasks": Case(
        in_network("{vpc: vpc-1, public_subnets: [subnet-1]}"),
        "f:2:10: network.private_subnets: missing; the tasks of `app` need them"
        " (with `assign_public_ip: true` they would be in public subnets)",
    ),
    "no subnets for an internal load balancer": Case(
        in_network("{vpc: vpc-1, public_subnets: [subnet-1]}").replace(
            "{listeners", "{scheme: internal, listeners"
        )
        + "    assign_public_ip: true\n",
        "f:2:10: network.private_subnets: missing; an internal load balancer needs them",
    ),
    "public addresses in private subnets": Case(
        "stack: shop\nnetwork: {vpc: vpc-1, private_subnets: [subnet-1]}\n"
        "services: {app: {image: nginx, assign_public_ip: true}}\n",
        "f:3:50: services.app.assign_public_ip: tasks with public addresses need"
        " `network.public_subnets`",
    ),
    "blocks of the wrong form and size": Case(
        in_network("{create: {cidr: 10.0.0.1/16}}"),
        "f:2:26: network.create.cidr: expected a CIDR block, found an address inside one;"
        " did you mean 10.0.0.0/16?",
    ),
    "a block of the newer kind": Case(
        in_network("{create: {cidr: '2001:db8::/32'}}"),
        "f:2:26: network.create.cidr: expected an IPv4 block, found 2001:db8::/32",
    ),
    "a block too small": Case(
        in_network("{create: {cidr: 10.0.0.0/24}}"),
        "f:2:26: network.create.cidr: expected a block between /16 and /23, found 10.0.0.0/24",
    ),
    "subnets that do not fit": Case(
        in_network(
            "{create: {public_cidrs: [10.0.0.0/24, 10.0.0.128/25, 10.1.0.0/24, 10.0.9.0/28]}}"
        ),
        "f:2:19: network.create.private_cidrs: expected one block for each of 2 zones, found 0",
        "f:2:34: network.create.public_cidrs: expected one block for each of 2 zones, found 4",
        "f:2:48: network.create.public_cidrs[1]: 10.0.0.128/25 overlaps 10.0.0.0/24",
        "f:2:63: network.create.public_cidrs[2]: 10.1.0.0/24 is not inside 10.0.0.0/16",
        "f:2:76: network.create.public_cidrs[3]: expected a block of /27 or larger,"
        " found 10.0.9.0/28",
    ),
    "zones that do not fit": Case(
        "region: eu-west-1\n"
        + in_network("{create: {zone_names: [eu-west-1a, eu-west-1a, eu-central-1a]}}"),
        "f:3:45: network.create.zone_names[1]: eu-west-1a stands here twice",
        "f:3:57: network.create.zone_names[2]: eu-central-1a is not in eu-west-1",
    ),
    "one zone": Case(
        in_network("{create: {zone_names: [eu-west-1a]}}"),
        "f:2:32: network.create.zone_names: expected at least two zones, found one",
    ),
    "settings of somebody else's cluster": Case(
        "cluster: {existing: shared, name: web}\n" + HEAD,
        "f:1:35: cluster.name: does not go with `existing`: it is a setting of somebody else's",
    ),
    "settings of what is somebody else's": Case(
        app(
            "logs: {existing: true, retention_days: 7}\n"
            "task_role: {existing: web, managed_policies: ['arn:aws:iam::aws:policy/A']}\n"
            "names: {task_role: mine}"
        ),
        "f:9:22: services.app.logs.existing: expected the `name` of the log group",
        "f:9:44: services.app.logs.retention_days: does not go with `existing`: it is a setting of"
        " somebody else's",
        "f:10:50: services.app.task_role.managed_policies: does not go with `existing`: it is a"
        " setting of somebody else's",
        "f:11:24: services.app.names.task_role: `task_role` is one that exists: it has a name",
    ),
    "sources that are no networks": Case(
        balancer(
            "{ingress_cidrs: [10.0.0.1, 10.0.0.5/16, office, 10.1.0.0/16, 10.1.0.0/16],"
            " listeners: {http: {port: 80}}}"
        ),
        "f:3:33: load_balancer.ingress_cidrs[0]: expected a CIDR block, found '10.0.0.1';"
        " did you mean 10.0.0.1/32?",
        "f:3:43: load_balancer.ingress_cidrs[1]: expected a CIDR block, found an address"
        " inside one; did you mean 10.0.0.0/16?",
        "f:3:56: load_balancer.ingress_cidrs[2]: expected a CIDR block such as 10.0.0.0/16,"
        " found 'office'",
        "f:3:77: load_balancer.ingress_cidrs[4]: 10.1.0.0/16 stands here twice",
    ),
    "an attribute that has a field": Case(
        balancer("{attributes: {idle_timeout.timeout_seconds: 5}, listeners: {http: {port: 80}}}"),
        "f:3:60: load_balancer.attributes['idle_timeout.timeout_seconds']: has a field of its"
        " own: load_balancer.idle_timeout_seconds",
    ),
    "a slow start that cannot be": Case(
        app("slow_start_seconds: 30\nload_balancing: weighted_random"),
        "f:9:25: services.app.slow_start_seconds: does not go with load_balancing weighted_random",
    ),
    "a grace period without requests": Case(
        app("health_check_grace_period_seconds: 60", routes=False),
        "f:8:40: services.app.health_check_grace_period_seconds: only a service with `routes`"
        " has a grace period; ECS refuses it otherwise",
    ),
    "routes to nowhere": Case(
        "stack: shop\n" + NETWORK + "services:\n  a: {image: nginx, routes: [{default: true}]}\n",
        "f:4:29: services.a.routes: a service with routes needs a `port`",
        "f:4:29: services.a.routes: routes need a `load_balancer:` in the spec",
    ),
    "a listener that is not there": Case(
        app("routes: [{listener: https, default: true}]", routes=False),
        "f:8:25: services.app.routes[0].listener: there is no listener `https`;"
        " did you mean `http`? There are: http",
    ),
    "routes that say too much or too little": Case(
        app(
            "routes:\n- {}\n- {default: true, path: /x}\n- {default: true, priority: 5}",
            routes=False,
        ),
        "f:9:7: services.app.routes[0]: expected `default: true` or a condition"
        " (path, host, header, method, query, source_ip)",
        "f:10:7: services.app.routes[1]: a default route takes every request,"
        " so it cannot have conditions",
        "f:11:17: services.app.routes[2].default: listener `http` already has a default:"
        " services.app.routes[1]",
        "f:11:33: services.app.routes[2].priority: a default route always comes last",
    ),
    "a default beside the listener's": Case(
        balancer("{listeners: {http: {port: 80, default: {forward: app}}}}"),
        "f:8:24: services.app.routes[0].default: listener `http` already has a default:"
        " load_balancer.listeners.http.default",
    ),
    "conditions that AWS refuses": Case(
        app(
            "routes:\n- path: [api/*]\n- method: get\n- source_ip: 10.0.0.1\n"
            f"- header: {{X-{'a' * 40}: x, Host: x}}\n- host: {'a' * 129}\n- query: {{q: ''}}",
            routes=False,
        ),
        "f:9:14: services.app.routes[0].path[0]: would never match: a path begins with /;"
        " did you mean '/api/*'?",
        "f:10:15: services.app.routes[1].method: expected a method in upper case such as GET,"
        " found 'get'",
        "f:11:18: services.app.routes[2].source_ip: expected a CIDR block, found '10.0.0.1';"
        " did you mean 10.0.0.1/32?",
        f"f:12:60: services.app.routes[3].header.X-{'a' * 40}: expected a header name of at"
        " most 40 characters, without wildcards",
        "f:12:69: services.app.routes[3].header.Host: use `host:` for the host name",
        "f:13:13: services.app.routes[4].host: expected at most 128 characters, found 129",
        "f:14:18: services.app.routes[5].query.q: expected text, found an empty one",
    ),
    "a rule with too much": Case(
        app(
            "routes:\n- path: [/a, /b, /c]\n  host: [a.b, c.d, e.f]\n"
            "- path: [/*/*/*/*]\n  host: ['*.*.?']",
            routes=False,
        ),
        "f:9:7: services.app.routes[0]: expected at most 5 condition values, found 6;"
        " make two rules of it",
        "f:11:7: services.app.routes[1]: expected at most 6 wildcards (* and ?), found 7",
    ),
    "too many rules": Case(
        MANY_RULES,
        "f:3:16: load_balancer: expected at most 100 rules on one load balancer, found 101",
    ),
    "a priority given twice": Case(
        with_rules("{priority: 7, path: /a, forward: app}")
        + "  b: {image: nginx, port: 1, routes: [{path: /b, priority: 7}]}\n",
        "f:15:60: services.b.routes[0].priority: priority 7 is already that of"
        " load_balancer.listeners.http.rules[0]",
    ),
    "the same conditions twice": Case(
        app("") + "  b: {image: nginx, port: 1, routes: [{path: /b}, {path: [/b]}]}\n",
        "f:9:51: services.b.routes[1]: the same conditions as services.b.routes[0];"
        " only one of them would apply",
    ),
    "a rule's name given twice": Case(
        with_rules("{name: x, path: /a, forward: app}", "{name: x, path: /b, forward: app}"),
        "f:9:16: load_balancer.listeners.http.rules[1].name: `x` is already the name of"
        " load_balancer.listeners.http.rules[0]",
    ),
    "forwards that lead nowhere": Case(
        with_rules(
            "{path: /a, forward: ap}",
            "{path: /b, forward: worker}",
            "{path: /c, forward: {app: 0}}",
            "{path: /d, forward: [{service: app}, {service: app}]}",
        )
        + "  worker: {image: nginx}\n",
        "f:8:29: load_balancer.listeners.http.rules[0].forward: there is no service `ap`;"
        " did you mean `app`? There are: app and worker",
        "f:9:29: load_balancer.listeners.http.rules[1].forward: services.worker has no `port`"
        " to forward to",
        "f:10:29: load_balancer.listeners.http.rules[2].forward: at least one target needs a"
        " weight above 0",
        "f:11:56: load_balancer.listeners.http.rules[3].forward[1].service: `app` stands here"
        " twice",
    ),
    "redirects that lead nowhere": Case(
        with_rules("{path: /a, redirect: {query: x}}", "{path: /b, redirect: {port: 70000}}"),
        "f:8:30: load_balancer.listeners.http.rules[0].redirect: leads back to itself;"
        " change `protocol`, `host`, `port` or `path`",
        "f:9:37: load_balancer.listeners.http.rules[1].redirect.port: expected at most 65535,"
        " found 70000",
    ),
    "names given twice": Case(
        balancer("{security_group_name: web, listeners: {http: {port: 80}}}")
        + "    names: {service: web, security_group: web, execution_role: Web, task_role: web}\n"
        + "    logs: {name: /ecs/web}\n"
        + "  b:\n    image: nginx\n    names: {service: web}\n    logs: {name: /ecs/web}\n",
        "f:9:43: services.app.names.security_group: 'web' is already the security group of"
        " load_balancer.security_group_name",
        "f:9:80: services.app.names.task_role: 'web' is already the role of"
        " services.app.names.execution_role",
        "f:13:22: services.b.names.service: 'web' is already the ECS service of"
        " services.app.names.service",
        "f:14:18: services.b.logs.name: '/ecs/web' is already the log group of"
        " services.app.logs.name",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_parts_that_do_not_fit_are_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    case = CASES[name]
    assert complaints(case.text) == case.lines
