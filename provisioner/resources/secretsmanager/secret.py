"""A secret of Secrets Manager: its value is given once, when it is made, and never read.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from provisioner.engine.aws import Aws, says
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.engine.owner import RECOVERY, STACK
from provisioner.errors import StepFailed
from provisioner.resources._tags import indexed, sought, tag_list, tag_map
from provisioner.resources.secretsmanager._common import describe, key_id

ARNS = "secretsmanager/secret:"
SUFFIX = len("-AbCdEf")
GENERATE = "GenerateSecretString"
LONGEST_WINDOW_DAYS = 30
SCHEDULED = (
    "InvalidRequestException: scheduled for deletion",
    "InvalidRequestException: marked for deletion",
    "InvalidRequestException: marked deleted",
)
"""The name is that of a secret within its recovery window, in AWS's different words for that."""


class Secret(Kind):
    """`SecretString` is the value at first, or `GenerateSecretString` says how to make one.

    The latter has CloudFormation's shape: the arguments of GetRandomPassword, and with
    `GenerateStringKey` the key that the password gets in the JSON of `SecretStringTemplate`.
    Both must be `initial`: what is live has neither.
    """

    name = "secretsmanager.secret"
    api = Api("secretsmanager", "CreateSecret", "UpdateSecret")
    grants = (
        Grant("read", "secretsmanager:DescribeSecret", "secretsmanager:secret:{Name}"),
        Grant("create", "secretsmanager:GetRandomPassword"),
        Grant(
            "create",
            ("secretsmanager:CreateSecret secretsmanager:RestoreSecret secretsmanager:TagResource"),
            "secretsmanager:secret:{Name}",
        ),
        Grant("create", "kms:GenerateDataKey kms:Decrypt", "{=KmsKeyId}"),
        Grant("update", "kms:GenerateDataKey kms:Decrypt", "{=KmsKeyId}"),
        Grant(
            "update",
            "secretsmanager:UpdateSecret secretsmanager:TagResource",
            "secretsmanager:secret:{Name}",
        ),
        Grant("delete", "secretsmanager:DeleteSecret", "secretsmanager:secret:{Name}"),
    )
    fields = ("Name", "Description", "KmsKeyId", "SecretString")
    identity = ("Name",)
    name_limit = 512
    immutable = frozenset({"Name"})
    retries = (
        # A name is free only some time after a delete without a recovery window.
        Retry("create", "InvalidRequestException", containing="currently being deleted"),
    )
    exists = ("ResourceExistsException",)
    absent = ("ResourceNotFoundException", *SCHEDULED)
    effects: ClassVar[Mapping[str, Effect]] = {
        "Description": Effect.NONE,
        "KmsKeyId": Effect.NONE,
    }
    holds_data = True

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        if not sought(aws, scope, self.name, ARNS):
            return
        names = set(scope.names.get(self.name, ()))
        names |= {_name(arn) for arn in indexed(aws, scope, ARNS)}
        for item in aws.gather(lambda name: describe(aws, name), sorted(names)):
            if item is not None:
                yield self._live(item, tag_map(item.get("Tags")))

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        """One request, after another for the password; or what is in its recovery window."""
        client = aws.client("secretsmanager")
        request = {**self.request(want), "Tags": tag_list(tags)}
        if want.get(GENERATE):
            request["SecretString"] = _generated(client, want[GENERATE])
        try:
            answer = client.create_secret(**request)
        except ClientError as error:
            if not says(error, SCHEDULED):
                raise
            return self._restored(client, want["Name"], tags, error)
        return self._live({**want, "ARN": answer["ARN"]}, tags)

    def _restored(self, client: Any, name: str, tags: Tags, error: ClientError) -> Live:
        """The secret that had the name, with the value it had: it was ours."""
        found = client.describe_secret(SecretId=name)
        if tag_map(found.get("Tags")).get(STACK) != tags[STACK]:
            raise StepFailed(
                f"Name: {name} is taken by a secret that is scheduled for deletion and has no"
                f" {STACK} tag of this stack; restore it, wait until it is gone, or write another"
                " name into the spec",
                "InvalidRequestException",
            ) from error
        client.restore_secret(SecretId=found["ARN"])
        client.tag_resource(SecretId=found["ARN"], Tags=tag_list(tags))
        return self._live(found, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Whatever changes, the value stays. AWS takes an empty key for its own."""
        changed = {
            name: want[name] or "" for name in ("Description", "KmsKeyId") if touched(changes, name)
        }
        if changed:
            aws.client("secretsmanager").update_secret(SecretId=live.id, **changed)

    def delete(self, aws: Aws, live: Live) -> None:
        """It can be restored until its recovery window is over, with force or without."""
        aws.client("secretsmanager").delete_secret(
            SecretId=live.id, RecoveryWindowInDays=_window(live)
        )

    def parting(self, live: Live) -> str:
        return f"can be restored for {_window(live)} days"

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("secretsmanager").tag_resource(SecretId=live.id, Tags=tag_list(tags))

    def canonical(self, properties: Properties) -> Properties:
        if not properties.get("KmsKeyId"):
            return properties
        return {**properties, "KmsKeyId": key_id(properties["KmsKeyId"])}

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) or None for name in ("Name", "Description", "KmsKeyId")}
        outputs = {"Arn": item["ARN"], "Name": item["Name"]}
        return Live(self.name, item["ARN"], tags, properties, outputs)


def _name(arn: str) -> str:
    """An ARN ends in the name, a hyphen and six characters."""
    return arn.split(":", 6)[6][:-SUFFIX]


def _generated(client: Any, how: Mapping[str, Any]) -> str:
    """A new value, which is known here and in AWS, and nowhere else."""
    named = {"SecretStringTemplate", "GenerateStringKey"}
    arguments = {name: value for name, value in how.items() if name not in named}
    password: str = client.get_random_password(**arguments)["RandomPassword"]
    if not how.get("GenerateStringKey"):
        return password
    template = json.loads(how.get("SecretStringTemplate") or "{}")
    return json.dumps({**template, how["GenerateStringKey"]: password})


def _window(live: Live) -> int:
    """The days that its tag says: the spec may have forgotten it when it is deleted."""
    written = live.tags.get(RECOVERY, "")
    return int(written) if written.isdecimal() else LONGEST_WINDOW_DAYS
