"""Specs to blueprints, and what is wanted at an address, with references in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from provisioner.engine.model import Outputs, Ref, Resource, Text
from provisioner.spec.load import Loaded, load, load_text
from provisioner.stack import Blueprint, build

SPECS = Path(__file__).parent.parent.parent / "specs"
LOOKUPS: Outputs = {
    "lookup.account": {"Account": "123456789012", "Partition": "aws", "Region": "eu-west-1"},
    "lookup.secret/elsewhere/mail": {
        "Arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:elsewhere/mail-AbCdEf"
    },
    **{
        f"lookup.image/{name}": {"1": "@sha256:aa", "latest": ":latest", "7": ":7"}
        for name in (
            "shop",
            "shop-api",
            "shop-web",
            "warm",
            "oaktree-dev",
            "oaktree-staging",
            "oaktree-prod",
        )
    },
    "lookup.network": {
        "VpcId": "vpc-1",
        "PublicSubnetIds": ["subnet-1", "subnet-2"],
        "PrivateSubnetIds": ["subnet-3", "subnet-4"],
    },
    "lookup.certificate/shop.example": {"Arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"},
    "lookup.hosted_zone/shop.example": {"Id": "Z1", "Name": "shop.example"},
    "lookup.hosted_zone/oaktree.example": {"Id": "Z2", "Name": "oaktree.example"},
    "lookup.hosted_zone/www.shop.example": {"Id": "Z1", "Name": "shop.example"},
    "lookup.certificate/shop.org": {"Arn": "arn:aws:acm:eu-west-1:123456789012:certificate/2"},
}
"""What the lookups of any spec answer."""

HEAD = """
stack: shop
network:
  vpc: vpc-1
  public_subnets: [subnet-1, subnet-2]
  private_subnets: [subnet-3, subnet-4]
"""
BALANCER = """
load_balancer:
  listeners:
    http: {port: 80}
"""

EVERYTHING = """
tags: {Team: shop}
dashboard: true
secrets:
  database-url: {description: where the data is, recovery_window_days: 7}
  session-key:
    generate: {key: password, beside: {username: app}}
    kms_key: 'arn:aws:kms:eu-west-1:123456789012:key/1'
parameters:
  level: {value: info}
  token: {kms_key: 'arn:aws:kms:eu-west-1:123456789012:key/2'}
notifications: {email: [ops@shop.example], slack: {workspace: T0001, channel: C0001}}
cluster:
  container_insights: enhanced
  execute_command:
    log_group: /exec
    s3_bucket: exec
    kms_key: arn:aws:kms:eu-west-1:123456789012:key/1
