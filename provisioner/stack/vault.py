"""Secrets and parameters: those that the stack makes, and what containers may read of any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from provisioner.engine.model import Lookup, Ref, Resource, Text, text
from provisioner.engine.owner import RECOVERY
from provisioner.spec.finding import every_secret
from provisioner.spec.secrets import Generate, Parameter, Secret, Source, source
from provisioner.stack.context import Context, ref

SECRET = "secretsmanager.secret"  # noqa: S105  # a kind
PARAMETER = "ssm.parameter"
PLACEHOLDER = "placeholder"
"""What a value is until somebody sets it. ECS starts no task with a secret that has none."""
SECRET_PARTS = 7
"""`arn:aws:secretsmanager:region:account:secret:name-suffix`; a JSON key may follow."""

Arn = str | Ref | Text


def build(context: Context) -> Iterator[Resource]:
    """The stack's own secrets and parameters."""
    for key, secret in context.spec.secrets.items():
        yield _secret(context, key, secret)
    for key, parameter in context.spec.parameters.items():
        yield _parameter(context, key, parameter)


def lookups(context: Context) -> Iterator[Lookup]:
    """The secrets that are named and not the stack's: their ARNs end in what nobody knows."""
    asked: dict[str, str] = {}
    for path, written in every_secret(context.spec):
        found = source(written)
        if found and found.form == "secret" and _own_secret(context, found.name) is None:
            asked.setdefault(found.name, ".".join(map(str, path)))
    for name, where in sorted(asked.items()):
        yield Lookup("secret", {"name": name, "where": where}, name)


def value_from(context: Context, written: str) -> Arn:
    """ECS's `valueFrom` for what the spec says; shapes as in `spec.secrets.source`."""
    found = source(written)
    if found is None or found.form == "arn":
        return written
    arn = _arn(context, found)
    return text(arn, f":{found.key}::") if found.key else arn


def permissions(context: Context, written: Iterable[str]) -> list[dict[str, Any]]:
    """What a role needs to read these, and nothing else.

    Which key the secret of somebody else is encrypted with is not known here. So the role may
    decrypt for just these secrets, which their services name in the encryption context.
    Source: Secrets Manager user guide, Secret encryption and decryption; Systems Manager user
    guide, How Parameter Store uses AWS KMS.
    """
    found = [one for text in sorted(set(written)) if (one := source(text))]
    statements: list[dict[str, Any]] = []
    secrets = [one for one in found if not _is_parameter(one)]
    parameters = [one for one in found if _is_parameter(one)]
    for some, action, service, named in (
        (secrets, "secretsmanager:GetSecretValue", "secretsmanager", "SecretARN"),
        (parameters, "ssm:GetParameters", "ssm", "PARAMETER_ARN"),
    ):
        if not some:
            continue
        statements.append(_allow(action, _unique(_arn(context, one) for one in some)))
        via = {"kms:ViaService": f"{service}.{context.names.region}.amazonaws.com"}
        keys = _unique(key for one in some if (key := _own_key(context, one)))
        if keys:
            statements.append(_allow("kms:Decrypt", keys, {"StringEquals": via}))
        foreign = _unique(_arn(context, one) for one in some if not _is_own(context, one))
        if foreign:
            only = {**via, f"kms:EncryptionContext:{named}": foreign}
            statements.append(_allow("kms:Decrypt", [_any_key(context)], {"StringEquals": only}))
    return statements


def _secret(context: Context, key: str, secret: Secret) -> Resource:
    name = _secret_name(context, key, secret)
    properties: dict[str, Any] = {
        "Name": name,
        "KmsKeyId": secret.kms_key,
        "Description": secret.description,
    }
    if secret.generate:
        properties["GenerateSecretString"] = _how(secret.generate)
    else:
        properties["SecretString"] = _placeholder(context, key, name)
    initial = frozenset({"SecretString", "GenerateSecretString"})
    made = context.resource(SECRET, key, properties, initial=initial)
    return replace(made, tags={**made.tags, RECOVERY: str(secret.recovery_window_days)})


