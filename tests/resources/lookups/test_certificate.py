"""Which certificate is found for a domain, and the words when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.errors import LookupFailed
from provisioner.resources.lookups.certificate import certificate, covers
from tests.cloud.certificates import imported
from tests.cloud.world import World


def find(world: World, domain: str) -> dict[str, Any]:
    query = {"domain": domain, "field": "load_balancer.listeners.https"}
    return dict(certificate(world.aws.snapshot(), query))


@pytest.mark.parametrize("asked", ["shop.example", "www.shop.example", "a.cdn.shop.example"])
def test_any_of_its_names_will_do_and_a_wildcard(world: World, asked: str) -> None:
    arn = imported(world, "shop.example", "www.shop.example", "*.cdn.shop.example")
    assert find(world, asked) == {"Arn": arn, "Domain": "shop.example"}


def test_the_newest_is_taken(world: World) -> None:
    arns = [imported(world, "shop.example"), imported(world, "*.example", "shop.example")]
    assert find(world, "shop.example")["Arn"] in arns
    newest = max(
        world.client("acm").list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})[
            "CertificateSummaryList"
        ],
        key=lambda item: (item["ImportedAt"], item["CertificateArn"]),
    )
    assert find(world, "shop.example")["Arn"] == newest["CertificateArn"]


def test_one_that_expires_soon_is_told(world: World) -> None:
    arn = imported(world, "shop.example", days=29)
    words = f"the certificate for shop.example, {arn}, expires in 29 days"
    assert find(world, "shop.example")["Warnings"] == [words]


def test_one_that_is_not_issued_is_not_taken(world: World) -> None:
    world.client("acm").request_certificate(DomainName="shop.example")
    with pytest.raises(LookupFailed, match="there is none at all"):
        find(world, "shop.example")


def test_what_is_there_is_said(world: World) -> None:
    imported(world, "b.example", "a.example")
    with pytest.raises(LookupFailed) as caught:
        find(world, "shop.example")
    assert str(caught.value) == (
        "load_balancer.listeners.https: no issued certificate in ap-southeast-1 is for"
        " shop.example; there are: a.example, b.example; import or request one, or name one by"
        " its ARN"
    )


@pytest.mark.parametrize(
    ("name", "domain", "good"),
    [
        ("*.a.org", "b.a.org", True),
        ("*.a.org", "c.b.a.org", False),
        ("*.a.org", "a.org", False),
        ("*.a.org", "*.a.org", True),
        ("b.a.org", "*.a.org", False),
        ("*.org", "*.a.org", False),
    ],
)
def test_a_wildcard_stands_for_one_label(name: str, domain: str, *, good: bool) -> None:
    assert covers(name, domain) is good
