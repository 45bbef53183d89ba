"""moto's IAM with AWS's own managed policies, in the one partition that is used.

moto 5.2.5 loads the 1,582 policies either nowhere or in five partitions at once, which takes over
a second, and again after every reset.
"""

from __future__ import annotations

from copy import copy
from typing import ClassVar

from moto.iam import urls
from moto.iam.models import IAMBackend, ManagedPolicy, iam_backends

from ._extension import Extension


def install() -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    iam_backends.backend = IamBackend


class IamBackend(Extension, IAMBackend):
    """One account's IAM in one partition, which moto has in the place of a region."""

    urls_of = urls
    parsed: ClassVar[dict[str, list[ManagedPolicy]]] = {}

    def _init_aws_policies(self) -> list[ManagedPolicy]:
        if self.region_name != "aws":
            return []
        if self.account_id not in self.parsed:
            self.parsed[self.account_id] = super()._init_aws_policies()
        return list(map(copy, self.parsed[self.account_id]))
