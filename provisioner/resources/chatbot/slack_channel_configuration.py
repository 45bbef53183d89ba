"""A Slack channel that is told what a topic says, by Amazon Q Developer in chat applications.

https://docs.aws.amazon.com/chatbot/latest/APIReference/API_CreateSlackChannelConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import DENIED, Aws, code_of
from provisioner.engine.diff import Rules
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import home_tags, sought, tag_list, tag_map
from provisioner.resources.sns._common import ANY

TAG = {"key": "TagKey", "value": "TagValue"}
NO_SERVICE = frozenset({"400", "404"})
"""The bare status of an answer without a code, as from an endpoint that lacks the service."""


class SlackChannelConfiguration(Kind):
    """Belongs to the account, not to a region. The workspace must have been let in by hand, once.

    The service subscribes itself to the topics, and unsubscribes when it is deleted.
    """

    name = "chatbot.slack_channel_configuration"
    api = Api(
        "chatbot", "CreateSlackChannelConfiguration", "UpdateSlackChannelConfiguration"
    )  # fmt: skip
    grants = (
        Grant("read", "chatbot:DescribeSlackChannelConfigurations"),
        Grant("create", "chatbot:CreateSlackChannelConfiguration"),
        Grant(
            "create",
            "chatbot:TagResource",
            "chatbot:chat-configuration/slack-channel/{ConfigurationName}",
        ),
        Grant(
            "update",
            "chatbot:TagResource",
            "chatbot:chat-configuration/slack-channel/{ConfigurationName}",
        ),
        Grant(
            "create",
            "iam:PassRole",
            "{=IamRoleArn}",
            when={"iam:PassedToService": "chatbot.amazonaws.com"},
        ),
        Grant(
            "update",
            "iam:PassRole",
            "{=IamRoleArn}",
            when={"iam:PassedToService": "chatbot.amazonaws.com"},
        ),
        Grant(
            "update",
            "chatbot:UpdateSlackChannelConfiguration",
            "chatbot:chat-configuration/slack-channel/{ConfigurationName}",
        ),
        Grant(
            "delete",
            "chatbot:DeleteSlackChannelConfiguration",
            "chatbot:chat-configuration/slack-channel/{ConfigurationName}",
        ),
    )
    fields = (
        "ConfigurationName", "SlackTeamId", "SlackChannelId", "SnsTopicArns", "IamRoleArn",
        "LoggingLevel", "GuardrailPolicyArns", "UserAuthorizationRequired",
    )  # fmt: skip
    identity = ("ConfigurationName",)
    name_limit = 128
    immutable = frozenset({"ConfigurationName", "SlackTeamId"})
    uses = frozenset({"sns.topic", "iam.role"})
    rules = Rules(unordered=frozenset({"SnsTopicArns", "GuardrailPolicyArns"}))
    replacement = "delete-first"
    retries = (
        # A role made a moment ago cannot be assumed everywhere yet.
        Retry("create", "InvalidRequestException", containing="role", seconds=60),
        Retry("update", "InvalidRequestException", containing="role", seconds=60),
    )
    exists = ("ConflictException",)
    absent = ("ResourceNotFoundException",)
    effects: ClassVar[Mapping[str, Effect]] = dict.fromkeys(fields, Effect.NONE)

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        """The index of a region may not have what belongs to none: a topic of ours is the hint."""
        if not sought(aws, scope, self.name, ANY):
            return
        try:
            found = aws.pages(
                "chatbot", "describe_slack_channel_configurations", "SlackChannelConfigurations"
            )
        except ClientError as error:
            if code_of(error) in DENIED | NO_SERVICE and not scope.wants(self.name):
                return  # who may not see them has not made one, nor has who cannot
            raise
        for item in found:
            tags = home_tags(tag_map(item.get("Tags"), **TAG), aws.region)
            if scope.ours(tags) or scope.near(self.name, item["ConfigurationName"]):
                yield self._live(item, tags)

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("chatbot").create_slack_channel_configuration(
            **self.request(want), Tags=tag_list(tags, **TAG)
        )
        return self._live(answer["ChannelConfiguration"], tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        changeable = {k: v for k, v in self.request(want).items() if k not in self.immutable}
        aws.client("chatbot").update_slack_channel_configuration(
            ChatConfigurationArn=live.id, **changeable
        )

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("chatbot").delete_slack_channel_configuration(ChatConfigurationArn=live.id)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("chatbot").tag_resource(ResourceARN=live.id, Tags=tag_list(tags, **TAG))

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        properties["UserAuthorizationRequired"] = item.get("UserAuthorizationRequired", False)
        arn = item["ChatConfigurationArn"]
        return Live(self.name, arn, tags, properties, {"Arn": arn})
