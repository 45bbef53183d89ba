"""What services refuse by their models: values of no enumeration, numbers and lengths too great.

The bounds are botocore's, which checks only some of them itself. The words are those of
cfn-lint#807 and terraform-provider-aws#46496; ECS has its own: ecs-exec#56, convox/rack#1727,
terraform#25306.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import ListShape, Shape, StringShape, StructureShape
from moto.core.utils import get_service_model

from .rule import Check, Params, Place, Rule

# Any other protocol of a port is taken for tcp (ECS API: PortMapping).
LENIENT = frozenset({"TransportProtocol"})


@dataclass(frozen=True, slots=True)
class Breach:
    """One value that is not as its shape says. `kind`: `enum`, `min` or `max`."""

    path: tuple[str, ...]
    value: Any
    kind: str
    bound: Any

    @property
    def measured(self) -> bool:
        """Whether it is a length that has bounds, and no number."""
        return not isinstance(self.value, int | float)


def breaches(shape: Shape, value: Any, path: tuple[str, ...] = ()) -> Iterator[Breach]:
    """Find what is wrong with a value."""
    if value is None:
        return
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from breaches(member, value.get(name), (*path, name))
    elif isinstance(value, int | float | str | list):
        if isinstance(shape, ListShape) and isinstance(value, list):
            for number, each in enumerate(value, 1):
                yield from breaches(shape.member, each, (*path, str(number), "member"))
        yield from _own(shape, value, path)


def _own(shape: Shape, value: float | str | list[Any], path: tuple[str, ...]) -> Iterator[Breach]:
    if isinstance(shape, StringShape) and shape.enum:
        if value not in shape.enum and shape.name not in LENIENT:
            yield Breach(path, value, "enum", shape.enum)
        return
    size = value if isinstance(value, int | float) else len(value)
    for kind in ("min", "max"):
        bound = shape.metadata.get(kind)
        if bound is not None and (size < bound if kind == "min" else size > bound):
            yield Breach(path, value, kind, bound)


def constraint(breach: Breach) -> str:
    """Say it as Elastic Load Balancing and Application Auto Scaling do."""
    place = ".".join(part[0].lower() + part[1:] for part in breach.path)
    if breach.kind == "enum":
        rule = f"satisfy enum value set: [{', '.join(breach.bound)}]"
    else:
        words = {"min": "greater", "max": "less"}[breach.kind]
        what = "length" if breach.measured else "value"
        rule = f"have {what} {words} than or equal to {breach.bound}"
    return (
        f"1 validation error detected: Value '{breach.value}' at '{place}' failed to satisfy"
        f" constraint: Member must {rule}"
    )


def parameter(breach: Breach) -> str:
    """Say it as ECS does; what it says of numbers is [unverified]."""
    name = next(part for part in reversed(breach.path) if part != "member" and not part.isdigit())
    if breach.kind == "enum":
        return f"{name} should be one of [{','.join(breach.bound)}]"
    end = {"min": "least", "max": "most"}[breach.kind]
    if isinstance(breach.value, list):
        return f"{name} can have at {end} {breach.bound} items."
    if breach.measured:
        return f"{name} {'shorter' if breach.kind == 'min' else 'longer'} than {breach.bound}."
    return f"{name} must be at {end} {breach.bound}."


def rules(
    service: str, operations: dict[str, str], source: str, say: Callable[[Breach], str]
) -> tuple[Rule, ...]:
    """Return a rule per operation; `operations` maps each to the code of its refusals."""
    return tuple(
        Rule(name, code, _check(service, name, say), f"{source}: {name}")
        for name, code in operations.items()
    )


def _check(service: str, operation: str, say: Callable[[Breach], str]) -> Check:
    def check(params: Params, _: Place) -> str | None:
        shape = _request(service, operation)
        return next((say(each) for each in breaches(shape, params)), None)

    return check


@cache
def _request(service: str, operation: str) -> Shape:
    return get_service_model(service).operation_model(operation).input_shape


ELBV2 = rules(
    "elbv2",
    dict.fromkeys(
        (
            "CreateLoadBalancer", "CreateTargetGroup", "ModifyTargetGroup", "CreateListener",
            "ModifyListener", "CreateRule", "ModifyRule", "SetRulePriorities", "SetIpAddressType",
        ),
        "ValidationError",
    ),
    "ELB API",
    constraint,
)  # fmt: skip
SCALING = rules(
    "application-autoscaling",
    dict.fromkeys(
        ("RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction"), "ValidationException"
    ),
    "Application Auto Scaling API",
    constraint,
)
ECS = rules(
    "ecs",
    {
        **dict.fromkeys(
            ("CreateCluster", "CreateService", "UpdateService", "RunTask", "TagResource"),
            "InvalidParameterException",
        ),
        "RegisterTaskDefinition": "ClientException",
    },
    "ECS API",
    parameter,
)
