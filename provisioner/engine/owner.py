"""Ownership: the two tags that are the stack's only memory.

    provisioner:stack     oaktree/dev               whose it is
    provisioner:address   elbv2.target_group/app    which part of the stack it is

What belongs to no region (a role) carries `provisioner:region` as well, so that the same stack in
another region leaves it alone. They go into the create call of everything that can carry tags.

    provisioner:on-teardown   retain

What carries this one besides is changed like everything else, and never deleted: neither when it
leaves the spec nor by a teardown. The tag on the live thing decides, for the spec may be gone.
"""

from __future__ import annotations

from provisioner.engine.model import Resource, Tags

STACK = "provisioner:stack"
ADDRESS = "provisioner:address"
REGION = "provisioner:region"
SCALED = "provisioner:scaled"
"""On a service that is or was scaled: the index may not know its scalable target."""
DISCOVERED = "provisioner:discovered"
"""On a service that is or was in a namespace of the stack's: likewise."""
ON_TEARDOWN = "provisioner:on-teardown"
RETAIN = "retain"
MARK = "provisioner:attributes"
"""On what has attributes that are worth reading: they were set once, and may have to go again."""
WEB_ACL = "provisioner:web-acl"
"""On a load balancer that is or was behind a web ACL: its name or ARN, as the spec wrote it."""
RECOVERY = "provisioner:recovery-window-days"
"""On a secret: how long it can be restored after a delete, when the spec has forgotten it."""

BY = "provisioner:by/"
"""On a task definition: how it came about. Written once, never compared, never copied."""
WHO = "provisioner:by/who"
COMMIT = "provisioner:by/commit"
SPEC = "provisioner:by/spec"
"""The beginning of a hash of the whole spec."""
RAN = "provisioner:by/ran"
"""Its task has run to a good end, as a service asks for that is deployed after it."""
IMAGE_TAG = "provisioner:by/tag/"
"""With a container's name: the tag that its digest was found by."""
IMAGE = "provisioner:image"
EXTERNAL = "external"
"""On a task definition whose image is somebody else's: whatever they register is ours, too."""

NAMED = "provisioner:dns/"
"""With a host name, on a load balancer, or on the target groups behind somebody else's: records of
ours are, or were, where that name is held."""


def stamp(resource: Resource, stack: str) -> dict[str, str]:
    """The resource's own tags plus the ownership tags."""
    return {**resource.tags, STACK: stack, ADDRESS: resource.address}


def is_ours(tags: Tags, stack: str) -> bool:
    """Whether tags say that the thing belongs to the stack."""
    return tags.get(STACK) == stack


def is_retained(tags: Tags) -> bool:
    """Whether tags say that the thing stays when nobody wants it any more."""
    return tags.get(ON_TEARDOWN) == RETAIN
