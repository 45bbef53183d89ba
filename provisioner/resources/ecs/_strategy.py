"""Deployment strategies of a service: what ECS decides, what counts as nothing, what comes first.

Source: ECS API_DeploymentConfiguration, API_DeploymentCircuitBreaker, API_AdvancedConfiguration;
developer guide, update the deployment strategy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.engine.model import Properties

CONFIGURATION = "deploymentConfiguration"
BALANCERS = "loadBalancers"
ADVANCED = "advancedConfiguration"
ALTERNATE = "alternateTargetGroupArn"
ROLLING = "ROLLING"
NO_ALARMS = {"alarmNames": [], "enable": False, "rollback": False}
BREAKER = "deploymentCircuitBreaker"
THRESHOLD = "thresholdConfiguration"
USUAL_BREAKER: Mapping[str, Any] = {
    "resetOnHealthyTask": True,
    THRESHOLD: {"type": "BOUNDED_PERCENT", "value": 50},
}
"""How a circuit breaker counts where nothing is said of it."""


def live_configuration(found: Mapping[str, Any] | None) -> dict[str, Any]:
    """As it was described: without alarms that are switched off, with the strategy there always is.

    Servers that know of rolling deployments alone do not say so.
    """
    plain = {"strategy": ROLLING, **(found or {})}
    if not (plain.get("alarms") or {}).get("enable"):
        plain["alarms"] = {}
    return plain


def canonical_configuration(found: Mapping[str, Any]) -> dict[str, Any]:
    """With how the circuit breaker counts written out, where there is one."""
    breaker = found.get(BREAKER)
    if not breaker:
        return {**found}
    threshold = {**USUAL_BREAKER[THRESHOLD], **(breaker.get(THRESHOLD) or {})}
    return {**found, BREAKER: {**USUAL_BREAKER, **breaker, THRESHOLD: threshold}}


def sent_configuration(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """For UpdateService, where what is left out stays: no alarms are alarms switched off.

    A circuit breaker that was told how to count is told to count as usual.
    """
    sent = {**wanted}
    if "alarms" in wanted:
        sent["alarms"] = wanted["alarms"] or NO_ALARMS
    told = live.get(BREAKER) or {}
    if wanted.get(BREAKER):
        usual = {name: value for name, value in USUAL_BREAKER.items() if name in told}
        sent[BREAKER] = {**usual, **wanted[BREAKER]}
    return sent


def conceded(
    want: Sequence[Mapping[str, Any]], live: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The wanted load balancers, where the same two target groups have changed places, as live."""
    pairs = {_pair(one): one for one in live if one.get(ADVANCED)}
    return [_placed(one, pairs.get(_pair(one))) if one.get(ADVANCED) else one for one in want]


def _pair(balancer: Mapping[str, Any]) -> frozenset[Any]:
    return frozenset({balancer["targetGroupArn"], balancer[ADVANCED].get(ALTERNATE)})


def _placed(want: Mapping[str, Any], live: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if live is None or live["targetGroupArn"] == want["targetGroupArn"]:
        return want
    advanced = {**want[ADVANCED], ALTERNATE: want["targetGroupArn"]}
    return {**want, "targetGroupArn": live["targetGroupArn"], ADVANCED: advanced}


def first(live: Properties, want: Properties, deploying: Sequence[str]) -> Properties | None:
    """One half of a change between rolling and moving traffic.

    ECS moves traffic between revisions that know both target groups, so these are rolled out
    before the strategy changes; and a strategy is left while nothing is deployed.
    """
    before, after = _strategy(live), _strategy(want)
    if (before == ROLLING) == (after == ROLLING):
        return None
    if before == ROLLING:
        return {**want, CONFIGURATION: live[CONFIGURATION]}
    return {**want, **{name: live[name] for name in deploying if name in want}}


def _strategy(properties: Properties) -> str:
    return str((properties.get(CONFIGURATION) or {}).get("strategy", ROLLING))
