"""Rules about services that call each other."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.document import Path, dotted
from provisioner.spec.finding import Finding, services
from provisioner.spec.models import Spec
from provisioner.spec.spelling import enumerated

_TIMEOUTS = ("idle_timeout_seconds", "request_timeout_seconds")


def connect_settings(spec: Spec) -> Iterator[Finding]:
    """What callers see is said of a port, and each name and port once; ECS ServiceConnectService.

    Access logs go where the proxy's log goes.
    """
    seen: dict[tuple[str, int], Path] = {}
    for path, service in services(spec):
        connect, where = service.connect, (*path, "connect")
        offered = ("name", "port", "protocol", "ingress_port", "tls", *_TIMEOUTS)
        for field in offered:
            if service.port is None and field in connect.model_fields_set:
                message = "a service without a `port` is called by nobody; it only calls others"
                yield Finding((*where, field), message)
        if connect.protocol == "tcp" and connect.request_timeout_seconds is not None:
            message = "tcp knows no requests; only idle_timeout_seconds goes with it"
            yield Finding((*where, "request_timeout_seconds"), message)
        if connect.access_logs and not connect.logs:
            yield Finding((*where, "access_logs"), "needs `logs`: access logs go where they go")
        if "access_log_queries" in connect.model_fields_set and not connect.access_logs:
            yield Finding((*where, "access_log_queries"), "says something about `access_logs` only")
        if connect.enabled and service.port is not None:
            alias = (connect.name or str(path[1]), connect.port or service.port)
            other = seen.setdefault(alias, where)
            if other != where:
                message = f"{alias[0]}:{alias[1]} is already what {dotted(other)} is called by"
                yield Finding(where, message)


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
