"""Specs with wrong keys and values: what is printed for them, to the letter.

Every case adds lines to the service `app`, or has a whole spec of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
load_balancer: {listeners: {http: {port: 80}}}
services:
  app:
    image: nginx
    port: 80
"""


class Case:
    """Lines under `services.app` (from line 8 on), and what is printed."""

    def __init__(self, app: str, *lines: str, **options: Any) -> None:
        self.text = HEAD + "".join(f"    {line}\n" for line in app.splitlines())
        self.lines = list(lines)
        self.options = options


class Whole(Case):
    """A whole spec, and what is printed."""

    def __init__(self, text: str, *lines: str, **options: Any) -> None:
        super().__init__("", *lines, **options)
        self.text = text


CASES: dict[str, Case] = {
    "a key in camelCase": Case(
        "memoryMib: 512",
        "f:8:5: services.app.memoryMib: unknown key; did you mean `memory_mib`?",
    ),
    "a key with hyphens": Case(
        "memory-mib: 512",
        "f:8:5: services.app.memory-mib: unknown key; did you mean `memory_mib`?",
    ),
    "a key without its unit": Case(
        "health_check: {interval: 30}",
        "f:8:20: services.app.health_check.interval: unknown key; did you mean `interval_seconds`?",
    ),
    "a slip of the finger": Case(
        "desird_count: 2",
        "f:8:5: services.app.desird_count: unknown key; did you mean `desired_count`?",
    ),
    "another tool's word": Case(
        "replicas: 2",
        "f:8:5: services.app.replicas: unknown key; did you mean `desired_count`?",
    ),
    "a key that is like no other": Case(
        "logs: {colour: red}",
        "f:8:12: services.app.logs.colour: unknown key;"
        " expected one of name, existing, retention_days, stream_prefix, mode",
    ),
    "a key of another place": Case(
        "waf: true",
        "f:8:5: services.app.waf: unknown key; it belongs under `load_balancer`",
    ),
    "a key of a service at the top": Whole(
        HEAD + "autoscaling: {min: 1, max: 2}\nhealth_check: {}\n",
        "f:8:1: autoscaling: unknown key; it belongs under `services.NAME`",
        "f:9:1: health_check: unknown key; it belongs under `services.NAME`",
    ),
    "https as a switch": Whole(
        HEAD.replace("{listeners", "{https: true, listeners"),
        "f:3:17: load_balancer.https: unknown key; did you mean `listeners`?",
    ),
    "a word for a number": Case(
        "cpu: abc", "f:8:10: services.app.cpu: expected a whole number, found text 'abc'"
    ),
    "a fraction for a whole number": Case(
        "cpu: 0.25",
        "f:8:10: services.app.cpu: expected a whole number, found the number 0.25",
    ),
    "yes for a number": Case(
        "desired_count: yes",
        "f:8:20: services.app.desired_count: expected a whole number, found text 'yes'",
    ),
    "true for a number": Case(
        "cpu: true", "f:8:10: services.app.cpu: expected a whole number, found true"
    ),
    "a number with its unit": Case(
        "memory_mib: 1GB",
        "f:8:17: services.app.memory_mib: expected a whole number, found text '1GB'",
    ),
    "a list for a number": Case(
        "cpu: [256]", "f:8:10: services.app.cpu: expected a whole number, found a list"
    ),
    "no for a boolean": Case(
        "init_process: no",
        "f:8:19: services.app.init_process: expected true or false, found text 'no'",
    ),
    "a number for a boolean": Case(
        "init_process: 1",
        "f:8:19: services.app.init_process: expected true or false, found the number 1",
    ),
    "a port beyond the last": Case(
        "health_check: {port: 70000}",
        "f:8:26: services.app.health_check.port: expected at most 65535, found 70000",
    ),
    "a count below nothing": Case(
        "desired_count: -1",
        "f:8:20: services.app.desired_count: expected at least 0, found -1",
    ),
    "no CPU at all": Case("cpu: 0", "f:8:10: services.app.cpu: expected more than 0, found 0"),
    "a version that is a number": Case(
        "environment: {VERSION: 1.10}",
        "f:8:28: services.app.environment.VERSION: expected text,"
        " found the number 1.10: put it in quotes",
    ),
    "a variable without a value": Case(
        "environment:\n  MODE:",
        "f:9:7: services.app.environment.MODE: expected text, found nothing",
    ),
    "a variable's name that is none": Case(
        "environment: {MY-VAR: x}",
        "f:8:19: services.app.environment.MY-VAR: expected a name of letters, digits and"
        " underscores, no digit first, found 'MY-VAR'",
    ),
    "the wrong one of two": Case(
        "architecture: arm64",
        "f:8:19: services.app.architecture: expected X86_64 or ARM64, found 'arm64';"
        " did you mean `ARM64`?",
    ),
    "a mapping for a list": Case(
        "routes: {default: true}",
        "f:8:13: services.app.routes: expected a list, found a mapping",
    ),
    "text for a list": Case(
        "command: npm start",
        "f:8:14: services.app.command: expected a list, found text 'npm start'",
    ),
    "a section with nothing in it": Case(
        "deployment:",
        "f:8:5: services.app.deployment: expected a mapping, found nothing",
    ),
    "text for a section": Case(
        "logs: 30 days",
        "f:8:11: services.app.logs: expected a mapping, found text '30 days'",
    ),
    "an item of the wrong kind": Case(
        "routes:\n  - default: true\n  - /api/*",
        "f:10:9: services.app.routes[1]: expected a mapping, found text '/api/*'",
    ),
    "one text where one or several may stand": Case(
        "routes: [{path: 5}]",
        "f:8:21: services.app.routes[0].path: expected text, found the number 5: put it in quotes",
    ),
    "too few parts of a command": Case(
        "container_health_check: {command: [CMD]}",
        "f:8:39: services.app.container_health_check.command: expected at least 2 entries, found 1",
    ),
    "a health check's path without its slash": Case(
        "health_check: {path: health}",
        "f:8:26: services.app.health_check.path: expected a path that begins with /,"
        " found 'health'",
    ),
    "a password that is no text": Case(
        "environment: {DB_PASSWORD: [hunter2]}",
        "f:8:32: services.app.environment.DB_PASSWORD: expected text, found a list",
    ),
    "a token that is a number": Case(
        "environment: {API_TOKEN: 12345.5}",
        "f:8:30: services.app.environment.API_TOKEN: expected text,"
        " found a number: put it in quotes",
    ),
    "a text that looks like a password elsewhere": Case(
        "cpu: postgres://shop:hunter2@db/shop",
        "f:8:10: services.app.cpu: expected a whole number, found text",
    ),
    "an action of no service": Case(
        "task_role: {allow: [{actions: [GetObject], resources: ['*']}]}",
        "f:8:36: services.app.task_role.allow[0].actions[0]: expected an action such as"
        " s3:GetObject, found 'GetObject'",
    ),
    "all that is missing": Whole(
        "region: eu-central-1\nservices: {app: {cpu: 256}}\nnetwork: {}\n",
        "f:1:1: stack: missing; expected a stack name of at most 20 lower-case letters, digits and"
        " single hyphens, letter first",
        "f:2:17: services.app.image: missing; expected `{repository: …, tag: …}`, or an image"
        " reference such as nginx:1.29",
        "f:3:10: network: expected `vpc` (an existing one), or `create` (one of the stack's)",
    ),
    "no services": Whole(
        "stack: shop\nnetwork: {vpc: vpc-1, private_subnets: [subnet-1]}\nservices: {}\n",
        "f:3:11: services: expected at least one service or task, found none",
    ),
    "names of the wrong form": Whole(
        "stack: My_Shop\nregion: Frankfurt\naccount: 1234\n"
        "network: {vpc: main, private_subnets: [a]}\nservices: {Web: {image: 'http://x/y'}}\n",
        "f:1:8: stack: expected a stack name of at most 20 lower-case letters, digits and single"
        " hyphens, letter first, found 'My_Shop'",
        "f:2:9: region: expected a region such as eu-central-1, found 'Frankfurt'",
        "f:3:10: account: expected an account number of 12 digits, found '1234'",
        "f:4:16: network.vpc: expected a VPC id (vpc-…) or `{tags: {Name: …}}`, found 'main'",
        "f:4:39: network.private_subnets: expected a subnet id (subnet-…), found 'a'",
        "f:5:12: services.Web: expected a key of at most 32 lower-case letters, digits and single"
        " hyphens, letter first, found 'Web'",
        "f:5:25: services.Web.image: expected an image reference such as nginx:1.29,"
        " found 'http://x/y'",
    ),
    "a lookup with two ways, and one with none": Whole(
        "stack: shop\nnetwork:\n  vpc: {id: vpc-1, tags: {Name: x}}\n  private_subnets: {}\n"
        "services: {app: {image: nginx}}\n",
        "f:3:8: network.vpc: expected either `id` or `tags`",
        "f:4:20: network.private_subnets: expected either `ids` or `tags`",
    ),
    "tags that AWS keeps for itself, and one too long": Whole(
        "stack: shop\ntags:\n  aws:x: a\n  provisioner:stack: b\n  Long: " + "x" * 257 + "\n"
        "network: {vpc: vpc-1, private_subnets: [subnet-1]}\nservices: {app: {image: nginx}}\n",
        "f:3:3: tags['aws:x']: expected a tag key of at most 128 characters, not beginning with"
        " aws: or provisioner:, found 'aws:x'",
        "f:4:3: tags['provisioner:stack']: expected a tag key of at most 128 characters, not"
        " beginning with aws: or provisioner:, found 'provisioner:stack'",
        "f:5:9: tags.Long: expected at most 256 characters, found 257",
    ),
    "a listener's action that is two, and none": Whole(
        HEAD.replace(
            "{port: 80}",
            "{port: 80, default: {forward: app, redirect: {port: 443}},"
            " rules: [{path: /x}, {fixed_response: {status_code: 404}}]}",
        ),
        "f:3:55: load_balancer.listeners.http.default: expected exactly one of `forward`,"
        " `redirect`, `fixed_response`",
        "f:3:102: load_balancer.listeners.http.rules[0]: expected exactly one of `forward`,"
        " `redirect`, `fixed_response`",
        "f:3:114: load_balancer.listeners.http.rules[1]: expected at least one condition (path,"
        " host, header, method, query, source_ip)",
    ),
    "a value from the command line": Case(
        "cpu: ${size}",
        "f:8:10: services.app.cpu: expected a whole number, found text 'big' (from '${size}')",
        variables={"size": "big"},
    ),
    "a value that is set": Case(
        "cpu: 256",
        "--set services.app.cpu=...: services.app.cpu: expected a whole number, found text 'big'",
        settings=["services.app.cpu=big"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_key_or_value_is_explained_where_it_stands(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    case = CASES[name]
    assert complaints(case.text, **case.options) == case.lines
