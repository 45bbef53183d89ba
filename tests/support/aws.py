"""A way to AWS that leads nowhere, and one whose answers are written down beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws

REGION = "eu-west-1"
NOWHERE = "http://127.0.0.1:1"
"""Nothing listens there: a request that is really sent fails with a connection error."""


def new_aws(*, read_only: bool = True) -> Aws:
    """A connection of its own, with clients of its own."""
    session = boto3.Session(
        region_name=REGION, aws_access_key_id="AKIAFAKE", aws_secret_access_key="fake"
    )
    return Aws(session, endpoint_url=NOWHERE, read_only=read_only)


@cache
def nowhere() -> Aws:
    """One read-only connection for everybody who sends nothing."""
    return new_aws()


def refusal(code: str, message: str = "", operation: str = "Operation") -> ClientError:
    """What boto3 raises when AWS says no."""
    return ClientError(
        {"Error": {"Code": code, "Message": message or f"{code} happened"}}, operation
    )


class Wire:
    """The place behind a client where requests would leave: notes them, answers in order."""

    def __init__(self, aws: Aws, service: str, answers: Iterable[dict[str, Any]] = ()) -> None:
        self.sent: list[str] = []
        self._answers = iter(answers)
        aws.client(service).meta.events.register("before-send", self._send)

    def _send(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        self.sent.append(event_name.rpartition(".")[2])
        body = json.dumps(next(self._answers, {})).encode()
        return AWSResponse(request.url, 200, {}, _Body(body))


class _Body:
    """The part of urllib3's response that botocore reads."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content
