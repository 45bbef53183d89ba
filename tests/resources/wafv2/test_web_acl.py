from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from provisioner.engine.diff import differences
from provisioner.engine.execute import execute
from provisioner.engine.model import Live, Resource
from provisioner.engine.owner import MARK
from provisioner.errors import NotOwned
from provisioner.resources import KINDS
from provisioner.resources.wafv2.web_acl import WebAcl
from tests.cloud.bench import Bench, changed
from tests.cloud.clock import HurriedClock
from tests.cloud.sent import check_sent, sent
from tests.cloud.tap import Call

Make = Callable[..., Resource]
KIND = WebAcl()
LOG = "arn:aws:logs:ap-southeast-1:123456789012:log-group:aws-waf-logs-oak"
LOGGING: dict[str, Any] = {
    "LogDestinationConfigs": [LOG],
    "RedactedFields": [{"SingleHeader": {"Name": "cookie"}}, {"QueryString": {}}],
}


def visible(metric: str) -> dict[str, Any]:
    return {
        "SampledRequestsEnabled": True,
        "CloudWatchMetricsEnabled": True,
        "MetricName": metric,
    }


def rate(priority: int = 0, limit: int = 2000) -> dict[str, Any]:
    statement = {"Limit": limit, "EvaluationWindowSec": 300, "AggregateKeyType": "IP"}
    return {
        "Name": "rate",
        "Priority": priority,
        "Statement": {"RateBasedStatement": statement},
        "Action": {"Block": {}},
        "VisibilityConfig": visible("rate"),
    }


def common(priority: int = 1, **action: Any) -> dict[str, Any]:
    overrides = [
        {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}},
        {"Name": "NoUserAgent_HEADER", "ActionToUse": {"Allow": {}}},
    ]
    statement = {
        "VendorName": "AWS",
        "Name": "AWSManagedRulesCommonRuleSet",
        "RuleActionOverrides": overrides,
    }
    return {
        "Name": "common",
        "Priority": priority,
        "Statement": {"ManagedRuleGroupStatement": statement},
        "OverrideAction": action or {"None": {}},
        "VisibilityConfig": visible("common"),
    }


@pytest.fixture(autouse=True)
def _log_group(bench: Bench) -> None:
    """What `LOGGING` names; one for all tests of the module."""
    logs, name = bench.client("logs"), LOG.rsplit(":", 1)[1]
    if not logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        logs.create_log_group(logGroupName=name)


@pytest.fixture
def acl(bench: Bench) -> Make:
    def wanted(**changes: Any) -> Resource:
        properties = {
            "Name": f"{bench.name}-waf",
            "Scope": "REGIONAL",
            "Description": "Before the load balancer",
            "Rules": [rate(), common()],
            "VisibilityConfig": visible(f"{bench.name}-waf"),
            "Logging": None,
        }
        action = changes.pop("DefaultAction", {"Allow": {}})
        made = Resource(
            "wafv2.web_acl",
            "main",
            {**properties, "DefaultAction": action},
            {"team": "oak", MARK: "set"},
        )
        return changed(made, changes)

    return wanted


def test_it_is_made_with_its_tags_and_then_logs(bench: Bench, acl: Make) -> None:
    wanted = acl(Logging=LOGGING)
    writes = bench.apply(wanted)
    check_sent(
        writes,
        sent(
            "CreateWebACL",
            DefaultAction={"Allow": {}},
            Rules=[rate(), common()],
            Tags=bench.tags(wanted),
        ),
        sent("PutLoggingConfiguration", LoggingConfiguration=LOGGING),
    )


@pytest.mark.parametrize(
    ("change", "write"),
    [
        ({"DefaultAction": {"Block": {}}}, {"DefaultAction": {"Block": {}}}),
        ({"Rules": [rate(limit=100), common()]}, {"Rules": [rate(limit=100), common()]}),
        ({"Rules": [rate(), common(Count={})]}, {"Rules": [rate(), common(Count={})]}),
        ({"Rules": [rate(1), common(0)]}, {"Rules": [rate(1), common(0)]}),
        ({"Rules": [common()]}, {"Rules": [common()]}),
    ],
    ids=["default", "limit", "count", "order", "fewer"],
)
def test_a_change_sends_everything(
    bench: Bench, acl: Make, change: dict[str, Any], write: dict[str, Any]
) -> None:
    bench.apply(acl())
    everything = {"Description": "Before the load balancer", **write}
    bench.check(acl(**change), writes=[sent("UpdateWebACL", **everything)])


def test_what_is_not_declared_is_sent_as_it_is(bench: Bench, acl: Make) -> None:
    bench.apply(acl())
    _write(bench.client("wafv2"), bench.find(acl()), TokenDomains=["oak.example"])
    bench.check(acl(Rules=[rate()]), writes=[sent("UpdateWebACL", TokenDomains=["oak.example"])])


