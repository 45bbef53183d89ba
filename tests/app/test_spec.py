"""The OakTree spec deploys this application: its variables, port, probes and metrics are these."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from app.metrics import NAMESPACE, UNITS
from app.settings import Settings
from provisioner.spec.load import load_every

SPEC = Path(__file__).parents[2] / "specs" / "oaktree.yaml"
SPECS = {one.environment: one.spec for one in load_every(SPEC, environ={})}


def metrics(found: Any) -> Iterator[dict[str, Any]]:
    """Every metric of one's own that is named anywhere below."""
    if isinstance(found, dict):
        if found.keys() >= {"namespace", "name", "dimensions"}:
            yield found
        for one in found.values():
            yield from metrics(one)
    elif isinstance(found, list | tuple):
        for one in found:
            yield from metrics(one)


@pytest.mark.parametrize("environment", SPECS)
def test_the_application_starts_with_what_the_spec_sets(
    environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SPECS[environment].services["app"]
    for name, value in service.environment.items():
        assert name.lower() in Settings.model_fields
        monkeypatch.setenv(name, str(value))
    for name in service.secrets:
        assert name.lower() in Settings.model_fields
        monkeypatch.setenv(name, "placeholder")
    settings = Settings()
    assert (settings.app_env, settings.port) == (environment, service.port)


@pytest.mark.parametrize("environment", SPECS)
def test_the_metrics_of_alarms_and_scaling_are_told_by_the_application(environment: str) -> None:
    found = list(metrics(SPECS[environment].model_dump()))
    assert len(found) == (2 if environment == "prod" else 0)
    for one in found:
        assert (one["namespace"], one["dimensions"]) == (NAMESPACE, {"Environment": environment})
        assert one["name"] in UNITS


def test_the_container_is_asked_by_a_module_of_the_application() -> None:
    check = SPECS["dev"].services["app"].container_health_check
    assert check is not None
    *_, flag, module = check.command
    assert (flag, find_spec(module) is not None) == ("-m", True)
