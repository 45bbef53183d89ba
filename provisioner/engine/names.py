"""Names for things that must exist beside their predecessor for a while."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from provisioner.engine.kind import Kind
from provisioner.engine.model import Outputs, Resource, resolve

HASH_LENGTH = 6


def variant(resource: Resource, kind: Kind, known: Outputs) -> Resource:
    """The resource under its own name plus a hash of what cannot be changed in place.

    Depends on the spec alone, so that the next run finds the same name.
    """
    name = kind.identity[0]
    fixed = {
        field: resolve(resource.properties.get(field), known)
        for field in sorted(kind.immutable - {name})
    }
    digest = hashlib.sha256(json.dumps(fixed, sort_keys=True, default=str).encode()).hexdigest()
    stem = str(resource.properties[name])[: kind.name_limit - HASH_LENGTH - 1].rstrip("-")
    renamed = {**resource.properties, name: f"{stem}-{digest[:HASH_LENGTH]}"}
    return replace(resource, properties=renamed)
