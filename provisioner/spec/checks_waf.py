"""Rules about the web application firewall."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from provisioner.spec.document import Path
from provisioner.spec.finding import Finding, cidr_fault
from provisioner.spec.models import Spec
from provisioner.spec.waf import GROUPS, WINDOWS, Waf

AT: Path = ("load_balancer", "waf")
MOST_ADDRESSES = 10000
INCLUDED_WCU, MOST_WCU = 1500, 5000
RATE_WCU, IP_SET_WCU = 2, 1


def _waf(spec: Spec) -> Waf | None:
    return spec.load_balancer.waf if spec.load_balancer else None


def existing_web_acl(spec: Spec) -> Iterator[Finding]:
    """One that is only referred to keeps its own rules."""
    waf = _waf(spec)
    if waf is None or waf.web_acl is None:
        return
    for name in sorted(waf.model_fields_set - {"web_acl"}):
        message = "belongs to a web ACL of the stack; leave out `web_acl`, or this"
        yield Finding((*AT, name), message)


def addresses(spec: Spec) -> Iterator[Finding]:
    """An IP set takes every block but /0, each address once; wafv2.CreateIPSet, Addresses."""
    waf = _waf(spec)
    if waf is None:
        return
    seen: dict[str, str] = {}
    for key, blocks in (("allow_cidrs", waf.allow_cidrs), ("block_cidrs", waf.block_cidrs)):
        if len(blocks) > MOST_ADDRESSES:
            message = f"expected at most {MOST_ADDRESSES} blocks, found {len(blocks)}"
            yield Finding((*AT, key), message)
        for index, block in enumerate(blocks):
            path: Path = (*AT, key, index)
            if fault := cidr_fault(block):
                yield Finding(path, fault)
                continue
            network = ipaddress.ip_network(block)
            if network.prefixlen == 0:
                what = "default_action: block" if key == "block_cidrs" else "no firewall"
                yield Finding(path, f"AWS WAF takes no /0; everybody is `{what}`")
            first = seen.setdefault(str(network), f"{key}[{index}]")
            if first != f"{key}[{index}]":
                yield Finding(path, f"is in load_balancer.waf.{first} already")


def rate_window(spec: Spec) -> Iterator[Finding]:
    """wafv2.RateBasedStatement, EvaluationWindowSec."""
    waf = _waf(spec)
    rate = waf.rate_limit if waf else None
    if rate and rate.window_seconds not in WINDOWS:
        message = f"expected 60, 120, 300 or 600, found {rate.window_seconds}"
        yield Finding((*AT, "rate_limit", "window_seconds"), message)


def capacity(spec: Spec) -> Iterator[Finding]:
    """A web ACL has at most 5000 units, and costs more beyond 1500; WAF developer guide, WCUs."""
    waf = _waf(spec)
    if waf is None:
        return
    for name, group in waf.managed_rules.items():
        if name in GROUPS and group.capacity_wcu is not None:
            message = f"is for marketplace groups; that of `{name}` is {GROUPS[name].capacity}"
            yield Finding((*AT, "managed_rules", name, "capacity_wcu"), message)
    total = _units(waf)
    if total > MOST_WCU:
        message = f"need {total} capacity units, and a web ACL has at most {MOST_WCU}"
        yield Finding((*AT, "managed_rules"), message)
    elif total > INCLUDED_WCU:
        message = f"need {total} capacity units; AWS charges extra beyond {INCLUDED_WCU}"
        yield Finding((*AT, "managed_rules"), message, "warning")


def _units(waf: Waf) -> int:
    """The capacity units of all rules that are known; those of other vendors' groups if given."""
    total = RATE_WCU if waf.rate_limit else 0
    for blocks in (waf.allow_cidrs, waf.block_cidrs):
        total += IP_SET_WCU * len({":" in block for block in blocks})
    for name, group in waf.managed_rules.items():
        total += GROUPS[name].capacity if name in GROUPS else group.capacity_wcu or 0
    return total
