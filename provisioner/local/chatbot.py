"""Amazon Q Developer in chat applications, which moto does not have: Slack channels of topics.

https://docs.aws.amazon.com/chatbot/latest/APIReference/API_Operations.html
The service subscribes itself to the topics of a channel, as AWS's does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from moto.iam.models import get_account_id_from
from moto.sns.models import sns_backends

from .record import call_of, headers_of
from .wire import access_key, refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SERVICE = "chatbot"
ENDPOINT = "https://global.sns-api.chatbot.amazonaws.com"
Answer = tuple[int, dict[str, Any]]


class Refused(Exception):
    """An error answer of the service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Chatbot:
    """Answers for the service. Configurations are kept by their ARN."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Any]] = {}
        self._operations: dict[str, Callable[[str, dict[str, Any]], Answer]] = {
            "CreateSlackChannelConfiguration": self._create,
            "UpdateSlackChannelConfiguration": self._update,
            "DescribeSlackChannelConfigurations": self._describe,
            "DeleteSlackChannelConfiguration": self._delete,
            "TagResource": self._tag,
            "ListTagsForResource": self._tags,
        }

    def reset(self) -> None:
        """Forget every channel."""
        self._channels.clear()

    def before(self, app: WSGIApplication) -> WSGIApplication:
        """Return an application that passes on what is for another service."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            call = call_of(environ, b"")
            operation = self._operations.get(call.operation) if call.service == SERVICE else None
            if operation is None:
                return app(environ, start_response)
            return self._serve(operation, environ, start_response)

        return answer

    def _serve(
        self,
        operation: Callable[[str, dict[str, Any]], Answer],
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        headers = headers_of(environ)
        given = json.loads(environ["wsgi.input"].read() or b"{}")
        try:
            status, answer = operation(get_account_id_from(access_key(headers)), given)
            kind = {"Content-Type": "application/json"}
            body = json.dumps(answer).encode()
        except Refused as error:
            status = 400
            kind, body = refusal(headers, SERVICE, error.code, str(error))
        start_response(f"{status} -", list(kind.items()))
        return [body]

    def _create(self, account: str, given: dict[str, Any]) -> Answer:
        name = given["ConfigurationName"]
        arn = f"arn:aws:chatbot::{account}:chat-configuration/slack-channel/{name}"
        channels = {channel["SlackChannelId"] for channel in self._channels.values()}
        if arn in self._channels or given["SlackChannelId"] in channels:
            raise Refused("ConflictException", f"A configuration of {name} or its channel exists.")
        administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
        made = {
            "UserAuthorizationRequired": False,
            "LoggingLevel": "NONE",
            "GuardrailPolicyArns": [administrator],
            "SnsTopicArns": [],
            "Tags": [],
            **given,
            "ChatConfigurationArn": arn,
            "State": "ENABLED",
        }
        self._channels[arn] = made
        _subscribe(made["SnsTopicArns"])
        return 201, {"ChannelConfiguration": made}

    def _update(self, _: str, given: dict[str, Any]) -> Answer:
        channel = self._channel(given["ChatConfigurationArn"])
        channel.update(given)
        _subscribe(channel["SnsTopicArns"])
        return 200, {"ChannelConfiguration": channel}

    def _describe(self, account: str, _: dict[str, Any]) -> Answer:
        mine = [c for arn, c in sorted(self._channels.items()) if arn.split(":")[4] == account]
        return 200, {"SlackChannelConfigurations": mine}

    def _delete(self, _: str, given: dict[str, Any]) -> Answer:
        self._channel(given["ChatConfigurationArn"])
        del self._channels[given["ChatConfigurationArn"]]
        return 204, {}

    def _tag(self, _: str, given: dict[str, Any]) -> Answer:
        channel = self._channel(given["ResourceARN"])
        tags = {tag["TagKey"]: tag["TagValue"] for tag in (*channel["Tags"], *given["Tags"])}
        channel["Tags"] = [{"TagKey": key, "TagValue": tags[key]} for key in sorted(tags)]
        return 200, {}

    def _tags(self, _: str, given: dict[str, Any]) -> Answer:
        return 200, {"Tags": self._channel(given["ResourceARN"])["Tags"]}

    def _channel(self, arn: str) -> dict[str, Any]:
        if arn not in self._channels:
            raise Refused("ResourceNotFoundException", f"There is no {arn}.")
        return self._channels[arn]


def _subscribe(topics: Iterable[str]) -> None:
    for arn in topics:
        _, _, _, region, account, _ = arn.split(":")
        made = sns_backends[account][region].subscribe(arn, ENDPOINT, "https")
        made.confirmed = True
