"""A cluster that exists, by name or tags.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.resources.ecs._common import shared_clusters
from provisioner.resources.lookups._one import only

INSTEAD = "name one that exists, or leave out `cluster.existing` to have it made"


def cluster(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """`Arn` and `Name` of the cluster of `name` or `tags`; a deleted one stays, INACTIVE."""
    names = shared_clusters(aws, query)
    found = []
    if names:
        answer = aws.client("ecs").describe_clusters(clusters=names)["clusters"]
        found = [one for one in answer if one["status"] == "ACTIVE"]
    there = [str(one["clusterName"]) for one in found]
    one = only(found, query, "cluster", there, f" in {aws.region}; {INSTEAD}")
    return {"Arn": one["clusterArn"], "Name": one["clusterName"]}
