"""A role with the policies that a test gives it, on the embedded cloud with IAM enforced."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from provisioner.api import Stack, connect
from provisioner.engine.policy import Statement, documents
from provisioner.local.control import ask
from tests.cloud.clock import HurriedClock
from tests.cloud.servers import ACCOUNT
from tests.cloud.world import REGION, World

NAME = "caller"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
}


class Caller:
    """Acts on a world's stack as the role; everybody else may do everything."""

    def __init__(self, world: World) -> None:
        self.world, self.endpoint = world, world.server.endpoint
        self._iam = world.client("iam")
        self._policies: list[str] = []
        made = self._iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(TRUST))
        session = world.client("sts").assume_role(
            RoleArn=made["Role"]["Arn"], RoleSessionName="test"
        )["Credentials"]
        self.keys = session["AccessKeyId"], session["SecretAccessKey"]
        self.environ = {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    def may(self, statements: Sequence[Statement]) -> None:
        """Have these statements and no others, in managed policies: a role's own are too short."""
        for policy in self._policies:
            self._iam.detach_role_policy(RoleName=NAME, PolicyArn=policy)
            self._iam.delete_policy(PolicyArn=policy)
        self._policies = []
        for number, document in enumerate(documents(statements)):
            made = self._iam.create_policy(
                PolicyName=f"caller-{number}", PolicyDocument=json.dumps(document)
            )
            self._policies.append(made["Policy"]["Arn"])
            self._iam.attach_role_policy(RoleName=NAME, PolicyArn=self._policies[-1])

    def forget(self) -> None:
        """Its policies are gone: the world is as it was before there were any."""
        self._policies = []

    def stack(self, *settings: str, **variables: str) -> Stack:
        """The world's stack, as the role sees it."""
        loaded = self.world.load(settings, variables)
        aws = connect(REGION, endpoint_url=self.world.tap.endpoint, access_key=self.keys)
        environment = self.world.environment
        return Stack(loaded.spec, environment=environment, aws=aws, clock=HurriedClock())

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Roles may do only what their policies allow, meanwhile."""
        ask(self.endpoint, "settings", {"enforce_iam": True})
        try:
            yield
        finally:
            ask(self.endpoint, "settings", {"enforce_iam": False})
