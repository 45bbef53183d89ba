from __future__ import annotations

from collections.abc import Iterable, Iterator
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from provisioner.local.serve import LOOPBACK, listen


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response(
        "204 No Content" if body == b"none" else "200 OK", [("X-Path", environ["RAW_URI"])]
    )
    return [b"got ", body]


@pytest.fixture
def connection() -> Iterator[HTTPConnection]:
    server = listen(echo)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    client = HTTPConnection(LOOPBACK, server.port, timeout=5)
    yield client
    client.close()
    server.shutdown()
    thread.join()


def test_a_connection_serves_many_requests(connection: HTTPConnection) -> None:
    sockets = set()
    for number in range(3):
        connection.request("POST", f"/a%2Fb?n={number}", b"body")
        answer = connection.getresponse()
        assert (answer.read(), answer.headers["X-Path"]) == (b"got body", f"/a%2Fb?n={number}")
        sockets.add(connection.sock)
    assert len(sockets) == 1


def test_a_body_may_come_in_chunks(connection: HTTPConnection) -> None:
    connection.request("POST", "/", iter([b"one", b"two"]), encode_chunked=True)
    assert connection.getresponse().read() == b"got onetwo"


@pytest.mark.parametrize(
    ("method", "body", "length"), [("HEAD", None, "4"), ("POST", b"none", None)]
)
def test_an_answer_without_a_body_keeps_the_connection_usable(
    connection: HTTPConnection, method: str, body: bytes | None, length: str | None
) -> None:
    for _ in range(2):
        connection.request(method, "/", body)
        answer = connection.getresponse()
        assert (answer.read(), answer.headers["Content-Length"]) == (b"", length)


@pytest.mark.parametrize("length", ["much", "-1"])
def test_a_length_without_sense_is_answered(connection: HTTPConnection, length: str) -> None:
    connection.request("POST", "/", headers={"Content-Length": length})
    assert connection.getresponse().status == 400


def test_a_client_may_wait_before_it_sends_its_body(connection: HTTPConnection) -> None:
    connection.request("PUT", "/", b"body", {"Expect": "100-continue"})
    assert connection.getresponse().read() == b"got body"


def test_a_taken_port_is_an_error_or_means_another() -> None:
    with listen(echo) as first:
        with pytest.raises(OSError, match="in use"):
            listen(echo, first.port)
        with listen(echo, first.port, elsewhere=True) as second:
            assert second.port != first.port
