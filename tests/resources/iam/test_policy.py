from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from provisioner.resources.iam._policy import canonical_document, read_document


def document(**statement: Any) -> dict[str, Any]:
    plain = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{**plain, **statement}]}


TWO = [{"Effect": "Allow", "Action": "s3:*"}, {"Effect": "Deny", "Action": "iam:*"}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (document(), document(Action=["s3:GetObject"])),
        (document(Resource=["a"]), document(Resource="a")),
        (document(Action="S3:getobject"), document()),
        (document(Action=["a:B", "a:C"]), document(Action=["a:C", "a:B"])),
        (document(Resource=["a", "b"]), document(Resource=["b", "a"])),
        (document(Sid=""), document()),
        (document(), {**document(), "Statement": document()["Statement"][0]}),
        (
            {"Version": "2012-10-17", "Statement": TWO},
            {"Version": "2012-10-17", "Statement": TWO[::-1]},
        ),
        (
            document(Principal={"Service": "ecs-tasks.amazonaws.com"}),
            document(Principal={"Service": ["ecs-tasks.amazonaws.com"]}),
        ),
        (
            document(Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
            document(Condition={"StringEquals": {"aws:SourceAccount": ["1"]}}),
        ),
        (
            document(Condition={"Bool": {"aws:SecureTransport": True}}),
            document(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        ),
        (
            document(Principal={"AWS": "123456789012"}),
            document(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        ),
        (document(Principal="*"), document(Principal={"AWS": "*"})),
        ({"Statement": []}, {"Version": "2008-10-17", "Statement": []}),
    ],
    ids=[
        "single action", "single resource", "case of actions", "order of actions",
        "order of resources", "empty id", "single statement", "order of statements",
        "single principal", "single condition value", "boolean", "account", "everybody", "version",
    ],
)  # fmt: skip
def test_these_mean_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert canonical_document(one) == canonical_document(other)


@pytest.mark.parametrize(
    "other",
    [
        document(Effect="Deny"),
        document(Action=["s3:GetObject", "s3:PutObject"]),
        document(Resource="arn:aws:s3:::Some"),
        document(Resource="arn:aws:s3:::some", Sid="Named"),
        document(Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
        {**document(), "Version": "2008-10-17"},
    ],
)
def test_these_do_not(other: dict[str, Any]) -> None:
    assert canonical_document(document(Resource="arn:aws:s3:::some")) != canonical_document(other)


def test_resources_are_case_sensitive() -> None:
    assert canonical_document(document(Resource="arn:A")) != canonical_document(
        document(Resource="arn:a")
    )


@pytest.mark.parametrize("form", ["mapping", "json", "quoted"])
def test_a_document_is_read_in_whatever_form_iam_returns_it(form: str) -> None:
    forms = {
        "mapping": document(),
        "json": json.dumps(document()),
        "quoted": quote(json.dumps(document())),
    }
    assert read_document(forms[form]) == document()


def test_what_is_not_known_yet_is_left_alone() -> None:
    assert canonical_document("${later}") == "${later}"
