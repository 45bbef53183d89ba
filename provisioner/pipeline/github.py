"""The one comment on a pull request that is ours: made once, then kept current.

https://docs.github.com/en/rest/issues/comments
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisioner.errors import UsageError
from provisioner.pipeline.http import send

API = "https://api.github.com"
WHO = "GitHub"
LIMIT = 65_536
INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where to comment: `repository` is OWNER/NAME."""

    api: str
    repository: str
    number: int
    token: str

    def upsert(self, markdown: str, key: str) -> str:
        """Write our comment of this key, or write it anew. Returns its page's address.

        Ours is known by a line that people do not see. Raises ProvisionerError, UsageError.
        """
        mark = marker(key)
        body = f"{mark}\n{markdown}"
        if len(body) > LIMIT:
            raise UsageError(f"a comment has at most {LIMIT} characters, this one has {len(body)}")
        for comment in self._comments():
            if (comment.get("body") or "").startswith(mark) and _trusted(comment):
                done = self._send("PATCH", f"issues/comments/{comment['id']}", {"body": body})
                return str(done["html_url"])
        done = self._send("POST", f"issues/{self.number}/comments", {"body": body})
        return str(done["html_url"])

    def _comments(self) -> Iterator[Mapping[str, Any]]:
        following = f"{self._base}/issues/{self.number}/comments?per_page=100"
        while following:
            page, following = send("GET", following, headers=self._headers, who=WHO)
            yield from page

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer, _ = send(method, f"{self._base}/{path}", body, headers=self._headers, who=WHO)
        return dict(answer)

    @property
    def _base(self) -> str:
        return f"{self.api}/repos/{self.repository}"

    @property
    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "provisioner",
            "X-GitHub-Api-Version": "2022-11-28",
        }


def _trusted(comment: Mapping[str, Any]) -> bool:
    """Whether no outsider wrote it: they could write over the plan after it has been read.

    https://docs.github.com/en/graphql/reference/enums#commentauthorassociation
    """
    bot = (comment.get("user") or {}).get("type") == "Bot"
    return bot or comment.get("author_association") in INSIDERS


def marker(key: str) -> str:
    """The first line of our comment, which GitHub does not show."""
    return f"<!-- provisioner: {key.replace('--', '- -')} -->"


def pull_request(environ: Mapping[str, str], number: int | None = None) -> PullRequest:
    """The pull request that this job runs for. Raises UsageError: what is missing, and from where.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")
    if not token:
        raise UsageError("no token: set GITHUB_TOKEN (in Actions: ${{ github.token }})")
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not repository:
        raise UsageError("no repository: set GITHUB_REPOSITORY to OWNER/NAME")
    found = number or _from_event(environ.get("GITHUB_EVENT_PATH"))
    if not found:
        raise UsageError("this is not a pull request's job: say which with --pull-request")
    api = environ.get("GITHUB_API_URL") or API
    return PullRequest(api.rstrip("/"), repository, found, token)


def _from_event(path: str | None) -> int | None:
    if not path or not Path(path).is_file():
        return None
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"GITHUB_EVENT_PATH: {path} is no JSON document: {error}") from error
    number = (event.get("pull_request") or {}).get("number")
    return int(number) if number else None
