"""Would AWS parse this call? Asked of botocore's model, offline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.validate import ParamValidator

from provisioner.engine.aws import Aws
from provisioner.engine.kind import Kind
from provisioner.engine.model import Outputs, Properties, Ref, Resource, Text, resolve
from provisioner.errors import PlanError

UNKNOWN = "known-only-after-apply"
"""What stands for a value that only AWS can give: as long as the shortest ARN, 20 characters."""
NEVER = "AWS changes it and never takes it away; write the value that it is to have"


def check(
    resources: Iterable[Resource], *, kinds: Mapping[str, Kind], aws: Aws, known: Outputs
) -> None:
    """Validate every resource against its create call. Raises PlanError with all complaints."""
    complaints = [
        f"{resource.address}: {complaint}"
        for resource in resources
        if not kinds[resource.kind].part_of
        for complaint in complaints_about(resource, kinds[resource.kind], aws, known)
    ]
    if complaints:
        raise PlanError("AWS would not accept these values:\n  " + "\n  ".join(complaints))


def complaints_about(resource: Resource, kind: Kind, aws: Aws, known: Outputs) -> list[str]:
    """What botocore says of one resource's create call, in its own words; and of nulls."""
    if lasting := [*_lasting(resource.properties, kind)]:
        return [f"Invalid null for parameter {path}: {NEVER}" for path in lasting]
    model = aws.client(kind.api.service).meta.service_model.operation_model(kind.api.create)
    try:
        arguments = kind.request(_stand_in(resolve(resource.properties, known)))
    except KeyError as error:
        return [f"Missing required parameter in input: {error.args[0]!r}"]
    report = ParamValidator().validate(arguments, model.input_shape).generate_report()
    return [line for line in report.splitlines() if line]


def _lasting(properties: Properties, kind: Kind) -> Iterator[str]:
    """Paths of what is declared to be absent, and cannot be."""
    for name, value in properties.items():
        if value is None and kind.lasting & {name, f"{name}.*"}:
            yield name
        elif isinstance(value, Mapping) and f"{name}.*" in kind.lasting:
            yield from (f"{name}.{key}" for key, inner in value.items() if inner is None)


def _stand_in(value: Any) -> Any:
    """References become words: their values are strings not known yet."""
    if isinstance(value, Ref | Text):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _stand_in(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_stand_in(item) for item in value]
    return value