@pytest.mark.parametrize(
    ("before", "after", "write"),
    [
        (None, LOGGING, sent("PutLoggingConfiguration")),
        (LOGGING, None, sent("DeleteLoggingConfiguration")),
        (
            LOGGING,
            {**LOGGING, "RedactedFields": [{"QueryString": {}}]},
            sent(
                "PutLoggingConfiguration",
                LoggingConfiguration={"RedactedFields": [{"QueryString": {}}]},
            ),
        ),
    ],
    ids=["on", "off", "other"],
)
def test_logging_has_calls_of_its_own(
    bench: Bench, acl: Make, before: Any, after: Any, write: Any
) -> None:
    """`changed` merges mappings, so it is given whole."""
    bench.apply(_logging(acl(), before))
    bench.check(_logging(acl(), after), writes=[write])


def _logging(resource: Resource, value: Any) -> Resource:
    properties = {**resource.properties, "Logging": value}
    return Resource(resource.kind, resource.name, properties, resource.tags)


def stranger(wafv2: Any, live: Live) -> None:
    """Only the priorities change, and by them the order."""
    _write(wafv2, live, Rules=[rate(7), common(3)])


def opened(wafv2: Any, live: Live) -> None:
    _write(wafv2, live, DefaultAction={"Block": {}})


def _write(wafv2: Any, live: Live, **changes: Any) -> None:
    place = {"Name": live.properties["Name"], "Scope": "REGIONAL", "Id": live.outputs["Id"]}
    full = {
        "DefaultAction": {"Allow": {}},
        "Description": live.properties["Description"],
        "Rules": [rate(), common()],
        "VisibilityConfig": live.properties["VisibilityConfig"],
        **changes,
    }
    wafv2.update_web_acl(**place, LockToken=wafv2.get_web_acl(**place)["LockToken"], **full)


def retagged(wafv2: Any, live: Live) -> None:
    wafv2.tag_resource(ResourceARN=live.id, Tags=[{"Key": "team", "Value": "birch"}])


@pytest.mark.parametrize(
    ("spoil", "shown", "write"),
    [
        (
            stranger,
            {"Rules.rate.Priority": (7, 0), "Rules.common.Priority": (3, 1)},
            sent("UpdateWebACL"),
        ),
        (
            opened,
            {"DefaultAction.Allow": (None, "{}"), "DefaultAction.Block": ("{}", None)},
            sent("UpdateWebACL", DefaultAction={"Allow": {}}),
        ),
        (retagged, {"tags.team": ("birch", "oak")}, sent("TagResource")),
    ],
    ids=["order", "default", "tag"],
)
def test_drift_is_shown_and_repaired(
    bench: Bench,
    acl: Make,
    spoil: Callable[[Any, Live], None],
    shown: dict[str, Any],
    write: Any,
) -> None:
    bench.check_drift(acl(), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, acl: Make) -> None:
    bench.apply(acl(Logging=LOGGING))
    bench.delete_twice(acl())


def test_it_stops_logging_before_it_goes(bench: Bench, acl: Make) -> None:
    bench.apply(acl(Logging=LOGGING))
    check_sent(bench.apply(), sent("DeleteLoggingConfiguration"), sent("DeleteWebACL"))


def test_another_tag_is_set_without_the_rest(bench: Bench, acl: Make) -> None:
    bench.check_retag(acl(), sent("TagResource", Tags=[{"Key": "team", "Value": "tree"}]))


def test_one_of_somebody_else_is_refused(bench: Bench, acl: Make) -> None:
    wanted = acl()
    given = {name: wanted.properties[name] for name in ("Name", "Scope", "VisibilityConfig")}
    bench.client("wafv2").create_web_acl(**given, DefaultAction={"Allow": {}})
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(wanted)


def test_another_name_is_another_one_made_first(bench: Bench, acl: Make) -> None:
    bench.apply(acl())
    check_sent(
        bench.apply(acl(Name=f"{bench.name}-other")), sent("CreateWebACL"), sent("DeleteWebACL")
    )


@pytest.mark.parametrize("gone", [False, True], ids=["change", "delete"])
def test_a_token_that_is_too_old_means_once_more(bench: Bench, acl: Make, *, gone: bool) -> None:
    """Somebody else is faster, once: between the read of the token and the write."""
    bench.apply(acl())
    wafv2, live = bench.client("wafv2"), bench.find(acl())
    late: list[Call] = []
    wanted = [] if gone else [acl(Rules=[rate()])]
    plan = bench.plan(*wanted)

    def be_faster(call: Call) -> None:
        if call.operation == "GetWebACL" and not late:
            late.append(call)
            _write(wafv2, live)

    with bench.tap.recording() as recording, bench.tap.meddling(be_faster):
        report = execute(
            plan,
            kinds=KINDS,
            aws=bench.aws.writable(),
            scope=bench.scope(*wanted),
            clock=HurriedClock(),
        )
    assert [one.state for one in report.outcomes] == ["done"]
    write = "DeleteWebACL" if gone else "UpdateWebACL"
    mine = [(call.operation, call.error) for call in recording.calls if call.write]
    assert mine == [(write, "WAFOptimisticLockException"), (write, "")]
    bench.check_settled(*wanted)


