"""Access logs that cannot be, and what is printed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1], private_subnets: [subnet-2]}
services: {app: {image: nginx, port: 80, routes: [{default: true}]}}
load_balancer:
  listeners: {http: {port: 80}}
  access_logs: """
CASES: dict[str, tuple[str, list[str]]] = {
    "neither word nor mapping": (
        "often",
        ["{AT}: expected true, or a mapping, found text 'often'"],
    ),
    "a prefix of AWS's": (
        "{prefix: AWSLogs/a}",
        [
            "{AT}.prefix: expected a prefix without AWSLogs and without a slash at either end,"
            " found 'AWSLogs/a'"
        ],
    ),
    "a slash at the end": (
        "{prefix: a/}",
        [
            "{AT}.prefix: expected a prefix without AWSLogs and without a slash at either end,"
            " found 'a/'"
        ],
    ),
    "not a bucket": (
        "{bucket: My_Logs}",
        [
            "{AT}.bucket: expected a bucket name of 3 to 63 lower-case letters, digits, dots and"
            " hyphens, found 'My_Logs'"
        ],
    ),
    "no days": ("{expire_days: 0}", ["{AT}.expire_days: expected at least 1, found 0"]),
    "neither": (
        "{on_teardown: ask}",
        ["{AT}.on_teardown: expected retain or delete, found 'ask'"],
    ),
    "said twice": (
        "true\n  attributes: {access_logs.s3.bucket: mine}",
        [
            "load_balancer.attributes['access_logs.s3.bucket']: does not go with"
            " load_balancer.access_logs, which sets it"
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_logs_that_cannot_be_are_explained(name: str, complaints: Callable[..., list[str]]) -> None:
    text, said = CASES[name]
    wanted = [line.replace("{AT}", "load_balancer.access_logs") for line in said]
    found = complaints(HEAD + text + "\n")
    assert [line.split(": ", 1)[1] for line in found] == wanted