services:
  app:
    image: {repository: shop, tag: '1', keep_images: 5}
    port: 8080
    command: [serve]
    entry_point: [/init]
    environment: {A: '1', EMPTY: ''}
    secrets: {DB: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:key::',
      URL: database-url, PASSWORD: 'shop/dev/session-key:password', TOKEN: 'ssm:/shop/dev/token',
      MAIL: elsewhere/mail, LEVEL: 'ssm:/shared/level'}
    user: '1000:1000'
    ephemeral_storage_gib: 30
    container_health_check: {command: 'true'}
    capacity_provider_strategy: [{capacity_provider: FARGATE_SPOT}]
    alarms: {notify: once, custom: {depth: {metric: {namespace: Shop, name: Depth}, above: 9}}}
    platform_version: 1.4.0
    task_role:
      allow: [{actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*']}]
      managed_policies: ['arn:aws:iam::aws:policy/ReadOnlyAccess']
    autoscaling:
      min: 1
      max: 4
      cpu_percent: 60
      memory_percent: 75
      requests_per_target: 1000
      custom:
        - {name: queue, target: 10, metric: {namespace: Shop, name: Depth, of_service: true}}
        - name: ratio
          target: 1.5
          expression: a / b
          metrics: {a: {namespace: Shop, name: A}, b: {namespace: Shop, name: B, statistic: p90}}
      steps:
        - name: burst
          metric: {namespace: Shop, name: Depth, statistic: Maximum}
          steps: [{above: 100, change: 1}, {above: 500, change: 4}]
      schedule: [{name: morning, when: cron(0 8 * * ? *), timezone: Europe/Berlin, min: 2}]
    routes:
      - {default: true}
      - {path: [/a, /b], host: a.org, method: GET, header: {X-A: b}}
      - {query: {a: b}, source_ip: 10.0.0.0/8, priority: 5}
  api: {image: nginx:1, port: 80, connects_to: [app], routes: [{path: /api, listener: admin}]}
  worker: {image: nginx:1, architecture: ARM64}
  caller: {image: nginx:1, connects_to: [moved]}
  moved:
    image: nginx:1
    connect:
      name: moved.shop
      access_logs: json
      idle_timeout_seconds: 60
      request_timeout_seconds: 5
      ingress_port: 9000
      tls: {certificate_authority: 'arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/1'}
    port: 90
    routes: [{path: /moved}]
    alarms: true
    deployment:
      strategy: canary
      test: {listener: admin, header: {X-Test: 'yes'}}
      alarms: {own: [5xx], names: [others]}
      circuit_breaker: {failed_tasks: 3}
      hooks:
        - {stages: PRE_SCALE_UP, pause: true, timeout_minutes: 60}
        - {stages: POST_SCALE_UP, function: 'arn:aws:lambda:eu-west-1:123456789012:function:check'}
  whole:
    image: nginx:1
    cpu: 1024
    memory_mib: 2048
    port: 8443
    routes: [{path: /whole}]
    enable_execute_command: true
    read_only_root_filesystem: false
    writable: [/tmp, /var/run]
    tmpfs: {/cache: 64}
    mounts: {/data: files, /scratch: {volume: scratch, read_only: true}}
    volumes:
      files: {efs: {file_system: fs-0123456789abcdef0, access_point: fsap-01234567}}
      scratch: {}
    environment_files: ['arn:aws:s3:::shop-config/app.env']
    ulimits: {nofile: 65536, nproc: {soft: 100, hard: 200}}
    system_controls: {net.core.somaxconn: 1024}
    docker_labels: {team: shop}
    restart: {ignored_exit_codes: [3]}
    version_consistency: disabled
    add_capabilities: [SYS_PTRACE]
    working_directory: /app
    start_timeout_seconds: 60
    pid_mode: task
    enable_fault_injection: true
    log_router: {secret_options: {key: 'arn:aws:ssm:eu-west-1:123456789012:parameter/key'}}
    tracing: true
    init_containers: {migrate: {command: [migrate]}, warm: {image: {repository: warm}}}
    sidecars:
      proxy: {image: envoy:1, ports: [8443], cpu: 64, memory_mib: 256, depends_on: {main: START}}
tasks:
  report: {image: nginx:1, enable_execute_command: true, read_only_root_filesystem: false}
  nightly:
    image: {repository: shop, tag: '1', keep_images: 5}
    tracing: {mode: legacy}
    schedule:
      expression: cron(0 3 * * ? *)
      time_zone: Europe/Berlin
      flexible_minutes: 15
      dead_letter_queue: arn:aws:sqs:eu-west-1:123456789012:dead
"""
EVERY_LISTENER = """
load_balancer:
  domain: www.shop.example
  ip_address_type: dualstack
  ingress_cidrs: [10.0.0.0/8, '2001:db8::/32']
  access_logs: true
  waf: {allow_cidrs: 192.0.2.0/24, block_cidrs: '2001:db8::/32'}
  security_headers: true
  cors: {allow_origin: 'https://a.org', preflight: true}
  redirect_http: false
  listeners:
    http:
      port: 80
      rules:
        - {path: /canary, forward: {app: 9, api: 1}}
        - {path: /old, redirect: {path: /new}}
        - {path: /down, fixed_response: {status_code: 503, body: closed}}
    admin: {port: 8080, default: {redirect: {host: example.org}}}
    https:
      certificate: shop.example
      extra_certificates: [shop.org, {request: [shop.example, '*.shop.example']}]
      mutual_tls: passthrough
"""


def oaktree(environment: str = "dev", **settings: str) -> Blueprint:
    """The example of the repository, for one environment."""
    pairs = [f"{path.replace('__', '.')}={value}" for path, value in settings.items()]
    return made(load(SPECS / "oaktree.yaml", environment=environment, settings=pairs))


def shop(body: str, *, environment: str | None = None, balancer: str = BALANCER) -> Blueprint:
    """A small stack with these services (and anything else), behind a load balancer."""
    text = HEAD + balancer + dedent(body)
    if environment:
        text += f"\nenvironments: {{{environment}: {{}}}}\n"
    return made(load_text(text, "shop.yaml", environment=environment, environ={}))


BEHIND = """
services:
  app: {image: nginx:1, port: 80, routes: [%s]}
  api: {image: nginx:1, port: 3000, routes: [%s]}
"""


def behind(app: str = "", api: str = "", listener: str = "port: 80", **others: str) -> Blueprint:
    """Two services with these routes behind a listener with these settings, and other listeners."""
    listeners = {"http": listener, **others}
    lines = "\n".join(f"    {name}: {{{words}}}" for name, words in listeners.items())
    return shop(BEHIND % (app, api), balancer=f"\nload_balancer:\n  listeners:\n{lines}\n")


def everything() -> Blueprint:
    """A stack with every section of the spec that changes what is built."""
    return shop(EVERYTHING, environment="dev", balancer=EVERY_LISTENER)


SHARED = """
load_balancer:
  existing: web
  listeners:
    http: {existing: 80%s}
    own: {port: 8080}
discovery: {existing: shop.internal}
notifications: {topic: {tags: {Team: web}}}
cluster: {existing: {tags: {Team: web}}}
services:
  app:
    image: nginx:1
    port: 80
    alarms: true
    security_group: tasks
    discovery: true
    autoscaling: {min: 1, max: 2, requests_per_target: 10}
    routes: [{path: /a}, {path: /b}, {default: true, listener: own}]
  api: {image: nginx:1, port: 80, security_group: tasks, routes: [{path: /api}]}
  web: {image: nginx:1, port: 81, security_group: sg-1, routes: [{host: web.shop.example}]}
"""


def shared(priorities: str = "", more: str = "") -> Blueprint:
    """A stack behind a load balancer of somebody else's."""
    return shop((SHARED % priorities) + more, balancer="")


NEW_NETWORK = """
stack: shop
network: {create: {nat: %s, endpoints: true%s}}
load_balancer: {listeners: {http: {port: 80}}}
services:
  app: {image: {repository: shop, tag: '1'}, port: 80, routes: [{default: true}]}
"""


def new_network(nat: str = "per_zone", more: str = "") -> Blueprint:
    """A stack in a network of its own."""
    return made(load_text(NEW_NETWORK % (nat, more), "shop.yaml", environ={}))


def made(loaded: Loaded) -> Blueprint:
    """What a spec asks for, in its own region."""
    return build(
        loaded.spec, environment=loaded.environment, region=loaded.spec.region or "eu-west-1"
    )


def at(blueprint: Blueprint, address: str) -> Resource:
    """The resource at an address."""
    return next(one for one in blueprint.resources if one.address == address)


def wanted(blueprint: Blueprint, address: str) -> dict[str, Any]:
    """Its properties; references are written `${address.Output}`."""
    found: dict[str, Any] = words(at(blueprint, address).properties)
    return found


def addresses(blueprint: Blueprint, kind: str = "") -> list[str]:
    """Every address, or those of one kind."""
    return [one.address for one in blueprint.resources if one.kind == kind or not kind]


def words(value: Any) -> Any:
    """The value with every reference written out."""
    if isinstance(value, Ref | Text):
        return str(value)
    if isinstance(value, Mapping):
        return {key: words(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [words(item) for item in value]
    return value
