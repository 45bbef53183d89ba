"""The secrets and parameters of a stack, and who may read which."""

from __future__ import annotations

import json
from typing import Any

from tests.support.blueprints import addresses, at, shop, wanted

ACCOUNT = "${lookup.account.Account}"
HERE = f"arn:${{lookup.account.Partition}}:ssm:eu-west-1:{ACCOUNT}:parameter"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
ANY_KEY = "arn:${lookup.account.Partition}:kms:eu-west-1:*:key/*"
DATABASE = "secretsmanager.secret/db"


def given(secrets: str, rest: str = "") -> Any:
    return shop(f"services: {{app: {{image: nginx:1, secrets: {secrets}}}}}\n{rest}", balancer="")


def values(blueprint: Any) -> list[str]:
    definition = wanted(blueprint, "ecs.task_definition/app")
    return [one["valueFrom"] for one in definition["containerDefinitions"][0]["secrets"]]


def statements(blueprint: Any) -> list[dict[str, Any]]:
    policy = wanted(blueprint, "iam.role/app-execution")["InlinePolicies"]["execution"]
    found: list[dict[str, Any]] = policy["Statement"][1:]  # without the logs
    return found


def test_a_secret_is_a_placeholder_that_is_never_compared() -> None:
    made = given("{}", "secrets: {db: {}}")
    assert wanted(made, DATABASE) == {
        "Name": "shop/db",
        "KmsKeyId": None,
        "Description": None,
        "SecretString": "placeholder",
    }
    assert at(made, DATABASE).initial == {"SecretString", "GenerateSecretString"}
    assert at(made, DATABASE).tags == {"provisioner:recovery-window-days": "30"}


def test_its_default_name_has_the_environment() -> None:
    made = shop(
        "services: {app: {image: nginx:1}}\nsecrets: {db: {}}\nparameters: {level: {value: x}}\n",
        environment="dev",
        balancer="",
    )
    assert wanted(made, DATABASE)["Name"] == "shop/dev/db"
    assert wanted(made, "ssm.parameter/level")["Name"] == "/shop/dev/level"


def test_a_placeholder_has_the_keys_that_containers_are_given() -> None:
    made = given("{U: 'db:user', P: 'shop/db:password'}", "secrets: {db: {}}")
    placeholder = json.loads(wanted(made, DATABASE)["SecretString"])
    assert placeholder == {"password": "placeholder", "user": "placeholder"}
    assert values(made) == [f"${{{DATABASE}.Arn}}:password::", f"${{{DATABASE}.Arn}}:user::"]


def test_a_password_is_asked_for_in_awss_words() -> None:
    made = given("{}", "secrets: {db: {generate: {punctuation: false, key: p, beside: {u: a}}}}")
    assert "SecretString" not in wanted(made, DATABASE)
    assert wanted(made, DATABASE)["GenerateSecretString"] == {
        "PasswordLength": 32,
        "ExcludePunctuation": True,
        "RequireEachIncludedType": True,
        "SecretStringTemplate": '{"u": "a"}',
        "GenerateStringKey": "p",
    }


def test_a_parameter_with_a_value_is_a_string_and_without_it_a_secret() -> None:
    made = given("{}", f"parameters: {{a: {{value: 5}}, b: {{}}, c: {{kms_key: '{KEY}'}}}}")
    assert wanted(made, "ssm.parameter/a") == {"Name": "/shop/a", "Type": "String", "Value": "5"}
    assert at(made, "ssm.parameter/a").initial == frozenset()
    assert wanted(made, "ssm.parameter/b")["Type"] == "SecureString"
    assert at(made, "ssm.parameter/b").initial == {"Value"}
    assert wanted(made, "ssm.parameter/b")["KeyId"] is None
    assert wanted(made, "ssm.parameter/c")["KeyId"] == KEY


def test_one_of_the_stack_is_given_by_key_or_name_and_needs_no_lookup() -> None:
    made = given("{A: db, B: shop/db}", "secrets: {db: {}}")
    assert values(made) == [f"${{{DATABASE}.Arn}}"] * 2
    assert [one.kind for one in made.lookups] == ["account", "network", "reachability"]
    assert statements(made) == [
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": [f"${{{DATABASE}.Arn}}"],
        }
    ]


def test_its_customer_key_can_be_used_through_secrets_manager_alone() -> None:
    made = given("{A: db, B: other}", f"secrets: {{db: {{kms_key: '{KEY}'}}, other: {{}}}}")
    assert statements(made)[1:] == [
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": [KEY],
            "Condition": {
                "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}
            },
        }
    ]


def test_one_of_somebody_else_is_looked_up_and_decrypted_for_itself_alone() -> None:
    made = given("{A: 'team/mail:user', B: team/mail}")
    (lookup,) = [one for one in made.lookups if one.kind == "secret"]
    assert lookup.query == {"name": "team/mail", "where": "services.app.secrets.A"}
    arn = "${lookup.secret/team/mail.Arn}"
    assert values(made) == [f"{arn}:user::", arn]
    read, decrypt = statements(made)
    assert read["Resource"] == [arn]
    assert decrypt["Resource"] == [ANY_KEY]
    assert decrypt["Condition"]["StringEquals"] == {
        "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
        "kms:EncryptionContext:SecretARN": [arn],
    }


def test_parameters_are_given_by_path() -> None:
    rest = f"parameters: {{own: {{kms_key: '{KEY}'}}, flat: {{name: flat}}}}"
    made = given("{A: 'ssm:/shop/own', B: 'ssm:flat', C: 'ssm:/team/level', D: 'ssm:alone'}", rest)
    own, flat = "${ssm.parameter/own.Name}", "/${ssm.parameter/flat.Name}"
    arns = [f"{HERE}{own}", f"{HERE}{flat}", f"{HERE}/team/level", f"{HERE}/alone"]
    assert values(made) == arns
    read, decrypt, foreign = statements(made)
    assert (read["Action"], sorted(read["Resource"])) == (["ssm:GetParameters"], sorted(arns))
    assert decrypt["Resource"] == [KEY]
    assert foreign["Condition"]["StringEquals"] == {
        "kms:ViaService": "ssm.eu-west-1.amazonaws.com",
        "kms:EncryptionContext:PARAMETER_ARN": [f"{HERE}/team/level", f"{HERE}/alone"],
    }


def test_a_stack_without_secrets_makes_and_asks_for_none() -> None:
    made = given("{}")
    assert not [one for one in addresses(made) if one.startswith(("secretsmanager.", "ssm."))]
    assert [one.kind for one in made.lookups] == ["account", "network", "reachability"]
