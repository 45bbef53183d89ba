"""The comment on a pull request, on a local stand-in for GitHub's API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.errors import UsageError
from provisioner.pipeline.github import PullRequest, marker, pull_request
from provisioner.render.markdown import COMMENT_LIMIT
from tests.pipeline.conftest import Server

DONE: tuple[int, Any, dict[str, str]] = (200, {"html_url": "https://host/c/7"}, {})
BOT = {"user": {"login": "github-actions[bot]", "type": "Bot"}, "author_association": "NONE"}
JOB = {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "o/r"}


def at(server: Server) -> PullRequest:
    return PullRequest(server.url, "octo/shop", 5, "t0ken")


def test_the_first_time_a_comment_is_made(server: Server) -> None:
    server.answers = [(200, [{"id": 1, "body": "hello"}, {"id": 2, "body": None}], {}), DONE]
    assert at(server).upsert("# Plan", "dev") == "https://host/c/7"
    listed, made = server.asked
    assert listed.path == "/repos/octo/shop/issues/5/comments?per_page=100"
    assert (made.method, made.path) == ("POST", "/repos/octo/shop/issues/5/comments")
    assert made.body == {"body": "<!-- provisioner: dev -->\n# Plan"}
    assert made.headers["Authorization"] == "Bearer t0ken"


def test_the_next_time_it_is_written_anew_wherever_it_stands(server: Server) -> None:
    following = {"Link": f'<{server.url}/page2>; rel="next"'}
    theirs = {**BOT, "id": 1, "body": "x"}
    ours = {**BOT, "id": 9, "body": f"{marker('dev')}\nold"}
    server.answers = [(200, [theirs], following), (200, [ours], {}), DONE]
    at(server).upsert("new", "dev")
    last = server.asked[-1]
    assert (last.method, last.path) == ("PATCH", "/repos/octo/shop/issues/comments/9")
    assert last.body == {"body": f"{marker('dev')}\nnew"}


def test_every_key_has_its_own(server: Server) -> None:
    server.answers = [(200, [{**BOT, "id": 9, "body": f"{marker('staging')}\nx"}], {}), DONE]
    at(server).upsert("new", "dev")
    assert server.asked[-1].method == "POST"


def test_somebody_who_quotes_our_comment_keeps_theirs(server: Server) -> None:
    server.answers = [(200, [{**BOT, "id": 9, "body": f"> {marker('dev')}"}], {}), DONE]
    at(server).upsert("new", "dev")
    assert server.asked[-1].method == "POST"


@pytest.mark.parametrize(
    ("association", "method"),
    [("NONE", "POST"), ("CONTRIBUTOR", "POST"), ("FIRST_TIMER", "POST"), ("MEMBER", "PATCH")],
)
def test_an_outsider_s_comment_that_looks_like_ours_is_not_taken(
    server: Server, association: str, method: str
) -> None:
    """Whoever wrote a comment can change it: the plan in it would say what they like."""
    author = {"user": {"login": "x", "type": "User"}, "author_association": association}
    server.answers = [(200, [{**author, "id": 9, "body": f"{marker('dev')}\n"}], {}), DONE]
    at(server).upsert("new", "dev")
    assert server.asked[-1].method == method


def test_what_is_too_long_is_not_sent(server: Server) -> None:
    with pytest.raises(UsageError, match="at most 65536 characters"):
        at(server).upsert("x" * 65_536, "dev")
    assert server.asked == []


def test_an_event_that_is_no_json_is_named(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text("{")
    with pytest.raises(UsageError, match=r"event\.json is no JSON document"):
        pull_request({**JOB, "GITHUB_EVENT_PATH": str(event)})


def test_the_longest_plan_is_a_comment(server: Server) -> None:
    """Its first line is ours, and the command that printed it ended it with a line break."""
    server.answers = [(200, [], {}), DONE]
    at(server).upsert("x" * COMMENT_LIMIT + "\n", "environment-" * 8)
    assert server.asked[-1].method == "POST"


def test_the_pull_request_comes_from_the_job_s_event(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 12}}))
    found = pull_request({**JOB, "GITHUB_EVENT_PATH": str(event), "GITHUB_API_URL": "https://g/"})
    assert found == PullRequest("https://g", "o/r", 12, "t")


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"GITHUB_REPOSITORY": "o/r"}, "no token: set GITHUB_TOKEN"),
        ({"GITHUB_TOKEN": "t"}, "no repository: set GITHUB_REPOSITORY"),
        (JOB, "this is not a pull request's job: say which with --pull-request"),
    ],
)
def test_what_is_missing_is_named(environ: dict[str, str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        pull_request(environ)
