"""Service Connect of a service, which AWS shows with its deployment and never with itself.

Source: ECS API_Deployment, API_ServiceConnectConfiguration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CONFIGURATION = "serviceConnectConfiguration"
OFF = {"enabled": False}
"""What UpdateService takes Service Connect away by."""


def live(deployments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The configuration of the deployment that serves; empty where there is none."""
    primary = next((one for one in deployments if one.get("status") == "PRIMARY"), {})
    found: dict[str, Any] = primary.get(CONFIGURATION) or {}
    return found if found.get("enabled") else {}


def conceded(want: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted configuration, where the namespace is named in another way, in that way.

    ECS takes a name or an ARN: a name and an ARN do not tell that they mean different things.
    """
    wanted, other = want.get("namespace"), found.get("namespace")
    if not (isinstance(wanted, str) and isinstance(other, str)):
        return dict(want)
    same = wanted.startswith("arn:") == other.startswith("arn:")
    return {**want, "namespace": wanted if same else other}
