"""A cluster that exists, by name.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.errors import LookupFailed


def cluster(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The `Arn` of the cluster `query["name"]`; one that was deleted stays visible, INACTIVE."""
    answer = aws.client("ecs").describe_clusters(clusters=[query["name"]])
    for found in answer["clusters"]:
        if found["status"] == "ACTIVE":
            return {"Arn": found["clusterArn"]}
    raise LookupFailed(
        f"there is no cluster {query['name']} in {aws.region}; "
        "name one that exists, or leave out `cluster.existing` to have it made"
    )
