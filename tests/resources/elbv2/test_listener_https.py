"""What only an HTTPS listener has: certificates, TLS policy, client certificates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.engine.model import Live, Resource
from provisioner.resources import KINDS
from tests.cloud.bench import Bench, changed
from tests.cloud.certificates import imported
from tests.cloud.ground import NOT_FOUND, Ground
from tests.cloud.sent import check_sent, only, sent
from tests.cloud.world import World

Make = Callable[..., Resource]
POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
OLD = "ELBSecurityPolicy-TLS13-1-2-2021-06"
STORE = "arn:aws:elasticloadbalancing:ap-southeast-1:123456789012:truststore/clients/1"
VERIFY = {
    "Mode": "verify",
    "TrustStoreArn": STORE,
    "IgnoreClientCertificateExpiry": False,
    "AdvertiseTrustStoreCaNames": "off",
}


@pytest.fixture
def bench(bench: Bench) -> Bench:
    return Bench(bench.name, bench.world, "elbv2.listener")


@pytest.fixture
def certificates(shared: World) -> list[str]:
    return sorted(imported(shared, f"{name}.example") for name in "abcd")


@pytest.fixture
def listener(bench: Bench, ground: Ground, certificates: list[str]) -> Make:
    balancer = ground.balancer(f"{bench.name}-alb")

    def wanted(**changes: Any) -> Resource:
        properties = {
            "LoadBalancerArn": balancer,
            "Port": 443,
            "Protocol": "HTTPS",
            "SslPolicy": POLICY,
            "Certificates": [{"CertificateArn": certificates[0]}],
            "ExtraCertificates": [],
            "MutualAuthentication": {"Mode": "off"},
            "DefaultActions": [NOT_FOUND],
        }
        return changed(Resource("elbv2.listener", "https", properties, {"team": "oak"}), changes)

    return wanted


def test_it_is_made_with_one_call(bench: Bench, listener: Make) -> None:
    wanted = listener()
    sent_ = {k: v for k, v in wanted.properties.items() if k != "ExtraCertificates"}
    check_sent(bench.apply(wanted), only("CreateListener", **sent_, Tags=bench.tags(wanted)))


def test_further_certificates_come_and_go_without_the_rest(
    bench: Bench, listener: Make, certificates: list[str]
) -> None:
    first, second, third = ([{"CertificateArn": arn}] for arn in certificates[1:])
    wanted = listener(ExtraCertificates=certificates[1:3])
    check_sent(
        bench.apply(wanted),
        sent("CreateListener"),
        sent("AddListenerCertificates", Certificates=[*first, *second]),
    )
    arn = bench.find(wanted).id
    bench.check(
        listener(ExtraCertificates=[certificates[3], certificates[2]]),
        writes=[
            only("AddListenerCertificates", ListenerArn=arn, Certificates=third),
            only("RemoveListenerCertificates", ListenerArn=arn, Certificates=first),
        ],
    )


def test_another_default_certificate_leaves_the_further_ones(
    bench: Bench, listener: Make, certificates: list[str]
) -> None:
    bench.apply(listener(ExtraCertificates=certificates[1:2]))
    other = [{"CertificateArn": certificates[2]}]
    wanted = listener(Certificates=other, ExtraCertificates=certificates[1:2])
    arn = bench.find(wanted).id
    bench.check(wanted, writes=[only("ModifyListener", ListenerArn=arn, Certificates=other)])


@pytest.mark.parametrize(
    "changes",
    [{"SslPolicy": OLD}, {"MutualAuthentication": {"Mode": "passthrough"}}],
    ids=["policy", "clients"],
)
def test_a_change_is_made_in_place_and_alone(
    bench: Bench, listener: Make, changes: dict[str, Any]
) -> None:
    bench.apply(listener())
    arn = bench.find(listener()).id
    bench.check(listener(**changes), writes=[only("ModifyListener", ListenerArn=arn, **changes)])


def test_clients_are_verified_and_no_longer(bench: Bench, listener: Make) -> None:
    bench.apply(listener(MutualAuthentication=VERIFY))
    bench.check(listener(), writes=[sent("ModifyListener", MutualAuthentication={"Mode": "off"})])


def test_a_plain_one_becomes_encrypted(bench: Bench, listener: Make, ground: Ground) -> None:
    plain = listener(
        Protocol="HTTP",
        **dict.fromkeys(
            ("SslPolicy", "Certificates", "ExtraCertificates", "MutualAuthentication"), ...
        ),
    )
    bench.apply(plain)
    check_sent(bench.apply(listener()), sent("ModifyListener", Protocol="HTTPS", SslPolicy=POLICY))


def policy_weakened(elbv2: Any, live: Live) -> None:
    elbv2.modify_listener(ListenerArn=live.id, SslPolicy=OLD)


def test_drift_is_shown_and_repaired(bench: Bench, listener: Make) -> None:
    bench.check_drift(
        listener(),
        policy_weakened,
        shown={"SslPolicy": (OLD, POLICY)},
        writes=[sent("ModifyListener", SslPolicy=POLICY)],
    )


def test_what_aws_answers_is_no_difference() -> None:
    """AWS says `off` where nothing was asked, and how a trust store is attached."""
    kind = KINDS["elbv2.listener"]
    silent = {"Protocol": "HTTPS", "DefaultActions": []}
    assert kind.canonical(silent)["MutualAuthentication"] == {"Mode": "off"}
    plain = {"Protocol": "HTTP", "DefaultActions": []}
    assert "MutualAuthentication" not in kind.canonical(plain)
