"""Why a task does not start, in AWS's words.

CannotPullContainerError: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/
task_cannot_pull_image.html; ResourceInitializationError: resource-initialization-error.html;
placement: service-event-messages-list.html. Where the pages shorten a text, the rest is what the
Fargate agent of platform version 1.4.0 has been seen to say (aws/copilot-cli#5927,
GiamPy5/terraform-aws-directus#10). `{…}` are filled in by `script`.
"""

from __future__ import annotations

PULL = "CannotPullContainerError: "
INIT = "ResourceInitializationError: "
RETRIEVED = (
    INIT + "unable to pull secrets or registry auth: execution resource retrieval failed: unable to"
    " retrieve "
)
REFUSED = "https response error StatusCode: 400, RequestID: {request}, "
DENIED = (
    "api error AccessDeniedException: User: {user} is not authorized to perform: {action} on"
    " resource: {resource} because no identity-based policy allows the {action} action"
)
# An address of those that are kept for documentation.
DIAL = "dial tcp 192.0.2.10:443: i/o timeout"

# The words are [unverified], the code is EC2's.
NO_ADDRESS = (
    "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment"
    " {public} in subnet '{subnet}': InsufficientFreeAddressesInSubnet"
)
NO_MANIFEST = (
    PULL + "pull image manifest has been retried 1 time(s): failed to resolve ref {image}:"
    " {image}: not found"
)
NO_PLATFORM = (
    PULL + "pull image manifest has been retried 7 time(s): image Manifest does not contain"
    " descriptor matching platform '{platform}'"
)
NO_REGISTRY = (
    PULL + "pull image manifest has been retried 7 time(s): failed to resolve ref {ref}: failed to"
    ' do request: Head "{manifest}": ' + DIAL
)
NO_LAYERS = (
    PULL + "The task cannot pull {image} from the registry {image}. There is a connection issue"
    " between the task and the registry. Check your task network configuration."
)
NO_ECR = (
    INIT + "unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon"
    " ECR: There is a connection issue between the task and Amazon ECR. Check your task network"
    " configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of"
    " attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post"
    ' "https://api.ecr.{region}.amazonaws.com/": ' + DIAL
)
NO_PULL = (
    RETRIEVED + "ecr registry auth: service call has been retried 1 time(s): operation error ECR:"
    " GetAuthorizationToken, "
    + REFUSED
    + DENIED.replace("{action}", "ecr:GetAuthorizationToken").replace("{resource}", "*")
)

NO_SECRET = (
    RETRIEVED + "secret from asm: service call has been retried 1 time(s): failed to fetch secret"
    " {secret} from secrets manager: operation error Secrets Manager: GetSecretValue, "
    + REFUSED
    + "{why}"
)
ABSENT = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
DENIED_SECRET = DENIED.replace("{action}", "secretsmanager:GetSecretValue").replace(
    "{resource}", "{secret}"
)
NO_KEY = (
    RETRIEVED + "secret from asm: retrieved secret from Secrets Manager did not contain json key"
    " {key}"
)
NO_PARAMETER = (
    RETRIEVED + "secrets from ssm: service call has been retried 1 time(s): invalid parameters:"
    " {why}"
)
NO_SECRETS_MANAGER = (
    RETRIEVED + "secret from asm: There is a connection issue between the task and AWS Secrets"
    " Manager. Check your task network configuration. failed to fetch secret {secret} from secrets"
    " manager: RequestCanceled: request context canceled caused by: context deadline exceeded"
)
NO_SSM = (
    INIT + "unable to pull secrets or registry auth: unable to retrieve secrets from ssm: The task"
    " cannot pull secrets from AWS Systems Manager. There is a connection issue between the task"
    " and AWS Systems Manager Parameter Store. Check your task network configuration."
    " RequestCanceled: request context canceled caused by: context deadline exceeded"
)

NO_LOGS = (
    INIT + "failed to validate logger args: create stream has been retried 1 times: failed to"
    " create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, "
    + REFUSED
    + "{why} : exit status 1"
)
ABSENT_GROUP = "ResourceNotFoundException: The specified log group does not exist."
DENIED_LOGS = DENIED.replace("{action}", "logs:CreateLogStream").replace("{resource}", "{group}")
NO_CLOUDWATCH = (
    INIT + "failed to validate logger args: The task cannot find the Amazon CloudWatch log group"
    " defined in the task definition. There is a connection issue between the task and Amazon"
    " CloudWatch. Check your network configuration. : signal: killed"
)

NO_CAPACITY = (
    "Capacity is unavailable at this time. Please try again later or in a different availability"
    " zone"
)

# Seconds that a task waits for what it cannot reach: nearly five minutes have been seen.
GIVES_UP_AFTER = 270.0
_WAITED = ("i/o timeout", "deadline exceeded", "signal: killed", "connection issue")


def patience(reason: str) -> float:
    """How long a task waits before it fails for this reason: what is refused fails at once."""
    return GIVES_UP_AFTER if any(words in reason for words in _WAITED) else 0
