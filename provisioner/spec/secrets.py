"""`secrets:` and `parameters:` — what the stack makes; and what a container is given of them."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Expected, Int, Part, Value, Word

SecretName = Annotated[
    str,
    Word(
        "a secret's name of at most 512 of A-Z a-z 0-9 /_+=.@-",
        r"[A-Za-z0-9/_+=.@-]{1,512}",
    ),
]
ParameterName = Annotated[
    str,
    Word(
        "a parameter's name of at most 900 of A-Z a-z 0-9 _.- and / in front and between,"
        " not beginning with aws or ssm",
        r"(?!/?(?i:aws|ssm))(?=.{1,900}$)(?=/|[^/]*$)/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,14}",
    ),
]
CustomerKey = Annotated[
    str, Word("the ARN of a KMS key", r"arn:[^:\s]+:kms:[^:\s]+:\d{12}:key/[A-Za-z0-9-]+")
]


class Generate(Part):
    """A random password, made by AWS once."""

    length: Annotated[Int, Field(ge=8, le=4096)] = 32
    punctuation: Bool = True
    """`false` where a URL or a shell has to live with it."""
    key: Annotated[str, Field(min_length=1)] | None = None
    """The secret is JSON, and the password is the value of this key."""
    beside: dict[str, Value] = {}
    """More keys of that JSON, none of them secret: `{username: app}`."""


def _generate(value: Any) -> Any:
    return {} if value in (True, "true") else None if value in (False, "false") else value


class Secret(Part):
    """A secret of Secrets Manager. Its value is given when it is made, and then left alone."""

    name: SecretName | None = None
    """`<stack>/<environment>/<key>` when not given."""
    generate: Annotated[
        Generate | None,
        BeforeValidator(_generate, json_schema_input_type=Generate | bool | str | None),
        Expected("true, false or a mapping"),
    ] = None
    """`true`, or a mapping: a random password instead of a placeholder for you to overwrite."""
    description: Annotated[str, Field(max_length=2048)] | None = None
    kms_key: CustomerKey | None = None
    """A key of yours instead of AWS's own."""
    recovery_window_days: Annotated[Int, Field(ge=7, le=30)] = 30
    """How long it can be restored after a delete; `apply` does when it makes it again."""


class Parameter(Part):
    """A parameter of Parameter Store: a String with this value, or a SecureString without one."""

    name: ParameterName | None = None
    """`/<stack>/<environment>/<key>` when not given."""
    value: Annotated[Value, Field(min_length=1, max_length=4096)] | None = None
    """Not given for a secret: then it is a SecureString with a placeholder for you to overwrite."""
    kms_key: CustomerKey | None = None
    """A key of yours instead of AWS's own; for a parameter without `value`."""


@dataclass(frozen=True, slots=True)
class Source:
    """What stands under `secrets:` of a container: where the value comes from."""

    form: Literal["arn", "parameter", "secret"]
    name: str
    key: str = ""
    """The key of a JSON secret. An ARN has it, and what may follow, in its name."""


_ARN = re.compile(
    r"arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:\s]+(:[^:\s]*){3}"
    r"|secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:\s]+"
    r"|ssm:[a-z0-9-]+:\d{12}:parameter/\S+)"
)
_PARAMETER = re.compile(r"ssm:(?P<name>/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)")
_SECRET = re.compile(r"(?P<name>[A-Za-z0-9/_+=.@-]{1,512})(:(?P<key>[^:\s]+))?")


def source(written: str) -> Source | None:
    """An ARN, `ssm:NAME`, `NAME` or `NAME:KEY`; None for anything else."""
    if written.startswith("arn:"):
        return Source("arn", written) if _ARN.fullmatch(written) else None
    if written.startswith("ssm:"):
        found = _PARAMETER.fullmatch(written)
        return Source("parameter", found["name"]) if found else None
    if found := _SECRET.fullmatch(written):
        return Source("secret", found["name"], found["key"] or "")
    return None
