"""moto's SNS and EventBridge: an outbox, mail that waits for its confirmation, rules with tags.

moto 5.2.5 confirms every subscription at once, calls the addresses of HTTP subscriptions, and
indexes event buses but not rules. Nothing leaves the machine here: what would, is in the outbox.
https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, cast

from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult
from moto.events import urls as events_urls
from moto.events.models import EventsBackend, events_backends
from moto.sns import urls as sns_urls
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, Subscription, sns_backends
from moto.sns.responses import SNSResponse

from ._extension import Extension
from .settings import Settings

PENDING = "PendingConfirmation"
# As many messages are kept in each region's outbox.
KEPT = 1000
# What moto would call, or carries no further.
OUTSIDE = ("http", "https", "email", "email-json", "sms")


def install(settings: Settings) -> None:
    """Put these in the place of moto's, before moto has made a backend."""
    Topics.settings = settings
    sns_backends.backend = Topics
    sns_urls.url_paths["{0}/$"] = TopicsApi.dispatch
    events_backends.backend = Rules


class Topics(Extension, SNSBackend):
    """One region's topics."""

    urls_of = sns_urls
    settings: ClassVar[Settings] = Settings()

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.outbox: list[dict[str, Any]] = []

    def publish(self, message: str, arn: str | None, *args: Any, **kwargs: Any) -> str:
        """Publish: to queues as moto does, to everybody else into the outbox."""
        topic = self.topics.get(arn or "")
        if topic is None:
            return super().publish(message, arn, *args, **kwargs)
        held = {
            key: each
            for key, each in self.subscriptions.items()
            if each.topic is topic and each.protocol in OUTSIDE
        }
        for key in held:
            del self.subscriptions[key]
        try:
            made = super().publish(message, arn, *args, **kwargs)
        finally:
            self.subscriptions.update(held)
        subject = kwargs.get("subject") or ""
        self._keep(topic.arn, message, self.settings.clock.now(), subject=subject, sender="Publish")
        return made

    def deliver(self, arn: str, message: str, *, at: float, sender: str, subject: str = "") -> None:
        """Take a message of another service; one for a topic that is not there is lost."""
        if arn in self.topics:
            self._keep(arn, message, at, subject=subject, sender=sender)

    def _keep(self, arn: str, message: str, at: float, *, subject: str, sender: str) -> None:
        mine = [each for each in self.subscriptions.values() if each.topic.arn == arn]
        kept = {
            "time": at,
            "topic": arn,
            "subject": subject,
            "message": message,
            "sender": sender,
            "to": sorted(each.endpoint for each in mine if each.confirmed and each.arn != PENDING),
        }
        self.outbox = [*self.outbox, kept][-KEPT:]

    def subscribe(self, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        """Subscribe; an e-mail address has no subscription of a name before it has agreed."""
        made = super().subscribe(topic_arn, endpoint, protocol)
        if protocol.startswith("email") and not made.confirmed:
            made.arn = PENDING
        return made

    def list_subscriptions_by_topic(
        self, topic_arn: str, next_token: str | None = None
    ) -> tuple[list[Subscription], int | None]:
        """List them; moto would take all that wait for one."""
        topic = self.get_topic(topic_arn)
        return [one for one in self.subscriptions.values() if one.topic == topic], None

    def unsubscribe(self, subscription_arn: str) -> None:
        """Take a subscription back; one that waits cannot be named."""
        if not subscription_arn.startswith("arn:"):
            raise SNSInvalidParameter("Invalid parameter: SubscriptionArn")
        super().unsubscribe(subscription_arn)

    def confirm(self, topic_arn: str, endpoint: str) -> str:
        """Agree in the name of an endpoint."""
        for arn, waiting in self.subscriptions.items():
            if (waiting.topic.arn, waiting.endpoint) == (topic_arn, endpoint):
                waiting.arn, waiting.confirmed = arn, True
                return str(arn)
        raise SNSInvalidParameter("Invalid parameter: Token")


class TopicsApi(SNSResponse):
    """One request. The public methods are operations."""

    def confirm_subscription(self) -> ActionResult:
        """Confirm a subscription. The token of an address is the address: no mail is sent."""
        backend = cast("Topics", sns_backends[self.current_account][self.region])
        arn = backend.confirm(self._get_param("TopicArn"), self._get_param("Token"))
        return ActionResult({"SubscriptionArn": arn})


class Rules(Extension, EventsBackend):
    """One region's event buses."""

    urls_of = events_urls

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield the buses and the rules."""
        yield from super().iter_tagged_resources()
        for bus in self.event_buses.values():
            for rule in bus.rules.values():
                tags = self.tagger.get_tag_dict_for_resource(rule.arn)
                yield TaggedResource(rule.arn, tags, "events:rule")
