"""Physical names: `<stack>-<what>-<environment>`, and what is in the way of that.

The service `app` is the stack's main one and adds nothing to the names of its things;
any other service puts its key in between (`oaktree-api-service-dev`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

MAIN_SERVICE = "app"
HASH_LENGTH = 6
ELB_LIMIT = 32
ROLE_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Names:
    """The naming of one stack in one environment and region."""

    stack: str
    environment: str | None
    region: str

    @property
    def owner(self) -> str:
        """What the ownership tag says: `oaktree/dev`."""
        return f"{self.stack}/{self.environment}" if self.environment else self.stack

    def of(self, what: str, *, service: str = "", limit: int = 255) -> str:
        """`oaktree-alb-dev`, `oaktree-api-service-dev`."""
        parts = (self.stack, _infix(service), what, self.environment)
        return shorten("-".join(part for part in parts if part), limit)

    def role(self, what: str, service: str) -> str:
        """Roles are global to the account: the region is part of their name."""
        return shorten(f"{self.of(what, service=service)}-{self.region}", ROLE_LIMIT)

    def container(self, service: str) -> str:
        """`oaktree-app`: a container's name carries no environment."""
        return f"{self.stack}-{service}"

    def log_group(self, service: str) -> str:
        """`/ecs/oaktree-dev`."""
        parts = (self.stack, _infix(service), self.environment)
        return "/ecs/" + "-".join(part for part in parts if part)


def shorten(name: str, limit: int) -> str:
    """The name, its end replaced by a hash where it is too long."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{name[: limit - HASH_LENGTH - 1].rstrip('-')}-{digest}"


def _infix(service: str) -> str:
    return "" if service == MAIN_SERVICE else service