def _how(generate: Generate) -> dict[str, Any]:
    how: dict[str, Any] = {
        "PasswordLength": generate.length,
        "ExcludePunctuation": not generate.punctuation,
        "RequireEachIncludedType": True,
    }
    if generate.key:
        template = json.dumps(generate.beside, sort_keys=True)
        how |= {"SecretStringTemplate": template, "GenerateStringKey": generate.key}
    return how


def _placeholder(context: Context, key: str, name: str) -> str:
    """JSON where containers are given keys of it, so that their tasks can start."""
    read = [source(written) for _, written in every_secret(context.spec)]
    keys = {one.key for one in read if one and one.form == "secret" and one.name in (key, name)}
    named = sorted(keys - {""})
    return json.dumps(dict.fromkeys(named, PLACEHOLDER)) if named else PLACEHOLDER


def _parameter(context: Context, key: str, parameter: Parameter) -> Resource:
    name = _parameter_name(context, key, parameter)
    if parameter.value is not None:
        plain = {"Name": name, "Type": "String", "Value": parameter.value}
        return context.resource(PARAMETER, key, plain)
    properties = {
        "Name": name,
        "Type": "SecureString",
        "Value": PLACEHOLDER,
        "KeyId": parameter.kms_key,
    }
    return context.resource(PARAMETER, key, properties, initial=frozenset({"Value"}))


def _secret_name(context: Context, key: str, secret: Secret) -> str:
    return secret.name or context.names.owner + f"/{key}"


def _parameter_name(context: Context, key: str, parameter: Parameter) -> str:
    return parameter.name or f"/{context.names.owner}/{key}"


def _own_secret(context: Context, name: str) -> str | None:
    """The key of the stack's secret of this name, or with this key."""
    made = context.spec.secrets.items()
    return next((k for k, one in made if name in (k, _secret_name(context, k, one))), None)


def _own_parameter(context: Context, name: str) -> str | None:
    made = context.spec.parameters.items()
    return next((k for k, one in made if name in (k, _parameter_name(context, k, one))), None)


def _is_parameter(one: Source) -> bool:
    return one.form == "parameter" or (one.form == "arn" and ":secretsmanager:" not in one.name)


def _is_own(context: Context, one: Source) -> bool:
    own = {"secret": _own_secret, "parameter": _own_parameter}.get(one.form)
    return own is not None and own(context, one.name) is not None


def _own_key(context: Context, one: Source) -> str | None:
    """The customer key of a secret or parameter of the stack's."""
    if not _is_own(context, one):
        return None
    if one.form == "secret":
        return context.spec.secrets[_own_secret(context, one.name) or ""].kms_key
    return context.spec.parameters[_own_parameter(context, one.name) or ""].kms_key


def _arn(context: Context, one: Source) -> Arn:
    """The ARN of the whole secret or parameter, without JSON keys and versions."""
    if one.form == "arn":
        parts = one.name.split(":")
        return one.name if _is_parameter(one) else ":".join(parts[:SECRET_PARTS])
    if one.form == "secret":
        key = _own_secret(context, one.name)
        return ref("lookup.secret", one.name) if key is None else ref(SECRET, key)
    key = _own_parameter(context, one.name)
    if key is None:
        return context.arn("ssm", "parameter/", one.name.removeprefix("/"))
    name = _parameter_name(context, key, context.spec.parameters[key])
    slash = "" if name.startswith("/") else "/"
    return context.arn("ssm", f"parameter{slash}", ref(PARAMETER, key, "Name"))


def _any_key(context: Context) -> Text:
    """Of any account: a secret may be encrypted with the key of another."""
    partition = context.account.ref("Partition")
    return text("arn:", partition, f":kms:{context.names.region}:*:key/*")


def _unique(arns: Iterable[Arn]) -> list[Arn]:
    return list({str(arn): arn for arn in arns}.values())


def _allow(
    action: str, resources: list[Arn] | list[Text], conditions: dict[str, Any] | None = None
) -> dict[str, Any]:
    allowed = {"Effect": "Allow", "Action": [action], "Resource": list(resources)}
    return {**allowed, "Condition": conditions} if conditions else allowed
