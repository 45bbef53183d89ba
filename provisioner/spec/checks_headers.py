"""Rules about headers that the load balancer adds."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.spec.finding import Finding
from provisioner.spec.models import Spec


def credentials(spec: Spec) -> Iterator[Finding]:
    """Browsers refuse cookies for everybody; Fetch Standard, CORS protocol and credentials."""
    cors = spec.load_balancer.cors if spec.load_balancer else None
    if cors and cors.allow_credentials and cors.allow_origin == "*":
        message = "does not go with allow_origin *; browsers want a site by name"
        yield Finding(("load_balancer", "cors", "allow_credentials"), message)
