"""`network.create:` — a network of the stack's own."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Expected, Int, Part, Word

NEEDED = "needed"
MOST_ZONES = 6
ZoneName = Annotated[str, Word("a zone such as eu-west-1a", r"[a-z]{2}(-[a-z]+)+-\d[a-z]")]
EndpointName = Annotated[
    str, Word("an AWS service as endpoints call it, such as ecr.api", r"[a-z0-9]+([.-][a-z0-9]+)*")
]
Cidr = Annotated[str, Expected("a CIDR block such as 10.0.0.0/16")]


def _endpoints(value: Any) -> Any:
    choices = {True: [NEEDED], "true": [NEEDED], False: [], "false": []}
    return choices.get(value, value) if isinstance(value, bool | str) else value


class NewNetwork(Part):
    """A VPC with a public and a private subnet in each of its zones, and the ways out of it.

    None of its blocks and zones can be changed afterwards.
    """

    cidr: Cidr = "10.0.0.0/16"
    """Between /16 and /23. A sixteenth of it becomes one subnet, so that zones can be added."""
    zones: Annotated[Int, Field(ge=2, le=MOST_ZONES)] = 2
    """How many; the region's first ones by name. A stack keeps those that it has."""
    zone_names: Annotated[list[ZoneName], Field(max_length=MOST_ZONES)] = []
    """Which ones, instead."""
    nat: Literal["single", "per_zone", "none"] = "single"
    """How private subnets reach the internet.

    A NAT gateway costs about 35 USD a month and 0.05 USD a gigabyte. `single` is one for all
    zones: when its zone fails, no task anywhere gets out. With `none`, tasks need `endpoints`, or
    `assign_public_ip`.
    """
    endpoints: Annotated[
        list[EndpointName],
        BeforeValidator(_endpoints, json_schema_input_type=bool | str | list[EndpointName]),
        Expected("true, false, or a list of AWS services such as [ecr.api, ecr.dkr, s3]"),
    ] = ["s3"]
    """AWS services that are reached without the internet.

    `true` stands for those that the stack's tasks need, as `needed` does in a list.
    The endpoint for s3 costs nothing; each other costs about 8 USD a month and zone.
    """
    public_cidrs: list[Cidr] = []
    """The public subnets' blocks, one per zone, instead of those that the stack would choose."""
    private_cidrs: list[Cidr] = []
    """The private subnets' blocks, likewise."""

    @property
    def zone_count(self) -> int:
        """How many zones there are."""
        return len(self.zone_names) or self.zones
