"""What SNS refuses about topics.

https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html and API_CreateTopic.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.core.utils import camelcase_to_underscores

from .rule import Params, Place, rows

ATTRIBUTE = re.compile(
    r"ArchivePolicy|ContentBasedDeduplication|DeliveryPolicy|DisplayName|FifoThroughputScope"
    r"|FifoTopic|KmsMasterKeyId|MaximumMessageSize|Policy|SignatureVersion|TracingConfig"
    r"|(Application|Firehose|HTTP|Lambda|SQS)"
    r"(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)"
)


def _unknown(params: Params, _: Place) -> str | None:
    """The text for CreateTopic is [unverified]."""
    for name in params.get("Attributes") or ():
        if not ATTRIBUTE.fullmatch(name):
            return f"Invalid parameter: Attributes Reason: Unknown attribute {name}"
    name = params.get("AttributeName")
    return None if name is None or ATTRIBUTE.fullmatch(name) else "Invalid parameter: AttributeName"


def _policy(params: Params, _: Place) -> str | None:
    given = {**(params.get("Attributes") or {})}
    if name := params.get("AttributeName"):
        given[name] = params.get("AttributeValue", "")
    text = given.get("Policy")
    if text and not isinstance(_read(text), dict):
        return "Invalid parameter: Policy Error: null"
    return None


def _twin(params: Params, place: Place) -> str | None:
    topics = place.of("sns").topics.values()
    found = next((each for each in topics if each.name == params["Name"]), None)
    if found is None:
        return None
    tags = {each["Key"]: each["Value"] for each in params.get("Tags") or ()}
    if not tags.items() <= vars(found)["_tags"].items():
        return "Invalid parameter: Tags Reason: Topic already exists with different tags"
    for name, value in (params.get("Attributes") or {}).items():
        if _read(getattr(found, camelcase_to_underscores(name), None)) != _read(value):
            return (
                "Invalid parameter: Attributes Reason: Topic already exists with different"
                " attributes"
            )
    return None


def _read(value: Any) -> Any:
    """Return what a policy says, or the text that is none; moto keeps some as true or false."""
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value


BOTH = ("CreateTopic", "SetTopicAttributes")
RULES = (
    *rows("SNS API", BOTH, "InvalidParameter", _unknown),
    *rows("SNS API", BOTH, "InvalidParameter", _policy),
    *rows("SNS API", ["CreateTopic"], "InvalidParameter", _twin),
)
