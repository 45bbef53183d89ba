"""Every resource type, and the only place that names an AWS operation.

An address names its file: `elbv2.target_group/app` is made by `elbv2/target_group.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.kind import Kind
from provisioner.resources.acm.certificate import Certificate
from provisioner.resources.application_autoscaling.scalable_target import ScalableTarget
from provisioner.resources.application_autoscaling.scaling_policy import ScalingPolicy
from provisioner.resources.application_autoscaling.scheduled_action import ScheduledAction
from provisioner.resources.chatbot.slack_channel_configuration import SlackChannelConfiguration
from provisioner.resources.cloudwatch.alarm import Alarm
from provisioner.resources.cloudwatch.composite_alarm import CompositeAlarm
from provisioner.resources.cloudwatch.dashboard import Dashboard
from provisioner.resources.ec2.elastic_ip import ElasticIp
from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.nat_gateway import NatGateway
from provisioner.resources.ec2.route_table import RouteTable
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.security_group_rule import SecurityGroupRule
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.ec2.vpc_endpoint import VpcEndpoint
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
from provisioner.resources.route53.record_set import RecordSet
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.scheduler.schedule import Schedule
from provisioner.resources.scheduler.schedule_group import ScheduleGroup
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.resources.servicediscovery.namespace import Namespace
from provisioner.resources.servicediscovery.service import Service as DiscoveryService
from provisioner.resources.sns.subscription import Subscription
from provisioner.resources.sns.topic import Topic
from provisioner.resources.ssm.parameter import Parameter
from provisioner.resources.wafv2.ip_set import IpSet
from provisioner.resources.wafv2.web_acl import WebAcl
from provisioner.resources.wafv2.web_acl_association import WebAclAssociation

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Repository(),
        Secret(),
        Parameter(),
        LogGroup(),
        Bucket(),
        Role(),
        Certificate(),
        SecurityGroup(),
        SecurityGroupRule(),
        Vpc(),
        Subnet(),
        InternetGateway(),
        ElasticIp(),
        NatGateway(),
        RouteTable(),
        VpcEndpoint(),
        LoadBalancer(),
        TargetGroup(),
        Listener(),
        ListenerRule(),
        RulePriorities(),
        IpSet(),
        WebAcl(),
        WebAclAssociation(),
        Cluster(),
        TaskDefinition(),
        Namespace(),
        DiscoveryService(),
        Service(),
        RecordSet(),
        ScalableTarget(),
        ScalingPolicy(),
        ScheduledAction(),
        ScheduleGroup(),
        Schedule(),
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
