"""What the stack needs but does not own: found before planning, with clear words when it is not."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.engine.observe import Find
from provisioner.resources.lookups.account import account
from provisioner.resources.lookups.certificate import certificate
from provisioner.resources.lookups.cluster import cluster
from provisioner.resources.lookups.hosted_zone import hosted_zone
from provisioner.resources.lookups.image import image
from provisioner.resources.lookups.listener import listener
from provisioner.resources.lookups.load_balancer import load_balancer
from provisioner.resources.lookups.log_group import log_group
from provisioner.resources.lookups.namespace import namespace
from provisioner.resources.lookups.network import network
from provisioner.resources.lookups.reachability import reachability
from provisioner.resources.lookups.repository import repository
from provisioner.resources.lookups.role import role
from provisioner.resources.lookups.secret import secret
from provisioner.resources.lookups.security_group import security_group
from provisioner.resources.lookups.topic import topic
from provisioner.resources.lookups.web_acl import web_acl
from provisioner.resources.lookups.zones import zones

FINDERS: Mapping[str, Find] = {
    "account": account,
    "certificate": certificate,
    "cluster": cluster,
    "hosted_zone": hosted_zone,
    "image": image,
    "listener": listener,
    "load_balancer": load_balancer,
    "log_group": log_group,
    "namespace": namespace,
    "network": network,
    "reachability": reachability,
    "repository": repository,
    "role": role,
    "secret": secret,
    "web_acl": web_acl,
    "security_group": security_group,
    "topic": topic,
    "zones": zones,
}
"""The registration: a new lookup is one more entry here."""
