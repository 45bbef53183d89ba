"""What following a rollout, and telling why it failed, must be allowed: in the service's words."""

from __future__ import annotations

from provisioner.engine.grant import Grant

PARTS = (
    "ecs:service/{cluster}/{serviceName} ecs:service-deployment/{cluster}/{serviceName}/* "
    "ecs:service-revision/{cluster}/{serviceName}/*"
)
FOLLOWED = (
    Grant(
        "read",
        "ecs:DescribeServices ecs:ListServiceDeployments ecs:DescribeServiceDeployments "
        "ecs:DescribeServiceRevisions",
        PARTS,
    ),
    Grant("read", "ecs:DescribeTasks", "ecs:task/{cluster}/*"),
    Grant(
        "read",
        "ecs:ListTasks ecs:DescribeTaskDefinition elasticloadbalancing:DescribeTargetHealth "
        "cloudwatch:DescribeAlarms",
    ),
    Grant("update", "ecs:StopServiceDeployment ecs:ContinueServiceDeployment", PARTS),
    Grant("exec", "ecs:ExecuteCommand", "ecs:cluster/{cluster} ecs:task/{cluster}/*"),
)
"""Those of a service; the log streams of its tasks are read with the log group's."""
