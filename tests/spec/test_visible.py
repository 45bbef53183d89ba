"""A value that only looks like a credential can be allowed by name."""

from __future__ import annotations

from tests.spec.conftest import Complaints

SPEC = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services:
  app: {image: nginx, environment: {A: "http://u:p@h", B: "http://u:p@h"}, visible: [A]}
"""


def test_only_the_one_that_is_named_may_be_seen(complaints: Complaints) -> None:
    (line,) = complaints(SPEC)
    assert "services.app.environment.B: this looks like a URL with a password" in line
