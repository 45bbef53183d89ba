"""Tags of what others have, some of which may go while they are read."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from provisioner.resources.elbv2._existing import tags_by_arn
from tests.cloud.world import World


@pytest.mark.parametrize("gone", [0, 7, 24])
def test_what_has_gone_meanwhile_has_no_tags(world: World, gone: int) -> None:
    """DescribeTags fails as a whole for one ARN that is not there."""
    elb = world.client("elbv2")
    made = [
        elb.create_target_group(
            Name=f"theirs-{number}",
            TargetType="lambda",
            Tags=[{"Key": "number", "Value": str(number)}],
        )["TargetGroups"][0]["TargetGroupArn"]
        for number in range(25)
    ]
    elb.delete_target_group(TargetGroupArn=made[gone])
    found = tags_by_arn(world.aws.snapshot(), made)
    left = {arn: {"number": str(n)} for n, arn in enumerate(made) if n != gone}
    assert found == left


def test_another_error_is_no_answer(world: World) -> None:
    with pytest.raises(ClientError):
        tags_by_arn(world.aws.snapshot(), ["arn:aws:elasticloadbalancing:nonsense"] * 21)
