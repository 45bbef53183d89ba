from __future__ import annotations

import pytest

from provisioner.errors import LookupFailed
from provisioner.resources.lookups.account import account
from tests.cloud.world import World


@pytest.mark.parametrize("expected", [None, "123456789012"])
def test_the_account_is_told(shared: World, expected: str | None) -> None:
    assert account(shared.aws.snapshot(), {"expected": expected}) == {
        "Account": "123456789012",
        "Partition": "aws",
        "Region": "ap-southeast-1",
        "Caller": "arn:aws:sts::123456789012:user/moto",
    }


def test_another_account_is_refused(shared: World) -> None:
    words = "the spec is for account 999999999999, but these credentials are for 123456789012"
    with pytest.raises(LookupFailed, match=words):
        account(shared.aws.snapshot(), {"expected": "999999999999"})
