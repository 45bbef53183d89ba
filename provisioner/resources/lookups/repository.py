"""An ECR repository that exists, by name.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed


def repository(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The `Uri` and `Arn` of the repository `query["name"]` of this account and region."""
    try:
        answer = aws.client("ecr").describe_repositories(repositoryNames=[query["name"]])
    except ClientError as error:
        if says(error, ("RepositoryNotFoundException",)):
            words = (
                f"there is no repository {query['name']} in {aws.region}; "
                "name one that exists, or leave out `existing` to have it made"
            )
            raise LookupFailed(words) from error
        raise
    (found,) = answer["repositories"]
    return {"Uri": found["repositoryUri"], "Arn": found["repositoryArn"]}
