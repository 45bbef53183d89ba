"""AWS's own words over and beside the spec's: they come, settle, are repaired and go."""

from __future__ import annotations

from tests.cloud.world import World, changes, fields

MORE = "logs.log_group/audit"
RAW = (
    f'resources={{"{MORE}": {{logGroupName: /audit/oaktree-dev, retentionInDays: 7}}}}',
    'overrides={"ecs.service/app": {deploymentConfiguration: {maximumPercent: 150}}}',
)


def test_what_is_raw_comes_is_repaired_and_goes(world: World) -> None:
    world.apply()
    before = world.owned()
    assert sorted(changes(world.plan(*RAW))) == [f"create {MORE}", "update ecs.service/app"]
    world.apply(*RAW)
    world.check_settled(*RAW)
    assert world.owned().keys() - before.keys() == {MORE}

    logs = world.client("logs")
    logs.put_retention_policy(logGroupName="/audit/oaktree-dev", retentionInDays=1)
    assert fields(world.plan(*RAW), MORE) == {"retentionInDays": (1, 7)}
    world.apply(*RAW)
    world.check_settled(*RAW)

    world.apply()
    assert world.owned() == before
    world.check_settled()
    world.teardown()
    assert world.owned() == {}
