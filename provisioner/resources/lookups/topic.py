"""An SNS topic that exists, by name or tags.

https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.aws import Aws
from provisioner.engine.model import Properties
from provisioner.resources._tags import arns_with
from provisioner.resources.lookups._one import only


def topic(aws: Aws, query: Properties) -> Mapping[str, Any]:
    """The `Arn` of the topic of `name` or `tags`."""
    if query["name"]:
        there = [str(item["TopicArn"]) for item in aws.pages("sns", "list_topics", "Topics")]
        found = [arn for arn in there if arn.rsplit(":", 1)[1] == query["name"]]
    else:
        found = arns_with(aws, "sns", query["tags"])
    end = f" in {aws.region}; name one that exists, or leave out `topic` to have one made"
    return {"Arn": only(found, query, "topic", found, end)}
