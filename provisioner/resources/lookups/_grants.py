"""What the lookups must be allowed to read; `{name}` is that of their query."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.grant import Grant

BALANCERS = Grant(
    "read",
    "elasticloadbalancing:DescribeLoadBalancers elasticloadbalancing:DescribeTags "
    "elasticloadbalancing:DescribeListeners elasticloadbalancing:DescribeRules "
    "elasticloadbalancing:DescribeListenerCertificates",
)
ZONES = Grant("read", "route53:ListHostedZones")
CERTIFICATES = Grant("read", "acm:ListCertificates acm:DescribeCertificate")
GROUPS = Grant("read", "ec2:DescribeSecurityGroups ec2:DescribeSecurityGroupRules")
NETWORK = Grant("read", "ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeRouteTables")

GRANTS: Mapping[str, tuple[Grant, ...]] = {
    "account": (),  # GetCallerIdentity is for everybody
    "certificate": (CERTIFICATES,),
    "cluster": (Grant("read", "ecs:DescribeClusters tag:GetResources"),),
    "hosted_zone": (ZONES,),
    "image": (Grant("read", "ecr:DescribeImages", "ecr:repository/{name}"),),
    "listener": (BALANCERS,),
    "load_balancer": (BALANCERS, GROUPS),
    "log_group": (Grant("read", "logs:DescribeLogGroups"),),
    "namespace": (
        Grant(
            "read",
            "servicediscovery:ListNamespaces servicediscovery:ListTagsForResource "
            "route53:GetHostedZone",
        ),
    ),
    "network": (NETWORK,),
    "reachability": (NETWORK, GROUPS, Grant("read", "ec2:DescribeVpcEndpoints")),
    "repository": (Grant("read", "ecr:DescribeRepositories"),),
    "role": (Grant("read", "iam:GetRole", "iam:role/{name}"),),
    "secret": (
        Grant("read", "secretsmanager:ListSecrets"),
        Grant("read", "secretsmanager:DescribeSecret", "secretsmanager:secret:{name}"),
    ),
    "web_acl": (Grant("read", "wafv2:ListWebACLs wafv2:GetWebACL"),),
    "security_group": (GROUPS,),
    "topic": (Grant("read", "sns:ListTopics"),),
    "zones": (Grant("read", "ec2:DescribeAvailabilityZones"),),
}
