"""The life of the OakTree stack, on every server."""

from __future__ import annotations

import pytest

from tests.cloud.servers import EVERY_SERVER
from tests.cloud.world import World, changes

every_server = pytest.mark.parametrize("server_name", EVERY_SERVER)


@every_server
def test_what_was_applied_needs_no_change(world: World) -> None:
    first = world.apply()
    print(first.operations)
    world.check_settled()
    print(world.owned())
    print(world.apply(image_tag="v2").operations)
    print(world.apply("services.app.port=8080").operations)
    print([str(c) for c in world.tap.calls() if c.error]); print(world.teardown().operations)
    print(world.owned())
