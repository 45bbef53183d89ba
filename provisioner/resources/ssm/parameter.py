"""A parameter of Parameter Store: a String as declared, a SecureString whose value is left alone.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from provisioner.engine.aws import Aws
from provisioner.engine.grant import Grant
from provisioner.engine.kind import Api, Effect, Kind, Retry, Scope, touched
from provisioner.engine.model import Change, Live, Properties, Tags
from provisioner.resources._tags import batches, indexed, sought, tag_list, tag_map, tags_of
from provisioner.resources.secretsmanager._common import key_id

PARAMETERS = "ssm/parameter/"
DESCRIBED = 50
READ = 10
"""How many names DescribeParameters filters by, and how many GetParameters reads."""
FIRST_VERSION = 1
OWN_KEY = "alias/aws/ssm"
"""What a SecureString is encrypted with where no key was named."""


class Parameter(Kind):
    """`Value` of a SecureString must be `initial`: only a String's is ever read."""

    name = "ssm.parameter"
    api = Api("ssm", "PutParameter", "PutParameter")
    grants = (
        Grant("read", "ssm:DescribeParameters"),
        Grant("read", "ssm:GetParameters ssm:ListTagsForResource", "ssm:parameter/{Name}"),
        Grant("create", "ssm:PutParameter ssm:AddTagsToResource", "ssm:parameter/{Name}"),
        Grant("update", "ssm:PutParameter ssm:AddTagsToResource", "ssm:parameter/{Name}"),
        Grant("create", "kms:Encrypt kms:GenerateDataKey", "{=KeyId}"),
        Grant("update", "kms:Encrypt kms:GenerateDataKey", "{=KeyId}"),
        Grant("delete", "ssm:DeleteParameter", "ssm:parameter/{Name}"),
    )
    fields = ("Name", "Type", "Value", "KeyId")
    identity = ("Name",)
    name_limit = 1011
    # Another key would need the value, and a type cannot be changed.
    immutable = frozenset({"Name", "Type", "KeyId"})
    retries = (
        Retry("create", "TooManyUpdates", seconds=60),
        Retry("update", "TooManyUpdates", seconds=60),
    )
    exists = ("ParameterAlreadyExists",)
    absent = ("ParameterNotFound",)
    effects: ClassVar[Mapping[str, Effect]] = {"Value": Effect.NONE}
    holds_data = True

    def observe(self, aws: Aws, scope: Scope) -> Iterator[Live]:
        if not sought(aws, scope, self.name, PARAMETERS):
            return
        names = set(scope.names.get(self.name, ()))
        names |= {_name(arn) for arn in indexed(aws, scope, PARAMETERS)}

        def find(some: list[str]) -> list[dict[str, Any]]:
            return aws.pages(
                "ssm",
                "describe_parameters",
                "Parameters",
                ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": some}],
            )

        found = [
            item
            for some in aws.gather(find, batches(_spellings(names), DESCRIBED))
            for item in some
        ]
        tags = aws.gather(lambda item: self._tags(aws, scope, item), found)
        ours = [item for item, some in zip(found, tags, strict=True) if scope.ours(some)]
        values = self._values(aws, [one["Name"] for one in ours if one["Type"] != "SecureString"])
        for item, some in zip(found, tags, strict=True):
            yield self._live({**item, "Value": values.get(item["Name"])}, some)

    def _tags(self, aws: Aws, scope: Scope, item: Mapping[str, Any]) -> Tags:
        def ask(_arn: str) -> Tags:
            answer = aws.client("ssm").list_tags_for_resource(
                ResourceType="Parameter", ResourceId=item["Name"]
            )
            return tag_map(answer["TagList"])

        return tags_of(aws, scope, item.get("ARN", ""), ask)

    def _values(self, aws: Aws, names: list[str]) -> dict[str, str]:
        def read(some: list[str]) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = aws.client("ssm").get_parameters(Names=some)["Parameters"]
            return found

        pages = aws.gather(read, batches(sorted(names), READ))
        return {item["Name"]: item["Value"] for some in pages for item in some}

    def create(self, aws: Aws, want: Properties, tags: Tags) -> Live:
        answer = aws.client("ssm").put_parameter(**self.request(want), Tags=tag_list(tags))
        return self._live({**want, "Version": answer["Version"]}, tags)

    def update(self, aws: Aws, live: Live, want: Properties, changes: Sequence[Change]) -> None:
        """Tags cannot go into an overwriting call."""
        if touched(changes, "Value"):
            aws.client("ssm").put_parameter(
                Name=want["Name"], Type=want["Type"], Value=want["Value"], Overwrite=True
            )

    def delete(self, aws: Aws, live: Live) -> None:
        aws.client("ssm").delete_parameter(Name=live.id)

    def retag(self, aws: Aws, live: Live, tags: Tags) -> None:
        aws.client("ssm").add_tags_to_resource(
            ResourceType="Parameter", ResourceId=live.id, Tags=tag_list(tags)
        )

    def obstacles(self, aws: Aws, live: Live, scope: Scope) -> Iterable[str]:
        """Parameter Store has no recovery window."""
        secure = live.properties["Type"] == "SecureString"
        if secure and live.outputs["Version"] > FIRST_VERSION:
            yield "holds a value that somebody has set, which cannot be restored"

    def canonical(self, properties: Properties) -> Properties:
        """AWS names its own key where none was given."""
        key = properties.get("KeyId")
        if not key:
            return properties
        return {**properties, "KeyId": None if key == OWN_KEY else key_id(key)}

    def _live(self, item: Mapping[str, Any], tags: Tags) -> Live:
        properties = {name: item.get(name) for name in self.fields}
        if item["Type"] == "SecureString":
            properties["Value"] = None
        outputs = {"Name": item["Name"], "Version": item["Version"]}
        return Live(self.name, item["Name"], tags, properties, outputs)


def _name(arn: str) -> str:
    """What follows `parameter` in an ARN, which has one slash whether the name has it or not."""
    return arn.split(":", 5)[5].removeprefix("parameter")


def _spellings(names: Iterable[str]) -> list[str]:
    """Of a name without a hierarchy the ARN does not tell whether it begins with a slash."""
    both = {name.removeprefix("/") for name in names if name.count("/") == 1}
    return sorted({*names, *both} - {""})
