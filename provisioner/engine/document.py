"""Plans and reports as plain documents: the format that scripts read and renderers draw."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from provisioner.engine.kind import Kind
from provisioner.engine.model import Change, Live, Outputs, Ref, Text, refs, resolve
from provisioner.engine.owner import ADDRESS, ON_TEARDOWN, RETAIN
from provisioner.engine.step import Plan, Step

if TYPE_CHECKING:
    from provisioner.engine.execute import Report

FORMAT_VERSION = 1
ENVIRONMENT = "environment"
SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|credential|_key$|apikey|webhook", re.IGNORECASE
)
"""Environment variables whose values are nobody's business, by their names."""
HIDDEN = "(hidden)"


def plan_document(
    plan: Plan,
    *,
    kinds: Mapping[str, Kind],
    environment: str | None,
    account: str,
    region: str,
) -> dict[str, Any]:
    """Who and where, then `changes, unchanged, kept, retained, summary, warnings, fingerprint`.

    `summary.replace` counts pairs; the create and the delete of a pair are changes of their own.
    The fingerprint is the same for every plan that would do the same in the same place.
    """
    steps = plan.steps
    pairs = {step.address for step in steps if step.action == "create" and step.replaces}
    counted = [
        step.action
        for step in steps
        if not step.bridge and not (step.replaces and step.address in pairs)
    ]
    where = {"stack": plan.stack, "environment": environment, "account": account, "region": region}
    changes = [_change(step, kinds[step.kind], plan.outputs) for step in steps]
    return {
        "format_version": FORMAT_VERSION,
        **where,
        "changes": changes,
        "unchanged": len(plan.unchanged),
        "kept": [
            {"address": k.address, "path": k.path, "value": _plain(k.value), "by": k.by}
            for k in plan.kept
        ],
        "retained": _retained(plan.retained, kinds),
        "summary": {
            "create": counted.count("create"),
            "update": counted.count("update"),
            "replace": len(pairs),
            "delete": counted.count("delete"),
        },
        "warnings": list(plan.warnings),
        "fingerprint": _fingerprint({**where, "changes": changes}),
    }


def _fingerprint(document: Mapping[str, Any]) -> str:
    """Of values that are hidden here only the names count."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def report_document(
    report: Report, outputs: Mapping[str, Any], *, kinds: Mapping[str, Kind]
) -> dict[str, Any]:
    """`format_version, result, steps, retained, outputs`."""
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
        "retained": _retained(report.retained, kinds),
        "outputs": dict(outputs),
    }


def _retained(lives: Iterable[Live], kinds: Mapping[str, Kind]) -> list[dict[str, str]]:
    """What stays although nobody wants it: its address, what AWS calls it, why."""
    return [
        {
            "address": live.tags.get(ADDRESS, live.kind),
            "name": str(live.properties.get((*kinds[live.kind].identity, "")[0]) or live.id),
            "reason": f"it is tagged {ON_TEARDOWN}={RETAIN}",
        }
        for live in lives
    ]


def known_outputs(wanted: Any, outputs: Outputs) -> Any:
    """The outputs promised to the user, those not known left out."""
    value = resolve(wanted, outputs)
    if isinstance(value, Mapping):
        found = {name: known_outputs(item, outputs) for name, item in value.items()}
        return {name: item for name, item in found.items() if not any(refs(item))}
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
    if step.changes or step.action != "create" or step.resource is None:
        return list(step.changes)
    properties = resolve(step.resource.properties, outputs)
    return [Change((name,), None, value) for name, value in properties.items() if value is not None]


def _field(step: Step, change: Change) -> dict[str, Any]:
    hidden = ENVIRONMENT in change.path and any(map(SECRET_NAME.search, change.path))
    before, after = _plain(change.before), _plain(change.after)
    return {
        "path": ".".join(change.path),
        "before": HIDDEN if hidden and before is not None else before,
        "after": HIDDEN if hidden and after is not None else after,
        "sensitive": hidden,
        "known": not any(refs(change.after)),
        "forces": change.field in step.forces,
    }


def _plain(value: Any) -> Any:
    """JSON's types; a reference is written `${address.Output}`, a secret not at all."""
    if isinstance(value, Ref | Text):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in _masked(value).items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _masked(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """An environment variable by its name, in either of the two forms; all else as it is."""
    if value.keys() == {"name", "value"} and SECRET_NAME.search(str(value["name"])):
        return {**value, "value": HIDDEN}
    return {
        key: {"value": HIDDEN}
        if isinstance(item, Mapping) and item.keys() == {"value"} and SECRET_NAME.search(key)
        else item
        for key, item in value.items()
    }
