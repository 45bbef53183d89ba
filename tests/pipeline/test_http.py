from __future__ import annotations

import socket
import traceback

import pytest

from provisioner.errors import ProvisionerError
from provisioner.pipeline.http import LONGEST_WAIT_SECONDS, RETRIES, send
from tests.pipeline.conftest import Server

SECRET = "T0K3N"


def test_the_answer_and_the_next_page(server: Server) -> None:
    link = f'<{server.url}/?page=1>; rel="prev", <{server.url}/?page=3>; rel="next"'
    server.answers = [(200, [1], {"Link": link})]
    assert send("GET", f"{server.url}/?page=2", who="x") == ([1], f"{server.url}/?page=3")


def test_an_answer_without_json_is_none(server: Server) -> None:
    server.answers = [(200, "ok", {})]
    assert send("POST", server.url, {}, who="Slack") == (None, "")


@pytest.mark.parametrize("status", [403, 429, 502])
def test_a_busy_server_is_asked_again(server: Server, status: int) -> None:
    server.answers = [(status, {}, {"Retry-After": "0"}), (200, {"a": 1}, {})]
    assert send("POST", server.url, {}, who="x") == ({"a": 1}, "")
    assert len(server.asked) == 2


def test_nobody_waits_for_an_hour() -> None:
    assert RETRIES.parse_retry_after("7") == 7
    assert RETRIES.parse_retry_after("3600") == LONGEST_WAIT_SECONDS


def test_a_refusal_names_who_and_what_they_said_but_not_the_address(server: Server) -> None:
    server.answers = [(403, "invalid_token", {})]
    with pytest.raises(ProvisionerError) as refused:
        send("POST", f"{server.url}/{SECRET}", {}, who="Slack")
    assert str(refused.value) == "Slack refused with status 403: invalid_token"
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_told_without_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/{SECRET}"
        with pytest.raises(ProvisionerError) as refused:
            send("POST", address, {}, who="Slack")
    assert str(refused.value) == "Slack cannot be reached: MaxRetryError"
    assert SECRET not in "".join(traceback.format_exception(refused.value))
