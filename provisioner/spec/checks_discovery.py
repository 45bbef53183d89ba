"""Rules about services that call each other."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.finding import Finding, services
from provisioner.spec.models import Spec
from provisioner.spec.spelling import enumerated


def connections(spec: Spec) -> Iterator[Finding]:
    """What is called must be another service, and listen."""
    for path, service in services(spec):
        for index, name in enumerate(service.connects_to):
            where = (*path, "connects_to", index)
            if name not in spec.services:
                known = enumerated([one for one in spec.services if one != path[1]], "or")
                found = f"; there is {known}" if known else ""
                yield Finding(where, f"no service is called `{name}`{found}")
            elif name == path[1]:
                yield Finding(where, "a service does not connect to itself")
            elif name in service.connects_to[:index]:
                yield Finding(where, f"`{name}` stands here twice")
            elif spec.services[name].port is None:
                yield Finding(where, f"`{name}` listens on no port; give it `port`")
