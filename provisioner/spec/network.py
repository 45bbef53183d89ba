"""`network:` — where the stack lives: looked up, or made."""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from provisioner.spec.existing import SearchKey
from provisioner.spec.fields import Expected, Part, SubnetId, TagValue, VpcId
from provisioner.spec.new_network import NewNetwork


class VpcLookup(Part):
    """One existing VPC, by id or by tags."""

    id: VpcId | None = None
    """The VPC's id (`vpc-…`)."""
    tags: dict[SearchKey, TagValue] = {}
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
    tags: dict[SearchKey, TagValue] = {}
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
    """The VPC and subnets that the stack is put into: existing ones, or its own with `create`."""

    vpc: Annotated[
        VpcLookup | None,
        BeforeValidator(_vpc, json_schema_input_type=VpcLookup | str | None),
        Expected("a VPC id (vpc-…) or `{tags: {Name: …}}`"),
    ] = None
    """A VPC id, or `{tags: {Name: …}}`."""
    public_subnets: Annotated[
        SubnetLookup | None,
        BeforeValidator(_subnets, json_schema_input_type=SubnetLookup | list[str] | None),
        _SUBNETS,
    ] = None
    """For an internet-facing load balancer: subnets in at least two zones."""
    private_subnets: Annotated[
        SubnetLookup | None,
        BeforeValidator(_subnets, json_schema_input_type=SubnetLookup | list[str] | None),
        _SUBNETS,
    ] = None
    """For the tasks (and for an internal load balancer)."""
    create: NewNetwork | None = None
    """A network of the stack's own, instead of an existing one."""

    reachability: Literal["warn", "refuse", "ignore"] = "warn"
    """What `plan` does when tasks could not reach ECR, CloudWatch Logs or their secrets.

    Judged by routes, endpoints and their security groups; `refuse` ends with exit code 4.
    """

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        if self.create is None and self.vpc is None:
            raise ValueError("expected `vpc` (an existing one), or `create` (one of the stack's)")
        if self.create and (self.vpc or self.public_subnets or self.private_subnets):
            raise ValueError("`create` makes the VPC and its subnets: none of them is looked up")
        return self
