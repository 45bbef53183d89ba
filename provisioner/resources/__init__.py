"""Every resource type, and the only place that names an AWS operation.

An address names its file: `elbv2.target_group/app` is made by `elbv2/target_group.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.kind import Kind
from provisioner.resources.chatbot.slack_channel_configuration import SlackChannelConfiguration
from provisioner.resources.cloudwatch.alarm import Alarm
from provisioner.resources.cloudwatch.composite_alarm import CompositeAlarm
from provisioner.resources.cloudwatch.dashboard import Dashboard
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
from provisioner.resources.events.rule import Rule
from provisioner.resources.iam.role import Role
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.resources.sns.subscription import Subscription
from provisioner.resources.sns.topic import Topic
from provisioner.resources.ssm.parameter import Parameter

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Repository(),
        Secret(),
        Parameter(),
        LogGroup(),
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
        Topic(),
        Subscription(),
        SlackChannelConfiguration(),
        Rule(),
        Alarm(),
        CompositeAlarm(),
        Dashboard(),
    )
}
"""The registration: a new kind is one more line here."""
