"""The vocabulary the spec's models are written in: strict scalar types and the base model.

YAML has types and interpolation (`${name}`) yields text, so a number may arrive as digits.
Everything else is strict: `yes` is not a boolean, `1.10` is not a version.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc, getsource
from itertools import pairwise
from textwrap import dedent
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import PydanticCustomError, core_schema


class Part(BaseModel):
    """One mapping of the spec: unknown keys are errors, values never change after loading.

    Nothing is made of it before a spec is read, which is half of what importing the models takes.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,
        validate_default=False,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe every key by the text below it, which only a schema needs.

        Pydantic would look it up in the sources for every command (`use_attribute_docstrings`).
        """
        made = handler(schema)
        keys = handler.resolve_ref_schema(made).get("properties", {})
        for base in reversed(cls.__mro__[: cls.__mro__.index(Part)]):
            for name, words in _described(base):
                if name in keys and cls.model_fields[name].description is None:
                    keys[name]["description"] = words
        return made


def _described(model: type) -> Iterator[tuple[str, str]]:
    found = ast.parse(dedent(getsource(model))).body
    (body,) = (each.body for each in found if isinstance(each, ast.ClassDef))
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                yield name, cleandoc(words)


@dataclass(frozen=True, slots=True)
class Expected:
    """Metadata of a type: the words in which an error says what belongs there."""

    words: str


def unexpected(expected: str) -> PydanticCustomError:
    """The error of a validator that looks at one value; `problems` adds what was found."""
    return PydanticCustomError("unexpected", "expected {expected}", {"expected": expected})


def _whole_number(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    return value


def _truth(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _text(value: Any) -> Any:
    """Text that AWS wants as text: 5000 and true mean what they say, 1.10 does not."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


Int = Annotated[
    int,
    BeforeValidator(_whole_number, json_schema_input_type=int | str),
    Expected("a whole number"),
]
Bool = Annotated[bool, BeforeValidator(_truth, json_schema_input_type=bool | str)]
Value = Annotated[str, BeforeValidator(_text, json_schema_input_type=str | int | bool)]
"""Text that may be written as a bare whole number or boolean (an environment variable)."""
Strings = Annotated[
    list[str],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Expected("text, or a list of texts"),
]
"""One string, or a list of them."""
Port = Annotated[Int, Field(ge=1, le=65535), Expected("a port number")]
Percent = Annotated[Int, Field(ge=0, le=1000), Expected("a whole number of percent")]


@dataclass(frozen=True, slots=True)
class Word(Expected):
    """Metadata of a text that must match `pattern` as a whole.

    `numbers` lets it be written without quotes where it has only digits.
    """

    pattern: str
    numbers: bool = False

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        schema = core_schema.no_info_after_validator_function(self._check, handler(source))
        if not self.numbers:
            return schema
        return core_schema.no_info_before_validator_function(
            _text,
            schema,
            json_schema_input_schema=core_schema.union_schema(
                [core_schema.str_schema(), core_schema.int_schema()]
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise unexpected(self.words)
        return value


_HYPHENATED = r"[a-z](-?[a-z0-9])*"
_REPOSITORY_PART = r"[a-z0-9]+(([.]|__?|-+)[a-z0-9]+)*"  # ecr.CreateRepository
_TAIL = "of letters, digits, hyphens and underscores"
StackName = Annotated[
    str,
    Word(
        "a stack name of at most 20 lower-case letters, digits and single hyphens, letter first",
        rf"(?=.{{1,20}}$){_HYPHENATED}",
    ),
]
Slug = Annotated[
    str,
    Word(
        "a key of at most 32 lower-case letters, digits and single hyphens, letter first",
        rf"(?=.{{1,32}}$){_HYPHENATED}",
    ),
]
VariableName = Annotated[
    str,
    Word("a name of letters, digits and underscores, no digit first", r"[A-Za-z_][A-Za-z0-9_]*"),
]
EcsName = Annotated[
    str, Word(f"an ECS name of at most 255 characters {_TAIL}", r"[A-Za-z0-9_-]{1,255}")
]
ElbName = Annotated[
    str,
    Word(
        "a name of at most 32 letters, digits and hyphens, no hyphen at either end,"
        " not beginning with internal-",
        r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    ),
]
RoleName = Annotated[
    str, Word("a role name of at most 64 of A-Z a-z 0-9 _+=,.@-", r"[A-Za-z0-9_+=,.@-]{1,64}")
]
RoleReference = Annotated[
    str,
    Word(
        "a role's name, or its ARN", r"[A-Za-z0-9_+=,.@-]{1,64}|arn:aws[a-z-]*:iam::\d{12}:role/.+"
    ),
]
GroupName = Annotated[
    str,
    Word(
        "a security group name of at most 255 characters, not beginning with sg-",
        r"(?!sg-)[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}",
    ),
]
LogGroupName = Annotated[
    str,
    Word(
        "a log group name of at most 512 of A-Z a-z 0-9 . - _ / #, not beginning with aws/",
        r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}",
    ),
]
RepositoryName = Annotated[
    str,
    Word(
        "a repository name of 2 to 256 lower-case letters, digits and ._-/ between them",
        rf"(?=.{{2,256}}$){_REPOSITORY_PART}(/{_REPOSITORY_PART})*",
    ),
]
ImageTag = Annotated[
    str,
    Word(
        "an image tag of at most 128 letters, digits and _.-",
        r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
        numbers=True,
    ),
]
ImageUri = Annotated[
    str, Word("an image reference such as nginx:1.29", r"(?!https?://)[A-Za-z0-9][^\s]{0,1023}")
]
Digest = Annotated[str, Word("a digest, sha256: and 64 hexadecimal digits", r"sha256:[0-9a-f]{64}")]
Account = Annotated[str, Word("an account number of 12 digits", r"[0-9]{12}", numbers=True)]
Region = Annotated[str, Word("a region such as eu-central-1", r"[a-z]{2}(-[a-z]+)+-\d")]
TagKey = Annotated[
    str,
    Word(
        "a tag key of at most 128 characters, not beginning with aws: or provisioner:",
        r"(?!aws:|provisioner:).{1,128}",
    ),
]
TagValue = Annotated[
    str,
    BeforeValidator(_text, json_schema_input_type=str | int | bool),
    Field(max_length=256),
]
VpcId = Annotated[str, Word("a VPC id (vpc-…) or `{tags: {Name: …}}`", r"vpc-[A-Za-z0-9]+")]
SubnetId = Annotated[str, Word("a subnet id (subnet-…)", r"subnet-[A-Za-z0-9]+")]
HealthPath = Annotated[str, Word("a path that begins with /", r"/[^\s]{0,1023}")]
Matcher = Annotated[
    str,
    Word(
        "HTTP codes from 200 to 499 such as 200, 200-299 or 200,202",
        r"[2-4][0-9]{2}([,-][2-4][0-9]{2})*",
        numbers=True,
    ),
]
RedirectPort = Annotated[
    str, Word("a port number or #{port}", r"#\{port\}|[1-9][0-9]{0,4}", numbers=True)
]
StatusCode = Annotated[str, Word("a status code: 2xx, 4xx or 5xx", r"[245][0-9]{2}", numbers=True)]
IamAction = Annotated[str, Word("an action such as s3:GetObject", r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")]
PolicyArn = Annotated[str, Word("the ARN of a managed policy", r"arn:[^:]+:iam::[^:]*:policy/.+")]
PlatformVersion = Annotated[
    str, Word("LATEST or a version such as 1.4.0", r"LATEST|[0-9]+\.[0-9]+\.[0-9]+")
]
