"""What the tests of the spec share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provisioner.errors import ProvisionerError, SpecError
from provisioner.spec.load import Loaded, load_text
from provisioner.spec.source import decode

Load = Callable[..., Loaded]
Complaints = Callable[..., list[str]]

MINIMAL = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services:
  app: {image: nginx}
"""


@pytest.fixture
def minimal() -> str:
    """The smallest spec there is."""
    return MINIMAL


@pytest.fixture
def load() -> Load:
    """`load_text` that sees no environment variables but those it is given."""

    def from_text(text: str, **options: Any) -> Loaded:
        return load_text(text, "f", **{"environ": {}, **options})

    return from_text


@pytest.fixture
def complaints(load: Load) -> Complaints:
    """The lines that a broken spec prints; a UsageError is one line."""

    def of(text: str | bytes, **options: Any) -> list[str]:
        try:
            load(decode(text, "f") if isinstance(text, bytes) else text, **options)
        except SpecError as error:
            return [str(problem) for problem in error.problems]
        except ProvisionerError as error:
            return [str(error)]
        return []

    return of
