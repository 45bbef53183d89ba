from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from provisioner.engine.aws import HOMES, says
from provisioner.engine.model import Live, Resource
from provisioner.engine.owner import REGION
from provisioner.errors import NotOwned, PlanError
from provisioner.resources import KINDS
from tests.cloud.bench import Bench, changed
from tests.cloud.sent import Sent, check_sent, sent
from tests.support.aws import nowhere

Make = Callable[..., Resource]
ROLE = "arn:aws:iam::123456789012:role/slack"
GUARDRAIL = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"


@pytest.fixture
def slack(bench: Bench) -> Make:
    topic = bench.client("sns").create_topic(Name=f"x{bench.name}")["TopicArn"]

    def wanted(**changes: Any) -> Resource:
        properties = {
            "ConfigurationName": f"{bench.name}-slack",
            "SlackTeamId": "T0001",
            "SlackChannelId": f"C{bench.name.upper()}",
            "SnsTopicArns": [topic],
            "IamRoleArn": ROLE,
            "LoggingLevel": "ERROR",
            "GuardrailPolicyArns": [GUARDRAIL],
        }
        tags = {"team": "oak", REGION: bench.aws.region}
        return changed(
            Resource("chatbot.slack_channel_configuration", "main", properties, tags), changes
        )

    return wanted


def test_it_is_made_with_its_tags_and_guardrail(bench: Bench, slack: Make) -> None:
    (call,) = bench.apply(slack())
    assert call.operation == "CreateSlackChannelConfiguration"


def test_another_channel_is_a_change_in_place(bench: Bench, slack: Make) -> None:
    bench.apply(slack())
    other = slack(SlackChannelId=f"D{bench.name.upper()}")
    bench.check(other, writes=[sent("UpdateSlackChannelConfiguration")])


def test_another_workspace_must_be_asked_for(bench: Bench, slack: Make) -> None:
    bench.apply(slack())
    other = slack(SlackTeamId="T0002")
    with pytest.raises(PlanError, match="--replace"):
        bench.plan(other)
    check_sent(
        bench.apply(other, replaceable=[other.address]),
        sent("DeleteSlackChannelConfiguration"),
        sent("CreateSlackChannelConfiguration"),
    )


def louder(chatbot: Any, live: Live) -> None:
    chatbot.update_slack_channel_configuration(
        ChatConfigurationArn=live.id,
        SlackChannelId=live.properties["SlackChannelId"],
        GuardrailPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"],
    )


@pytest.mark.parametrize(
    ("spoil", "write"), [(louder, sent("UpdateSlackChannelConfiguration"))], ids=["guardrail"]
)
def test_drift_is_shown_and_repaired(
    bench: Bench, slack: Make, spoil: Callable[[Any, Live], None], write: Sent
) -> None:
    shown = {"GuardrailPolicyArns.0": ("arn:aws:iam::aws:policy/AdministratorAccess", GUARDRAIL)}
    bench.check_drift(slack(), spoil, shown=shown, writes=[write])


def test_deleting_it_twice_is_fine(bench: Bench, slack: Make) -> None:
    """It may not be in the index of the region, where `delete_twice` would look for it."""
    bench.apply(slack())
    live, kind, aws = bench.find(slack()), KINDS[bench.kind], bench.aws.writable()
    kind.delete(aws, live)
    with pytest.raises(ClientError) as caught:
        kind.delete(aws, live)
    assert says(caught.value, kind.absent)


def test_another_tag_is_set_without_the_rest(bench: Bench, slack: Make) -> None:
    bench.check_retag(slack(), sent("TagResource"))


def test_one_of_somebody_else_is_refused(bench: Bench, slack: Make) -> None:
    wanted = slack()
    bench.client("chatbot").create_slack_channel_configuration(**wanted.properties)
    with pytest.raises(NotOwned, match="no ownership tags"):
        bench.plan(wanted)


def test_it_is_asked_where_the_service_answers() -> None:
    """It has endpoints in a few regions; ours may be another."""
    assert nowhere().client("chatbot").meta.region_name in HOMES["chatbot"]
