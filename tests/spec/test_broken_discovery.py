"""Services that call what cannot be called: what is printed for them, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services:
  api: {image: nginx, port: 80}
  mute: {image: nginx}
"""
AT = "services.app.connects_to"


@pytest.mark.parametrize(
    ("called", "line"),
    [
        ("[db]", f"f:6:37: {AT}[0]: no service is called `db`; there is api or mute"),
        ("[app]", f"f:6:37: {AT}[0]: a service does not connect to itself"),
        ("[api, api]", f"f:6:42: {AT}[1]: `api` stands here twice"),
        ("[mute]", f"f:6:37: {AT}[0]: `mute` listens on no port; give it `port`"),
    ],
    ids=["nobody", "itself", "twice", "no port"],
)
def test_what_cannot_be_called_is_told(
    complaints: Callable[..., list[str]], called: str, line: str
) -> None:
    assert complaints(HEAD + f"  app: {{image: nginx, connects_to: {called}}}\n") == [line]


def test_a_namespace_is_a_domain(complaints: Callable[..., list[str]]) -> None:
    assert complaints(HEAD + "discovery: {namespace: Shop}\n") == [
        "f:6:24: discovery.namespace: expected a DNS name in lower case such as shop.internal,"
        " found 'Shop'"
    ]