def test_more_than_a_page_is_read_to_its_end(bench: Bench, acl: Make) -> None:
    wafv2 = bench.client("wafv2")
    for number in range(101):
        wafv2.create_web_acl(
            Name=f"other-{bench.name}-{number}",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig=visible("other"),
        )
    bench.apply(acl())
    bench.check_settled(acl())


USAGE = {"UsageOfAction": "DISABLED"}


class TestWhatAwsAnswers:
    """What is only another way to say the same is no difference."""

    def test_of_what_was_declared(self, acl: Make) -> None:
        want = acl(Logging=LOGGING).properties
        real = deepcopy(dict(want))
        real["Rules"] = [common(), rate()]
        statement = real["Rules"][0]["Statement"]["ManagedRuleGroupStatement"]
        statement["RuleActionOverrides"].reverse()
        real |= {"Capacity": 702, "LabelNamespace": "awswaf:1:webacl:x:", "TokenDomains": None}
        real["Logging"] = {
            "LogDestinationConfigs": [f"{LOG}:*"],
            "RedactedFields": list(reversed(LOGGING["RedactedFields"])),
        }
        assert self.compared(want, real) == []

    def test_of_the_rule_that_shield_puts_in(self, acl: Make) -> None:
        want = acl().properties
        real = {**want, "Rules": [*want["Rules"], shield("arn:mitigation")]}
        assert self.compared(want, real) == []

    @pytest.mark.parametrize(
        ("told", "answered"),
        [
            (
                {"AWSManagedRulesBotControlRuleSet": {"InspectionLevel": "COMMON"}},
                {
                    "AWSManagedRulesBotControlRuleSet": {
                        "InspectionLevel": "COMMON",
                        "EnableMachineLearning": True,
                    }
                },
            ),
            (
                {
                    "AWSManagedRulesAntiDDoSRuleSet": {
                        "ClientSideActionConfig": {"Challenge": USAGE}
                    }
                },
                {
                    "AWSManagedRulesAntiDDoSRuleSet": {
                        "ClientSideActionConfig": {"Challenge": {**USAGE, "Sensitivity": "HIGH"}},
                        "SensitivityToBlock": "LOW",
                    }
                },
            ),
            (
                {"RateBasedStatement": {"Limit": 10}},
                {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 300}},
            ),
        ],
        ids=["bots", "floods", "rate"],
    )
    def test_of_defaults_written_out(self, told: dict[str, Any], answered: dict[str, Any]) -> None:
        want, live = ([{"Name": "one", "Priority": 0, "Statement": x}] for x in (told, answered))
        assert self.compared({"Rules": want}, {"Rules": live}) == []
        assert self.compared({"Rules": live}, {"Rules": want}) == []

    def test_of_bytes(self, acl: Make) -> None:
        want = acl(Rules=[matching("/admin")]).properties
        real = {**want, "Rules": [matching(b"/admin")]}
        assert self.compared(want, real) == []

    @pytest.mark.parametrize(
        ("live", "path"),
        [
            (common(Count={}), "Rules.common.OverrideAction.Count"),
            ({**common(), "Priority": 5}, "Rules.common.Priority"),
            ({**common(), "Name": "uncommon"}, "Rules.uncommon"),
        ],
    )
    def test_what_differs_does(self, acl: Make, live: dict[str, Any], path: str) -> None:
        want = acl(Rules=[common()]).properties
        assert path in self.compared(want, {**want, "Rules": [live]})

    def compared(self, want: Any, live: Any) -> list[str]:
        found = differences(KIND.canonical(want), KIND.canonical(live), KIND.rules)
        return [".".join(change.path) for change in found]


def test_the_rule_that_shield_puts_in_stays(bench: Bench, acl: Make) -> None:
    bench.apply(acl())
    wafv2 = bench.client("wafv2")
    group = wafv2.create_rule_group(
        Name="mitigation", Scope="REGIONAL", Capacity=50, VisibilityConfig=visible("mitigation")
    )
    rule = shield(group["Summary"]["ARN"])
    _write(wafv2, bench.find(acl()), Rules=[rate(), common(), rule])
    bench.check_settled(acl())
    bench.check(acl(Rules=[rate()]), writes=[sent("UpdateWebACL", Rules=[rate(), rule])])


def shield(arn: str) -> dict[str, Any]:
    return {
        "Name": "ShieldMitigationRuleGroup_123456789012_1_2",
        "Priority": 10000000,
        "Statement": {"RuleGroupReferenceStatement": {"ARN": arn}},
        "OverrideAction": {"None": {}},
        "VisibilityConfig": visible("shield"),
    }


def matching(text: str | bytes) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "SearchString": text,
        "FieldToMatch": {"UriPath": {}},
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        "PositionalConstraint": "STARTS_WITH",
    }
    return {**rate(), "Statement": {"ByteMatchStatement": statement}}
