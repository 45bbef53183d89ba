"""`network:` — where the stack lives. Looked up, never made here."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from provisioner.spec.fields import Expected, Part, SubnetId, TagKey, TagValue, VpcId


class VpcLookup(Part):
    """One existing VPC, by id or by tags."""

    id: VpcId | None = None
    """The VPC's id (`vpc-…`)."""
    tags: dict[TagKey, TagValue] = {}
    """Every one of these tags must match."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.id is None) == (not self.tags):
            raise ValueError("expected either `id` or `tags`")
        return self


class SubnetLookup(Part):
    """Existing subnets of the VPC, by ids or by tags."""

    ids: list[SubnetId] = []
    """The subnets' ids (`subnet-…`)."""
    tags: dict[TagKey, TagValue] = {}
    """Every one of these tags must match."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.ids) == bool(self.tags):
            raise ValueError("expected either `ids` or `tags`")
        return self


def _vpc(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


def _subnets(value: Any) -> Any:
    return {"ids": value} if isinstance(value, list) else value


_SUBNETS = Expected("subnet ids (`[subnet-…, subnet-…]`) or `{tags: {Tier: …}}`")


class Network(Part):
    """The existing VPC and subnets that the stack is put into."""

    vpc: Annotated[
        VpcLookup,
        BeforeValidator(_vpc, json_schema_input_type=VpcLookup | str),
        Expected("a VPC id (vpc-…) or `{tags: {Name: …}}`"),
    ]
    """A VPC id, or `{tags: {Name: …}}`."""
    public_subnets: Annotated[
        SubnetLookup | None,
        BeforeValidator(_subnets, json_schema_input_type=SubnetLookup | list[str] | None),
        _SUBNETS,
    ] = None
    """For an internet-facing load balancer: subnets in at least two zones."""
    private_subnets: Annotated[
        SubnetLookup,
        BeforeValidator(_subnets, json_schema_input_type=SubnetLookup | list[str]),
        _SUBNETS,
    ]
    """For the tasks (and for an internal load balancer)."""
