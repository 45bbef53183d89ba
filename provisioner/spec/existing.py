"""`existing:` — what is there already and is used instead of made: by name, by id or ARN, by tags.

`tags` may be anybody's, those of another stack (`provisioner:stack`) included.
"""

# ruff: noqa: RUF012  # pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from provisioner.spec.fields import Expected, Part, Port, TagValue, Word

SearchKey = Annotated[str, Field(min_length=1, max_length=128)]
HIGHEST_PRIORITY = 50000
_ARN = r"arn:aws[a-z-]*:"
_ELB_ARN = _ARN + r"elasticloadbalancing:[a-z0-9-]+:\d{12}:"
_BALANCER = "the name or ARN of an application load balancer, or `{tags: {…}}`"
_GROUP = "a security group's id (sg-…) or name, or `{tags: {…}}`"
_LISTENER = "a listener's port or ARN, or `{tags: {…}}`"
_TOPIC = "an SNS topic's name or ARN, or `{tags: {…}}`"
_NAMESPACE = "a namespace's name, id (ns-…) or ARN, or `{tags: {…}}`"
_CLUSTER = "a cluster's name, or `{tags: {…}}`"
_LISTENER_ARN = _ELB_ARN + r"listener/app/[\w-]+/[0-9a-f]+/[0-9a-f]+"


class Tagged(Part):
    """One thing, by its tags."""

    tags: dict[SearchKey, TagValue] = {}
    """Every one of these tags must match, and only one thing may have them all."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        others = [name for name in type(self).model_fields if name != "tags"]
        if sum(getattr(self, name) is not None for name in others) + bool(self.tags) != 1:
            words = [f"`{name}`" for name in (*others, "tags")]
            raise ValueError(f"expected one of {', '.join(words)}")
        return self


class BalancerLookup(Tagged):
    """An application load balancer."""

    name: (
        Annotated[
            str,
            Word(
                _BALANCER,
                rf"[A-Za-z0-9][A-Za-z0-9-]{{0,31}}|{_ELB_ARN}loadbalancer/app/[\w-]+/[0-9a-f]+",
            ),
        ]
        | None
    ) = None
    """Its name, or its ARN."""


class ListenerLookup(Tagged):
    """A listener of the load balancer."""

    port: Port | None = None
    """The port that it listens on."""
    arn: Annotated[str, Word("the ARN of a listener", _LISTENER_ARN)] | None = None
    """With it, `load_balancer.existing` may be left out."""


class GroupLookup(Tagged):
    """A security group of the VPC."""

    name: (
        Annotated[
            str, Word(_GROUP, r"sg-[A-Za-z0-9]+|(?!sg-)[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+")
        ]
        | None
    ) = None
    """Its id, or its name."""


class TopicLookup(Tagged):
    """An SNS topic."""

    name: (
        Annotated[str, Word(_TOPIC, rf"[\w-]{{1,256}}|{_ARN}sns:[a-z0-9-]+:\d{{12}}:[\w-]+")] | None
    ) = None
    """Its name, or its ARN."""


class NamespaceLookup(Tagged):
    """A private DNS namespace of Cloud Map."""

    name: (
        Annotated[
            str,
            Word(
                _NAMESPACE,
                rf"[\w.-]{{1,253}}|{_ARN}servicediscovery:[a-z0-9-]+:\d{{12}}:namespace/ns-[a-z0-9]+",
            ),
        ]
        | None
    ) = None
    """Its name, its id, or its ARN."""


class ClusterLookup(Tagged):
    """An ECS cluster."""

    name: Annotated[str, Word(_CLUSTER, r"[A-Za-z0-9_-]{1,255}")] | None = None


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _listener(value: Any) -> Any:
    if isinstance(value, str) and not value.isdecimal():
        return {"arn": value}
    return {"port": value} if isinstance(value, str | int) else value


ExistingBalancer = Annotated[
    BalancerLookup | None,
    BeforeValidator(_named, json_schema_input_type=BalancerLookup | str | None),
    Expected(_BALANCER),
]
ExistingListener = Annotated[
    ListenerLookup | None,
    BeforeValidator(_listener, json_schema_input_type=ListenerLookup | str | int | None),
    Expected(_LISTENER),
]
ExistingGroup = Annotated[
    GroupLookup | None,
    BeforeValidator(_named, json_schema_input_type=GroupLookup | str | None),
    Expected(_GROUP),
]
ExistingTopic = Annotated[
    TopicLookup | None,
    BeforeValidator(_named, json_schema_input_type=TopicLookup | str | None),
    Expected(_TOPIC),
]
ExistingNamespace = Annotated[
    NamespaceLookup | None,
    BeforeValidator(_named, json_schema_input_type=NamespaceLookup | str | None),
    Expected(_NAMESPACE),
]
ExistingCluster = Annotated[
    ClusterLookup | None,
    BeforeValidator(_named, json_schema_input_type=ClusterLookup | str | None),
    Expected(_CLUSTER),
]

Priorities = Annotated[
    str, Word("a range of priorities such as 1000-1999", r"[1-9][0-9]{0,4}-[1-9][0-9]{0,4}")
]


def band(text: str) -> range:
    """`1000-1999` as the numbers in it."""
    low, high = map(int, text.split("-"))
    return range(low, high + 1)


def balancer_of(listener_arn: str) -> str:
    """The load balancer's ARN in that of its listener.

    Source: Service Authorization Reference, Elastic Load Balancing V2, resource types.
    """
    return listener_arn.rsplit("/", 1)[0].replace(":listener/", ":loadbalancer/")
