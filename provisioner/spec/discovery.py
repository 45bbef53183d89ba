"""`discovery:` — a private DNS namespace in which services find each other."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from provisioner.spec.existing import ExistingNamespace
from provisioner.spec.fields import Int, Part, Word

NamespaceName = Annotated[
    str,
    Word(
        "a DNS name in lower case such as shop.internal",
        r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+",
    ),
]

NamespaceReference = Annotated[
    str,
    Word(
        "a namespace's name, or its ARN",
        r"arn:[^:]+:servicediscovery:[^:]+:\d{12}:namespace/[\w-]+|[A-Za-z0-9._-]{1,1024}",
    ),
]


class Discovery(Part):
    """The namespace; a service in it is found at `<service>.<namespace>`."""

    existing: ExistingNamespace = None
    """A private DNS namespace that is there already, by its name, id, ARN or tags."""
    namespace: NamespaceName | None = None
    """`<stack>-<environment>.internal` when not given. Cannot be changed later."""
    connect_namespace: NamespaceReference | None = None
    """A namespace of somebody else's for Service Connect, by name or ARN, instead."""
    ttl_seconds: Annotated[Int, Field(ge=1, le=3600)] = 15
    """How long clients may remember the addresses of tasks."""
