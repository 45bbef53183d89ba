"""What somebody else does while a deployment of the demo goes on, on the embedded cloud.

`python specs/meanwhile.py continue|rollback|alarm|deploy|watch REGION CLUSTER SERVICE` waits for
the moment: a pause that wants an answer, the bake time, or just a deployment that has begun.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from provisioner.api import connect
from provisioner.cli.log import configure
from provisioner.cli.target import LOCAL_CREDENTIALS, local_cloud
from provisioner.engine.aws import Aws
from provisioner.rollout.follow import Watched, describe, look, proceed
from provisioner.rollout.state import Rollout

EVERY_SECONDS, LOOKS = 0.1, 1200


def paused(rollout: Rollout) -> bool:
    """A hook waits for somebody's word."""
    return bool(rollout.paused)


def baking(rollout: Rollout) -> bool:
    """All traffic has moved, and both versions still run."""
    return rollout.stage == "BAKE_TIME"


def begun(rollout: Rollout) -> bool:
    """ECS has a deployment under way."""
    return rollout.status == "IN_PROGRESS"


def answer(aws: Aws, rollout: Rollout, _: dict[str, Any], word: Any) -> None:
    """Continue or roll back."""
    proceed(aws, rollout.deployment, rollout.paused[0].id, word)


def ring(aws: Aws, _: Rollout, service: dict[str, Any]) -> None:
    """Let the first alarm of the deployment go off."""
    name = service["deploymentConfiguration"]["alarms"]["alarmNames"][0]
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason="Threshold Crossed: too many errors"
    )


def deploy(aws: Aws, rollout: Rollout, service: dict[str, Any]) -> None:
    """Bring the old version again, as another pipeline would its own."""
    aws.client("ecs").update_service(
        cluster=service["clusterArn"], service=service["serviceName"],
        taskDefinition=rollout.old, forceNewDeployment=True,
    )  # fmt: skip


def leave(_aws: Aws, _rollout: Rollout, _service: dict[str, Any]) -> None:
    """Do nothing: the caller waited for the moment."""


MOMENTS: dict[str, tuple[Callable[[Rollout], bool], Callable[..., None]]] = {
    "continue": (paused, lambda *seen: answer(*seen, "CONTINUE")),
    "rollback": (paused, lambda *seen: answer(*seen, "ROLLBACK")),
    "alarm": (baking, ring),
    "deploy": (begun, deploy),
    "watch": (begun, leave),
}


def main(what: str, region: str, cluster: str, service: str) -> None:
    """Wait for the moment, and act."""
    configure(0, "text")
    aws = connect(region, endpoint_url=local_cloud().endpoint, access_key=LOCAL_CREDENTIALS)
    ready, act = MOMENTS[what]
    watched = Watched(cluster, service)
    for _ in range(LOOKS):
        found = describe(aws, watched)
        rollout = look(aws, watched, found)
        if found and ready(rollout):
            act(aws.writable(), rollout, found)
            return
        time.sleep(EVERY_SECONDS)
    sys.exit(f"{service}: the moment for {what} never came: {rollout.words()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
