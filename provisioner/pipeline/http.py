"""One way to send JSON to somebody else's server."""

from __future__ import annotations

import json
from typing import Any

import urllib3

from provisioner.errors import ProvisionerError

SECONDS = 10.0
BUSY = (429, 500, 502, 503, 504)
LONGEST_WAIT_SECONDS = 60.0


class _Patience(urllib3.Retry):
    """Waits as long as it is asked to, within reason: a job has better things to do for an hour.

    GitHub's limits are 429 or 403, and only the latter's Retry-After tells it from a refusal.
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    RETRY_AFTER_STATUS_CODES = urllib3.Retry.RETRY_AFTER_STATUS_CODES | {403}

    def parse_retry_after(self, retry_after: str) -> float:
        return min(super().parse_retry_after(retry_after), LONGEST_WAIT_SECONDS)


RETRIES = _Patience(
    total=3,
    backoff_factor=0.5,
    status_forcelist=BUSY,
    allowed_methods=None,
    raise_on_status=False,
    redirect=0,
)
"""A comment posted twice is better than none: POST is repeated, too, and Retry-After is kept."""
REFUSED = 400


def send(
    method: str, url: str, body: Any = None, *, headers: dict[str, str] | None = None, who: str
) -> tuple[Any, str]:
    """The answer's JSON (None where it is none), and the address of the next page ("" at the end).

    Raises ProvisionerError, which says `who` was asked and never the address: it may be a secret.
    """
    try:
        answer = urllib3.request(
            method,
            url,
            body=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json", **(headers or {})},
            timeout=SECONDS,
            retries=RETRIES,
        )
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise ProvisionerError(f"{who} cannot be reached: {type(error).__name__}") from None
    if answer.status >= REFUSED:
        said = answer.data.decode(errors="replace").strip()[:200]
        raise ProvisionerError(f"{who} refused with status {answer.status}: {said}")
    try:
        return answer.json(), _next(answer.headers.get("Link", ""))
    except ValueError:
        return None, ""


def _next(link: str) -> str:
    """Of `<https://…?page=2>; rel="next", …`: RFC 8288."""
    for part in link.split(","):
        address, _, rest = part.partition(";")
        if 'rel="next"' in rest:
            return address.strip().strip("<>")
    return ""
