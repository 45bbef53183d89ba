"""Firewalls that cannot be, and what is printed; and the ways to write one that can."""

from __future__ import annotations

import pytest

from provisioner.spec.waf import GROUPS, Waf
from tests.spec.conftest import Complaints, Load

HEAD = """\
stack: shop
network: {vpc: vpc-1, public_subnets: [subnet-1, subnet-2], private_subnets: [subnet-3]}
services: {app: {image: nginx, port: 80, routes: [{default: true}]}}
load_balancer:
  listeners: {http: {port: 80}}
  waf: %s
"""
AT = "load_balancer.waf"
OWN = "belongs to a web ACL of the stack; leave out `web_acl`, or this"
NAMES = ", ".join(GROUPS)
MANY = ", ".join(f"10.{n // 256}.{n % 256}.0/24" for n in range(10001))
CASES: dict[str, tuple[str, list[str]]] = {
    "no mapping": ("on", [f"f:6:8: {AT}: expected true, false or a mapping, found text 'on'"]),
    "an unknown key": ("{rate: 1}", [f"f:6:9: {AT}.rate: unknown key; did you mean `rate_limit`?"]),
    "rules for somebody else's": (
        "{web_acl: company, mode: count, rate_limit: 100}",
        [f"f:6:33: {AT}.mode: {OWN}", f"f:6:52: {AT}.rate_limit: {OWN}"],
    ),
    "one of CloudFront": (
        "{web_acl: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1'}",
        [
            f"f:6:18: {AT}.web_acl: expected the name or the ARN of a regional web ACL, found"
            " 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1'"
        ],
    ),
    "a name with blanks": (
        "{name: my firewall}",
        [f"f:6:15: {AT}.name: expected a name of at most 128 of A-Z a-z 0-9 _-,"
         " found 'my firewall'"],
    ),
    "an address alone": (
        "{allow_cidrs: 192.0.2.1}",
        [f"f:6:22: {AT}.allow_cidrs: expected a CIDR block, found '192.0.2.1';"
         " did you mean 192.0.2.1/32?"],
    ),
    "everybody allowed": (
        "{allow_cidrs: [0.0.0.0/0]}",
        [f"f:6:23: {AT}.allow_cidrs[0]: AWS WAF takes no /0; everybody is `no firewall`"],
    ),
    "everybody blocked": (
        "{block_cidrs: ['::/0']}",
        [f"f:6:23: {AT}.block_cidrs[0]: AWS WAF takes no /0; everybody is"
         " `default_action: block`"],
    ),
    "allowed and blocked": (
        "{allow_cidrs: [10.0.0.0/8], block_cidrs: [10.0.0.0/8]}",
        [f"f:6:50: {AT}.block_cidrs[0]: is in {AT}.allow_cidrs[0] already"],
    ),
    "too many addresses": (
        f"{{block_cidrs: [{MANY}]}}",
        [f"f:6:22: {AT}.block_cidrs: expected at most 10000 blocks, found 10001"],
    ),
    "a rate in words": (
        "{rate_limit: few}",
        [f"f:6:21: {AT}.rate_limit: expected a number of requests, false or a mapping,"
         " found text 'few'"],
    ),
    "a rate that is too low": (
        "{rate_limit: 9}", [f"f:6:21: {AT}.rate_limit: expected at least 10, found 9"],
    ),
    "another window": (
        "{rate_limit: {window_seconds: 90}}",
        [f"f:6:38: {AT}.rate_limit.window_seconds: expected 60, 120, 300 or 600, found 90"],
    ),
    "an unknown group": (
        "{managed_rules: [commn]}",
        [f"f:6:9: {AT}.managed_rules: expected {NAMES} or VENDOR/GROUP of a marketplace"
         " group, found 'commn'"],
    ),
    "a group that allows": (
        "{managed_rules: {common: allow}}",
        [f"f:6:33: {AT}.managed_rules.common: expected block or count, found 'allow'"],
    ),
    "a rule that does something else": (
        "{managed_rules: {common: {rules: {NoUserAgent_HEADER: skip}}}}",
        [f"f:6:62: {AT}.managed_rules.common.rules.NoUserAgent_HEADER:"
         " expected block, count, allow, captcha or challenge, found 'skip'"],
    ),
    "a capacity that is known": (
        "{managed_rules: {sql: {capacity_wcu: 1}}}",
        [f"f:6:45: {AT}.managed_rules.sql.capacity_wcu: is for marketplace groups; that of `sql`"
         " is 200"],
    ),
    "too much": (
        "{managed_rules: {common: , F5/All: {capacity_wcu: 4300}}}",
        [f"f:6:24: {AT}.managed_rules: need 5002 capacity units, and a web ACL has at most 5000"],
    ),
    "days that no log group has": (
        "{logs: {retention_days: 31}}",
        [f"f:6:32: {AT}.logs.retention_days: CloudWatch Logs does not keep logs for 31 days;"
         " nearest: 30 or 60"],
    ),
    "a header in upper case": (
        "{logs: {redact_headers: [Cookie]}}",
        [f"f:6:33: {AT}.logs.redact_headers[0]: expected a header's name in lower case,"
         " found 'Cookie'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_firewalls_that_cannot_be_are_explained(name: str, complaints: Complaints) -> None:
    lines, said = CASES[name]
    assert complaints(HEAD % lines) == said


def waf(load: Load, text: str) -> Waf | None:
    balancer = load(HEAD % text).spec.load_balancer
    return balancer.waf if balancer else None


@pytest.mark.parametrize("text", ["true", "{}", "'true'"])
def test_one_word_is_the_usual(load: Load, text: str) -> None:
    assert waf(load, text) == Waf()


@pytest.mark.parametrize("text", ["false", "null", "'false'"])
def test_one_word_is_none(load: Load, text: str) -> None:
    assert waf(load, text) is None


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("rate_limit: 500", "rate_limit: {requests: 500}"),
        ("rate_limit: '500'", "rate_limit: {requests: 500}"),
        ("rate_limit: false", "rate_limit: null"),
        ("managed_rules: sql", "managed_rules: {sql: {}}"),
        ("managed_rules: [sql, php]", "managed_rules: {sql: , php: }"),
        ("managed_rules: {sql: count}", "managed_rules: {sql: {mode: count}}"),
        ("logs: true", "logs: {}"),
        ("logs: false", "logs: null"),
        ("allow_cidrs: 10.0.0.0/8", "allow_cidrs: [10.0.0.0/8]"),
    ],
)
def test_the_short_form_means_the_long_one(load: Load, written: str, same: str) -> None:
    assert waf(load, f"{{{written}}}") == waf(load, f"{{{same}}}")


def test_what_costs_extra_is_said(load: Load) -> None:
    """925 of the usual groups and the rate limit, and the lists' one each."""
    most = ", ".join(GROUPS)
    text = HEAD % f"{{managed_rules: [{most}], allow_cidrs: [10.0.0.0/8, '2001:db8::/32']}}"
    (warning,) = load(text).warnings
    assert "need 2079 capacity units; AWS charges extra beyond 1500" in str(warning)
    assert load(HEAD % "true").warnings == ()
