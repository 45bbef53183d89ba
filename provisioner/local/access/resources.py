"""The table: which resources the operations act on, and what their actions are called.

Source: the Service Authorization Reference, see `actions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# botocore's client -> the prefix of its actions, where they differ.
PREFIXES = {
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "sesv2": "ses",
    "stepfunctions": "states",
}
# GetCallerIdentity is for everybody:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
FREE = frozenset({("sts", "GetCallerIdentity")})
# Operations whose actions have another name:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
NAMES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("s3", "DeleteBucketEncryption"): ("PutEncryptionConfiguration",),
    ("s3", "DeleteBucketLifecycle"): ("PutLifecycleConfiguration",),
    ("s3", "DeleteBucketOwnershipControls"): ("PutBucketOwnershipControls",),
    ("s3", "DeleteBucketTagging"): ("PutBucketTagging",),
    ("s3", "DeleteObjects"): ("DeleteObject", "DeleteObjectVersion"),
    ("s3", "DeletePublicAccessBlock"): ("PutBucketPublicAccessBlock",),
    ("s3", "GetBucketEncryption"): ("GetEncryptionConfiguration",),
    ("s3", "GetBucketLifecycle"): ("GetLifecycleConfiguration",),
    ("s3", "GetBucketLifecycleConfiguration"): ("GetLifecycleConfiguration",),
    ("s3", "GetPublicAccessBlock"): ("GetBucketPublicAccessBlock",),
    ("s3", "HeadBucket"): ("ListBucket",),
    ("s3", "HeadObject"): ("GetObject",),
    ("s3", "ListBuckets"): ("ListAllMyBuckets",),
    ("s3", "ListObjectVersions"): ("ListBucketVersions",),
    ("s3", "ListObjects"): ("ListBucket",),
    ("s3", "ListObjectsV2"): ("ListBucket",),
    ("s3", "PutBucketEncryption"): ("PutEncryptionConfiguration",),
    ("s3", "PutBucketLifecycle"): ("PutLifecycleConfiguration",),
    ("s3", "PutBucketLifecycleConfiguration"): ("PutLifecycleConfiguration",),
    ("s3", "PutPublicAccessBlock"): ("PutBucketPublicAccessBlock",),
}
# What an operation needs besides, in other services: the column Dependent actions.
ELSEWHERE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("wafv2", "AssociateWebACL"): ("elasticloadbalancing:SetWebAcl",),
    ("wafv2", "DisassociateWebACL"): ("elasticloadbalancing:SetWebAcl",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """Operations that fit the pattern act on `resource`.

    It is the resource part of an ARN with parameters in braces, of which the last word of a path or
    ARN counts, or `=PARAMETER` where the parameter is the ARN, or `KIND=PARAMETER` where what is
    acted on is that of which the parameter's ARN names a part. Lists mean one ARN for each.
    """

    operations: str
    resource: str


SERVICE = "service/{cluster}/{service}"
GROUP = "schedule-group/{Name}"
RESOURCES: dict[str, tuple[Row, ...]] = {
    "acm": (
        Row("(Request|List)Certificates?|.*AccountConfiguration", ""),
        Row(".*", "=CertificateArn"),
    ),
    "application-autoscaling": (
        Row("Describe.*", ""),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=ResourceARN"),
        Row(".*", "scalable-target/*"),
    ),
    "chatbot": (
        Row("Create.*|Describe.*", ""),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=ResourceARN"),
        Row(".*", "=ChatConfigurationArn"),
    ),
    "cloudwatch": (
        Row("Put(Metric|Composite)Alarm", "alarm:{AlarmName}"),
        Row("DeleteAlarms", "alarm:{AlarmNames}"),
        Row("(Put|Get)Dashboard", "dashboard/{DashboardName}"),
        Row("DeleteDashboards", "dashboard/{DashboardNames}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=ResourceARN"),
    ),
    "ecs": (
        Row("CreateCluster", "cluster/{clusterName}"),
        Row("DescribeClusters", "cluster/{clusters}"),
        Row("(Update|Delete)Cluster|UpdateClusterSettings|PutCluster.*", "cluster/{cluster}"),
        Row("CreateService", "service/{cluster}/{serviceName}"),
        Row("DescribeServices", "service/{cluster}/{services}"),
        Row("(Update|Delete)Service|ListServiceDeployments", SERVICE),
        Row("(Stop|Continue)ServiceDeployment", "=serviceDeploymentArn"),
        Row("(Stop|Continue)ServiceDeployment", "service=serviceDeploymentArn"),
        Row("DescribeServiceDeployments", "=serviceDeploymentArns"),
        Row("DescribeServiceDeployments", "service=serviceDeploymentArns"),
        Row("DescribeServiceRevisions", "=serviceRevisionArns"),
        Row("DescribeServiceRevisions", "service=serviceRevisionArns"),
        Row("RegisterTaskDefinition", "task-definition/{family}:*"),
        Row("RunTask", "task-definition/{taskDefinition}"),
        Row("DeleteTaskDefinitions", "task-definition/{taskDefinitions}"),
        Row("StopTask", "task/{cluster}/{task}"),
        Row("DescribeTasks", "task/{cluster}/{tasks}"),
        Row("ExecuteCommand", "cluster/{cluster}"),
        Row("ExecuteCommand", "task/{cluster}/{task}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=resourceArn"),
    ),
    "elbv2": (
        Row("Describe.*", ""),
        Row("CreateLoadBalancer", "loadbalancer/app/{Name}/*"),
        Row("CreateTargetGroup", "targetgroup/{Name}/*"),
        Row("CreateRule", "=ListenerArn"),
        Row("(Modify|Delete)Listener|ModifyListenerAttributes|.*ListenerCert.*", "=ListenerArn"),
        Row("(Modify|Delete)Rule", "=RuleArn"),
        Row("SetRulePriorities", "=RulePriorities.RuleArn"),
        Row(".*Target(Group|GroupAttributes|s)", "=TargetGroupArn"),
        Row("(Add|Remove)Tags", "=ResourceArns"),
        Row(".*", "=LoadBalancerArn"),
    ),
    "ec2": (
        Row("Describe.*", ""),
        Row("CreateSecurityGroup", "security-group/*"),
        Row("CreateSecurityGroup", "vpc/{VpcId}"),
        Row(".*SecurityGroup.*", "security-group/{GroupId}"),
        Row("(Create|Delete)Tags", "{kind}/{Resources}"),
        Row("CreateVpc", "vpc/*"),
        Row("(Modify|Delete)Vpc(Attribute)?", "vpc/{VpcId}"),
        Row("CreateSubnet", "subnet/*"),
        Row("CreateSubnet", "vpc/{VpcId}"),
        Row("(Modify|Delete)Subnet(Attribute)?", "subnet/{SubnetId}"),
        Row("CreateRouteTable", "route-table/*"),
        Row("CreateRouteTable", "vpc/{VpcId}"),
        Row("DeleteRouteTable|(Create|Replace|Delete)Route", "route-table/{RouteTableId}"),
        Row("DisassociateRouteTable|ReplaceRouteTableAssoc.*", "route-table/{RouteTableId}"),
        Row("AssociateRouteTable", "route-table/{RouteTableId}"),
        Row("AssociateRouteTable", "subnet/{SubnetId}"),
        Row("CreateInternetGateway", "internet-gateway/*"),
        Row("DeleteInternetGateway", "internet-gateway/{InternetGatewayId}"),
        Row("(At|De)tachInternetGateway", "internet-gateway/{InternetGatewayId}"),
        Row("(At|De)tachInternetGateway", "vpc/{VpcId}"),
        Row("AllocateAddress", "elastic-ip/*"),
        Row("ReleaseAddress", "elastic-ip/{AllocationId}"),
        Row("CreateNatGateway", "natgateway/*"),
        Row("CreateNatGateway", "subnet/{SubnetId}"),
        Row("CreateNatGateway", "elastic-ip/{AllocationId}"),
        Row("DeleteNatGateway", "natgateway/{NatGatewayId}"),
        Row("CreateVpcEndpoint", "vpc-endpoint/*"),
        Row("CreateVpcEndpoint", "vpc/{VpcId}"),
        Row("ModifyVpcEndpoint", "vpc-endpoint/{VpcEndpointId}"),
        Row("DeleteVpcEndpoints", "vpc-endpoint/{VpcEndpointIds}"),
    ),
    "events": (
        Row("ListRules", ""),
        Row("(Put|Delete)Rule", "rule/{Name}"),
        Row(".*Targets.*", "rule/{Rule}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=ResourceARN"),
    ),
    "iam": (
        Row(".*Role(Pol.*|Tags|Permissions.*)?|.*AssumeRolePolicy", "role/{RoleName}"),
        Row("CreateOpenIDConnectProvider", "oidc-provider/{Url}"),
        Row("ListOpenIDConnectProviders", ""),
        Row(".*OpenIDConnectProvider.*", "=OpenIDConnectProviderArn"),
    ),
    "logs": (
        Row("DescribeLogGroups", "log-group::log-stream:"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=resourceArn"),
        Row(
            "CreateLogStream|(Get|Put)LogEvents",
            "log-group:{logGroupName}:log-stream:{logStreamName}",
        ),
        Row(".*", "log-group:{logGroupName}:log-stream:"),
    ),
    "ecr": (
        Row("GetAuthorizationToken", ""),
        Row("DescribeRepositories", "repository/{repositoryNames}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=resourceArn"),
        Row(".*", "repository/{repositoryName}"),
    ),
    "route53": (
        Row("ListHostedZones", ""),
        Row("GetHostedZone", "hostedzone/{Id}"),
        Row("GetChange", "change/{Id}"),
        Row(".*ResourceRecordSets", "hostedzone/{HostedZoneId}"),
    ),
    "s3": (
        Row("ListBuckets", ""),
        Row("DeleteObjects", "{Bucket}/*"),
        Row("(Put|Get|Head|Delete)Object", "{Bucket}/{Key}"),
        Row(".*", "{Bucket}"),
    ),
    "scheduler": (
        Row("List(Schedules|ScheduleGroups)", ""),
        Row("(Create|Get|Delete)ScheduleGroup", GROUP),
        Row(".*Schedule", "schedule/{GroupName}/{Name}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=ResourceArn"),
    ),
    "secretsmanager": (
        Row("CreateSecret", "secret:{Name}"),
        Row("ListSecrets|GetRandomPassword|BatchGetSecretValue", ""),
        Row(".*", "secret:{SecretId}"),
    ),
    "servicediscovery": (
        Row("CreateService", "namespace/{NamespaceId}"),
        Row("(Update|Delete|Get).*Namespace", "namespace/{Id}"),
        Row("(Update|Delete|Get)Service", "service/{Id}"),
    ),
    "sns": (
        Row("ListTopics|Unsubscribe", ""),
        Row("CreateTopic", "{Name}"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=ResourceArn"),
        Row(".*", "=TopicArn"),
    ),
    "ssm": (
        Row("(Put|Get|Delete)Parameter", "parameter/{Name}"),
        Row("(Get|Delete)Parameters", "parameter/{Names}"),
        Row("(Add|Remove|List)Tags.*", "parameter/{ResourceId}"),
    ),
    "sts": (Row("AssumeRole", "=RoleArn"),),
    "wafv2": (
        Row("List(WebACLs|IPSets)", ""),
        Row("CreateIPSet", "regional/ipset/{Name}/*"),
        Row(".*IPSet", "regional/ipset/{Name}/{Id}"),
        Row("CreateWebACL", "regional/webacl/{Name}/*"),
        Row("(Get|Update|Delete)WebACL", "regional/webacl/{Name}/{Id}"),
        Row("AssociateWebACL", "=WebACLArn"),
        Row("AssociateWebACL", "=ResourceArn"),
        Row("PutLoggingConfiguration", "=LoggingConfiguration.ResourceArn"),
        Row("(Untag|Tag)Resource|ListTagsForResource", "=ResourceARN"),
        Row(".*", "=ResourceArn"),
    ),
}
# What a create needs besides if it brings tags.
TAGGING = {
    "acm": "acm:AddTagsToCertificate",
    "application-autoscaling": "application-autoscaling:TagResource",
    "chatbot": "chatbot:TagResource",
    "cloudwatch": "cloudwatch:TagResource",
    "ec2": "ec2:CreateTags",
    "ecr": "ecr:TagResource",
    "ecs": "ecs:TagResource",
    "elbv2": "elasticloadbalancing:AddTags",
    "events": "events:TagResource",
    "iam": "iam:TagRole",
    "logs": "logs:TagResource",
    "s3": "s3:TagResource",
    "scheduler": "scheduler:TagResource",
    "secretsmanager": "secretsmanager:TagResource",
    "servicediscovery": "servicediscovery:TagResource",
    "sns": "sns:TagResource",
    "ssm": "ssm:AddTagsToResource",
    "wafv2": "wafv2:TagResource",
}
# What is made and tagged, where the operation acts on what it is made in.
MADE = {
    "AuthorizeSecurityGroupEgress": "security-group-rule/*",
    "AuthorizeSecurityGroupIngress": "security-group-rule/*",
    "CreateListener": "listener/app/*/*/*",
    "CreateRule": "listener-rule/app/*/*/*/*",
    "CreateSlackChannelConfiguration": "chat-configuration/slack-channel/{ConfigurationName}",
    "CreateOpenIDConnectProvider": "oidc-provider/{Url}",
}
# What an EC2 id begins with -> its kind in an ARN.
KINDS = {
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
