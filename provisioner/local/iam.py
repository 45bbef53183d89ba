"""moto's IAM with AWS's own managed policies, in the one partition that is used.

moto 5.2.5 loads the 1,582 policies either nowhere or in five partitions at once, which takes over
a second, and again after every reset. All that can change of them is how often they are attached.
"""

from __future__ import annotations

from typing import Any, ClassVar

from moto.iam import urls
from moto.iam.models import IAMBackend, ManagedPolicy, Role, iam_backends

from ._extension import Extension
from .settings import Settings


def install(settings: Settings) -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    IamBackend.settings = settings
    iam_backends.backend = IamBackend


class IamBackend(Extension, IAMBackend):
    """One account's IAM in one partition, which moto has in the place of a region."""

    urls_of = urls
    settings: ClassVar[Settings] = Settings()
    parsed: ClassVar[dict[str, list[ManagedPolicy]]] = {}

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        # When each role was created, in simulated time, by name.
        self.born: dict[str, float] = {}
        # When each service first needed its service-linked role.
        self.linked: dict[str, float] = {}

    def create_role(self, role_name: str, *args: Any, **kwargs: Any) -> Role:
        """Create it, and remember when."""
        made = super().create_role(role_name, *args, **kwargs)
        self.born[role_name] = self.settings.clock.now()
        return made

    def _init_aws_policies(self) -> list[ManagedPolicy]:
        if self.region_name != "aws":
            return []
        if self.account_id not in self.parsed:
            self.parsed[self.account_id] = super()._init_aws_policies()
        for policy in self.parsed[self.account_id]:
            policy.attachment_count = 0
        return list(self.parsed[self.account_id])
