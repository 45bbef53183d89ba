"""moto's CloudWatch Logs with keys for log groups that are there, which moto 5.2.5 lacks.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
"""

from __future__ import annotations

from moto.logs import urls
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse


def install() -> None:
    """Put this API in the place of moto's."""
    urls.url_paths["{0}/$"] = LogsApi.dispatch


class LogsApi(LogsResponse):
    """One request. The public methods are operations."""

    def associate_kms_key(self) -> str:
        """Encrypt what a log group is given from now on with a key."""
        self._encrypt(self._get_param("kmsKeyId"))
        return ""

    def disassociate_kms_key(self) -> str:
        """Encrypt it with CloudWatch's own key again."""
        self._encrypt(None)
        return ""

    def _encrypt(self, key: str | None) -> None:
        group = self.logs_backend.groups.get(self._get_param("logGroupName"))
        if group is None:
            raise ResourceNotFoundException
        group.kms_key_id = key
