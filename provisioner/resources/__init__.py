"""Every resource type, and the only place that names an AWS operation.

An address names its file: `elbv2.target_group/app` is made by `elbv2/target_group.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.kind import Kind
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.security_group_rule import SecurityGroupRule
from provisioner.resources.ecr.repository import Repository
from provisioner.resources.ecs.cluster import Cluster
from provisioner.resources.ecs.service import Service
from provisioner.resources.ecs.task_definition import TaskDefinition
from provisioner.resources.elbv2.listener import Listener
from provisioner.resources.elbv2.listener_rule import ListenerRule
from provisioner.resources.elbv2.load_balancer import LoadBalancer
from provisioner.resources.elbv2.rule_priorities import RulePriorities
from provisioner.resources.elbv2.target_group import TargetGroup
from provisioner.resources.iam.role import Role
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.s3.bucket import Bucket

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Repository(),
        LogGroup(),
        Bucket(),
        Role(),
        SecurityGroup(),
        SecurityGroupRule(),
        LoadBalancer(),
        TargetGroup(),
        Listener(),
        ListenerRule(),
        RulePriorities(),
        Cluster(),
        TaskDefinition(),
        Service(),
    )
}
"""The registration: a new kind is one more line here."""
