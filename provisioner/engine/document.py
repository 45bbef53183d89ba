"""Plans and reports as plain documents: the format that scripts read and renderers draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.engine.execute import Report
from provisioner.engine.kind import Kind
from provisioner.engine.model import Change, Outputs, Ref, Text, refs, resolve
from provisioner.engine.step import Plan, Step

FORMAT_VERSION = 1


def plan_document(
    plan: Plan,
    *,
    kinds: Mapping[str, Kind],
    environment: str | None,
    account: str,
    region: str,
) -> dict[str, Any]:
    """`format_version, stack, environment, account, region, changes, unchanged, summary`.

    `summary.replace` counts pairs; the create and the delete of a pair are changes of their own.
    """
    steps = plan.steps
    pairs = {step.address for step in steps if step.action == "create" and step.replaces}
    counted = [
        step.action
        for step in steps
        if not step.bridge and not (step.replaces and step.address in pairs)
    ]
    return {
        "format_version": FORMAT_VERSION,
        "stack": plan.stack,
        "environment": environment,
        "account": account,
        "region": region,
        "changes": [_change(step, kinds[step.kind], plan.outputs) for step in steps],
        "unchanged": len(plan.unchanged),
        "summary": {
            "create": counted.count("create"),
            "update": counted.count("update"),
            "replace": len(pairs),
            "delete": counted.count("delete"),
        },
    }


def report_document(report: Report, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """`format_version, result, steps, outputs`."""
    return {
        "format_version": FORMAT_VERSION,
        "result": report.result,
        "steps": [
            {
                "address": outcome.step.address,
                "action": outcome.step.action,
                "outcome": outcome.state,
                "seconds": round(outcome.seconds, 3),
                "error": outcome.error or None,
            }
            for outcome in report.outcomes
        ],
        "outputs": dict(outputs),
    }


def known_outputs(wanted: Any, outputs: Outputs) -> Any:
    """The outputs promised to the user, those not known left out."""
    value = resolve(wanted, outputs)
    if isinstance(value, Mapping):
        return {
            k: known_outputs(v, outputs) for k, v in value.items() if not isinstance(v, Ref | Text)
        }
    return value


def _change(step: Step, kind: Kind, outputs: Outputs) -> dict[str, Any]:
    return {
        "address": step.address,
        "action": step.action,
        "reason": step.reason,
        "effect": step.effect.word,
        "name": _name(step, kind, outputs),
        "replaces": step.live.id if step.replaces and step.live else None,
        "fields": [_field(step, change) for change in _changes(step, outputs)],
    }


def _name(step: Step, kind: Kind, outputs: Outputs) -> str:
    """What AWS calls the thing, where it is known."""
    properties = (
        step.resource.properties if step.resource else step.live.properties if step.live else {}
    )
    name = resolve(properties.get(kind.identity[0]), outputs) if kind.identity else None
    if isinstance(name, str):
        old = step.live.version if step.live and step.action == "delete" else 0
        return f"{name}:{old}" if old else name
    return step.live.id if step.live and not step.live.id.startswith("arn:") else ""


def _changes(step: Step, outputs: Outputs) -> list[Change]:
    if step.changes or step.resource is None:
        return list(step.changes)
    properties = resolve(step.resource.properties, outputs)
    return [Change((name,), None, value) for name, value in properties.items() if value is not None]


def _field(step: Step, change: Change) -> dict[str, Any]:
    return {
        "path": ".".join(change.path),
        "before": _plain(change.before),
        "after": _plain(change.after),
        "sensitive": False,
        "known": not any(refs(change.after)),
        "forces": change.field in step.forces,
    }


def _plain(value: Any) -> Any:
    """JSON's types; a reference is written `${address.Output}`."""
    if isinstance(value, Ref | Text):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
