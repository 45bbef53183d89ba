"""The identity provider of an account: what moto does not know of it."""

from __future__ import annotations

from botocore.stub import Stubber

from provisioner.resources.iam._pipeline import provide
from tests.support.aws import new_aws

ARN = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"


def test_a_provider_that_is_there_learns_the_audience() -> None:
    aws = new_aws(read_only=False)
    with Stubber(aws.client("iam")) as stub:
        asked = {"OpenIDConnectProviderArn": ARN}
        stub.add_response("get_open_id_connect_provider", {"ClientIDList": ["theirs"]}, asked)
        stub.add_response(
            "add_client_id_to_open_id_connect_provider", {}, {**asked, "ClientID": "mine"}
        )
        done = list(provide(aws, ARN, "mine", {}))
        stub.assert_no_pending_responses()
    assert done == ["added audience mine to identity provider token.actions.githubusercontent.com"]
