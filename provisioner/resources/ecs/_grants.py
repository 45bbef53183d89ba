"""What a service must be allowed, with what is told of its rollouts."""

from __future__ import annotations

from provisioner.engine.grant import Grant
from provisioner.rollout.grants import FOLLOWED

PASSED = (
    "{=loadBalancers.advancedConfiguration.roleArn} "
    "{=deploymentConfiguration.lifecycleHooks.roleArn} "
    "{=serviceConnectConfiguration.services.tls.roleArn}"
)
"""Roles that ECS acts in."""
GRANTS = (
    *FOLLOWED,
    Grant("read", "ecs:ListServices"),
    Grant("read", "ecs:DescribeServices", "ecs:service/{cluster}/{serviceName}"),
    Grant("create", "ecs:CreateService ecs:TagResource", "ecs:service/{cluster}/{serviceName}"),
    Grant(
        "create",
        "iam:PassRole",
        PASSED,
        when={"iam:PassedToService": "ecs.amazonaws.com"},
    ),
    Grant(
        "update",
        "iam:PassRole",
        PASSED,
        when={"iam:PassedToService": "ecs.amazonaws.com"},
    ),
    Grant("update", "ecs:UpdateService ecs:TagResource", "ecs:service/{cluster}/{serviceName}"),
    Grant("delete", "ecs:DeleteService", "ecs:service/{cluster}/{serviceName}"),
)
