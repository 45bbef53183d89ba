"""moto's Secrets Manager with descriptions that can go, which moto 5.2.5 keeps for good.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager import urls
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends

from ._extension import Extension


def install() -> None:
    """Put this backend in the place of moto's, before moto has made one."""
    secretsmanager_backends.backend = DescribedSecretsManagerBackend


class DescribedSecretsManagerBackend(Extension, SecretsManagerBackend):
    """One account and region."""

    urls_of = urls

    def update_secret(self, secret_id: str, *args: Any, **kwargs: Any) -> str:
        """Update it; an empty description takes away the one that it had."""
        answer = super().update_secret(secret_id, *args, **kwargs)
        if kwargs.get("description") == "":
            secret: Any = self.secrets[secret_id]
            secret.description = ""
        return answer
