"""ECS Service Connect: who offers what in the namespace, and who calls it.

ECS makes the Cloud Map services behind it, and takes them away with its own.
Sources: Amazon ECS developer guide, Service Connect configuration overview; infrastructure IAM
role for Service Connect TLS; API_ServiceConnectConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.engine.model import Keeper, Ref, Resource, text
from provisioner.spec.connect import Connect, ConnectTls
from provisioner.spec.service import Service
from provisioner.stack import existing, identity
from provisioner.stack.containers import log_group
from provisioner.stack.context import Context, address, ref

NAMESPACE = "servicediscovery.namespace"
SERVICE = "ecs.service"
CONFIGURATION = "serviceConnectConfiguration"
MANAGED_POLICY = (
    "service-role/AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"
)
BY_ECS = Keeper("ECS, which tells the namespace in its own way", shared=True)
LABEL = "provisioner.connects-to"
"""Running tasks do not learn of new names: a caller of another service is another revision."""


def build(context: Context) -> Iterator[Resource]:
    """A role per service whose requests are encrypted."""
    for name, service in context.services():
        tls = service.connect.tls
        if not offers(service) or tls is None or tls.role:
            continue
        partition = context.account.ref("Partition")
        properties = {
            "RoleName": context.names.role("connect", name),
            "AssumeRolePolicyDocument": identity.trust_of_ecs(context),
            "InlinePolicies": {},
            "ManagedPolicyArns": [text("arn:", partition, ":iam::aws:policy/", MANAGED_POLICY)],
        }
        yield identity.role(context, _role(name), properties)


def offers(service: Service) -> bool:
    """Whether others call the service through Service Connect."""
    return service.connect.enabled and service.port is not None


def called(context: Context, service: Service) -> list[str]:
    """The services that one calls through Service Connect."""
    return [name for name in service.connects_to if offers(context.spec.services[name])]


def takes_part(context: Context, service: Service) -> bool:
    """Whether a service's tasks have a proxy."""
    return service.connect.enabled or bool(called(context, service))


def in_our_namespace(context: Context) -> bool:
    """Whether Service Connect needs the stack's own namespace."""
    parts = any(takes_part(context, service) for _, service in context.services())
    return parts and context.spec.discovery.connect_namespace is None


def configuration(context: Context, name: str, service: Service) -> dict[str, Any]:
    """`serviceConnectConfiguration`; empty where the service takes no part."""
    if not takes_part(context, service):
        return {}
    spec = service.connect
    properties: dict[str, Any] = {
        "enabled": True,
        "namespace": context.spec.discovery.connect_namespace or ref(NAMESPACE, "main"),
        "services": [_offered(name, service, spec)] if offers(service) else [],
    }
    if spec.logs:
        properties["logConfiguration"] = {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group(context, name, service),
                "awslogs-region": context.names.region,
                "awslogs-stream-prefix": "connect",
            },
        }
    if spec.access_logs:
        queries = "ENABLED" if spec.access_log_queries else "DISABLED"
        properties["accessLogConfiguration"] = {
            "format": spec.access_logs.upper(),
            "includeQueryParameters": queries,
        }
    return properties


def joined(
    context: Context, name: str, service: Service, containers: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The containers of a task with what Service Connect wants to know of them."""
    names = sorted(called(context, service))
    main, *others = [
        {**one, "portMappings": [_named(name, service, port) for port in one["portMappings"]]}
        for one in containers
    ]
    if names:
        main["dockerLabels"] = {**main["dockerLabels"], LABEL: ",".join(names)}
    return [main, *others]


def _named(name: str, service: Service, mapping: dict[str, Any]) -> dict[str, Any]:
    if not offers(service) or mapping["containerPort"] != service.port:
        return mapping
    protocol = service.connect.protocol
    spoken = {} if protocol == "tcp" else {"appProtocol": protocol}
    return {**mapping, "name": name, **spoken}


def before(context: Context, name: str) -> tuple[str, ...]:
    """Addresses of the services that must be there before the tasks of one start.

    Of services that call each other nobody comes first.
    """
    reach = _reach(context)
    found = called(context, context.spec.services[name])
    return tuple(address(SERVICE, one) for one in found if name not in reach[one])


def _reach(context: Context) -> dict[str, set[str]]:
    """Service to all that it calls, directly or through others."""
    reach = {name: set(called(context, service)) for name, service in context.services()}
    for _ in reach:
        reach = {name: ones.union(*(reach[one] for one in ones)) for name, ones in reach.items()}
    return reach


def _offered(name: str, service: Service, spec: Connect) -> dict[str, Any]:
    """The protocol is part of the name in Cloud Map, for it cannot change under the same name."""
    properties: dict[str, Any] = {
        "portName": name,
        "discoveryName": f"{name}-{spec.protocol}",
        "clientAliases": [{"port": spec.port or service.port, "dnsName": spec.name or name}],
    }
    timeout = {
        key: value
        for key, value in (
            ("idleTimeoutSeconds", spec.idle_timeout_seconds),
            ("perRequestTimeoutSeconds", spec.request_timeout_seconds),
        )
        if value is not None
    }
    if timeout:
        properties["timeout"] = timeout
    if spec.ingress_port:
        properties["ingressPortOverride"] = spec.ingress_port
    if spec.tls:
        properties["tls"] = _tls(name, spec.tls)
    return properties


def _tls(name: str, spec: ConnectTls) -> dict[str, Any]:
    made: Ref | str = existing.role(spec.role) or ref(identity.ROLE, _role(name))
    authority = {"awsPcaAuthorityArn": spec.certificate_authority}
    key = {"kmsKey": spec.kms_key} if spec.kms_key else {}
    return {"issuerCertificateAuthority": authority, "roleArn": made, **key}


def _role(name: str) -> str:
    return f"{name}-connect"
