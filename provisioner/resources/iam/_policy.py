"""IAM policy documents in one form, so that two that mean the same are equal.

Single strings stand for one-item lists, actions are case-insensitive, lists are sets,
an account number stands for its root principal.
Source: IAM User Guide, Grammar of the IAM JSON policy language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

ROOT_ARN = re.compile(r"^arn:[^:]+:iam::(\d{12}):root$")
SETS = ("Action", "NotAction", "Resource", "NotResource")


def canonical_document(document: Any) -> Any:
    """The document with every list sorted and every shorthand written out."""
    if not isinstance(document, Mapping):
        return document
    statements = document.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    plain = [_statement(statement) for statement in listed]
    return {
        "Version": document.get("Version", "2008-10-17"),
        "Statement": sorted(plain, key=lambda s: json.dumps(s, sort_keys=True, default=str)),
    }


def read_document(document: Any) -> Any:
    """A document as IAM returns it: a mapping already, or JSON that may be URL-encoded."""
    return document if isinstance(document, Mapping) else json.loads(unquote(document))


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, value in sorted(statement.items()):
        if key == "Sid" and not value:
            continue
        if key in SETS:
            items = [str(item) for item in _listed(value)]
            plain[key] = (
                sorted(i.lower() for i in items) if key.endswith("Action") else sorted(items)
            )
        elif key in ("Principal", "NotPrincipal"):
            named = value if isinstance(value, Mapping) else {"AWS": value}
            plain[key] = {
                kind: sorted(ROOT_ARN.sub(r"\1", str(item)) for item in _listed(who))
                for kind, who in named.items()
            }
        elif key == "Condition":
            plain[key] = {
                operator: {name: sorted(map(_word, _listed(v))) for name, v in tests.items()}
                for operator, tests in value.items()
            }
        else:
            plain[key] = value
    return plain


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
