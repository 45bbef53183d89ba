"""Rules about the secrets and parameters that the stack makes, and what containers are given."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.credentials import credential
from provisioner.spec.finding import Finding, every_secret
from provisioner.spec.models import Spec
from provisioner.spec.secrets import source

EXPECTED = (
    "expected the name of a secret (NAME, with :KEY for one key of it), of a parameter (ssm:NAME)"
    " or the ARN of either (arn:aws:secretsmanager:…:secret:NAME, with :KEY:: for one key of it,"
    " arn:aws:ssm:…:parameter/NAME)"
)


def secret_sources(spec: Spec) -> Iterator[Finding]:
    """What is no name and no ARN may be the secret itself: it is never shown.

    ecs.Secret, valueFrom.
    """
    for path, written in every_secret(spec):
        if source(written) is None or credential(written):
            yield Finding(path, EXPECTED)


def generated_keys(spec: Spec) -> Iterator[Finding]:
    """More keys need JSON, and JSON a key for the password."""
    for name, secret in spec.secrets.items():
        how = secret.generate
        if how and how.beside and not how.key:
            yield Finding(
                ("secrets", name, "generate", "beside"), "needs `key`, the password's own key"
            )
        if how and how.key in how.beside:
            yield Finding(
                ("secrets", name, "generate", "key"), "is also in `beside`; keep one of them"
            )


def parameter_keys(spec: Spec) -> Iterator[Finding]:
    """Only a SecureString is encrypted, names are not all free; ssm.PutParameter, KeyId, Name."""
    for name, parameter in spec.parameters.items():
        if parameter.name is None and spec.stack.startswith(("aws", "ssm")):
            yield Finding(
                ("parameters", name),
                f"would be called /{spec.stack}/…, which AWS keeps for itself; write a `name`",
            )
        if parameter.value is not None and parameter.kms_key:
            yield Finding(
                ("parameters", name, "kms_key"),
                "a parameter with `value` is not encrypted; leave out one of them",
            )
        if parameter.value is not None and (kind := credential(parameter.value)):
            yield Finding(
                ("parameters", name, "value"),
                f"this looks like {kind}; leave it out and set it in Parameter Store by hand",
            )


def one_name_each(spec: Spec) -> Iterator[Finding]:
    """Two secrets, or two parameters, cannot have one name."""
    for section, made in (("secrets", spec.secrets), ("parameters", spec.parameters)):
        seen: dict[str, str] = {}
        for key, one in made.items():
            if one.name is not None and seen.setdefault(one.name, key) != key:
                first = f"{section}.{seen[one.name]}"
                yield Finding((section, key, "name"), f"{first} has the same name")
