"""The way to AWS: what may be sent, what is asked once, what errors mean."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    UnauthorizedSSOTokenError,
)

from provisioner.api import connect
from provisioner.engine.aws import DENIED, Aws, code_of, explain, message_of, says
from provisioner.errors import NoAccess, ProvisionerError, WriteRefused
from tests.cloud.world import World
from tests.support.aws import REGION, Wire, new_aws, nowhere, refusal

THREADS = 8
PATIENCE = 10


class TestReadOnly:
    """Planning cannot write."""

    WRITES: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("ecs", "create_cluster", {}),
        ("ecs", "update_service", {"service": "a"}),
        ("ecs", "delete_cluster", {"cluster": "a"}),
        ("ecs", "tag_resource", {"resourceArn": "a", "tags": []}),
        ("ecs", "put_account_setting", {"name": "fargateFIPSMode", "value": "off"}),
        ("logs", "put_retention_policy", {"logGroupName": "a", "retentionInDays": 1}),
    )

    @pytest.mark.parametrize(("service", "operation", "arguments"), WRITES)
    def test_a_write_is_refused_before_anything_is_sent(
        self, service: str, operation: str, arguments: dict[str, Any]
    ) -> None:
        aws = new_aws()
        wire = Wire(aws, service)
        with pytest.raises(WriteRefused, match=f"planning tried to call {service}:"):
            getattr(aws.client(service), operation)(**arguments)
        assert wire.sent == []

    def test_it_takes_no_connection_to_be_refused(self) -> None:
        with pytest.raises(WriteRefused, match="ecs:CreateCluster"):
            nowhere().client("ecs").create_cluster()

    def test_a_snapshot_of_it_is_read_only_as_well(self) -> None:
        with pytest.raises(WriteRefused):
            nowhere().snapshot().client("ecs").create_cluster()

    @pytest.mark.parametrize(
        ("service", "operation", "arguments"),
        [
            ("ecs", "list_clusters", {}),
            ("ecs", "describe_clusters", {}),
            ("ecr", "get_lifecycle_policy", {"repositoryName": "app"}),
            ("ecr", "batch_get_image", {"repositoryName": "app", "imageIds": [{"imageTag": "1"}]}),
        ],
    )
    def test_a_read_is_sent(self, service: str, operation: str, arguments: dict[str, Any]) -> None:
        aws = new_aws()
        wire = Wire(aws, service)
        getattr(aws.client(service), operation)(**arguments)
        assert len(wire.sent) == 1

    def test_writable_sends_writes_through_clients_of_its_own(self) -> None:
        aws = new_aws()
        writing = aws.writable()
        wire = Wire(writing, "ecs", [{"cluster": {"clusterName": "a"}}])
        assert writing.client("ecs").create_cluster()["cluster"]["clusterName"] == "a"
        assert wire.sent == ["CreateCluster"]
        with pytest.raises(WriteRefused):
            aws.client("ecs").create_cluster()


class TestClients:
    """One client per service, shared by all looks at AWS."""

    def test_a_client_is_made_once(self) -> None:
        assert nowhere().client("ecs") is nowhere().snapshot().client("ecs")

    def test_many_threads_get_the_same_client(self) -> None:
        aws = new_aws()
        with ThreadPoolExecutor(THREADS) as pool:
            clients = list(pool.map(lambda _: aws.client("ecs"), range(THREADS)))
        assert len(set(map(id, clients))) == 1

    def test_who_has_never_answered_is_called_twice(self) -> None:
        aws = new_aws()
        calls: list[int] = []
        aws.client("ecs").meta.events.register("before-send", lambda **_: calls.append(1))
        with pytest.raises(EndpointConnectionError):
            aws.client("ecs").list_clusters()
        assert len(calls) == 2

    def test_who_has_answered_once_is_called_again(self) -> None:
        aws = new_aws()
        calls: list[int] = []
        Wire(aws, "logs")
        aws.client("logs").describe_log_groups()
        client = aws.snapshot().client("ecs", attempts=2)
        client.meta.events.register("before-send", lambda **_: calls.append(1))
        with pytest.raises(EndpointConnectionError):
            client.list_clusters()
        assert len(calls) == 3

    def test_the_region_is_the_sessions(self) -> None:
        assert nowhere().region == REGION

    def test_another_region_is_another_client(self) -> None:
        elsewhere = nowhere().client("acm", region="us-east-1")
        assert elsewhere.meta.region_name == "us-east-1"
        assert elsewhere is not nowhere().client("acm")
        assert nowhere().client("acm", region=REGION) is nowhere().client("acm")


class TestOnce:
    """A question that several kinds have is asked once per look."""

    def test_the_answer_is_remembered(self) -> None:
        aws, numbers = nowhere().snapshot(), count(1)
        assert [aws.once("key", lambda: next(numbers)) for _ in range(3)] == [1, 1, 1]

    def test_other_questions_are_asked(self) -> None:
        aws = nowhere().snapshot()
        assert aws.once("a", lambda: 1) == 1
        assert aws.once(("a", 1), lambda: 2) == 2

    def test_another_look_asks_again(self) -> None:
        aws = nowhere().snapshot()
        assert aws.once("key", lambda: 1) == 1
        assert aws.snapshot().once("key", lambda: 2) == 2

    def test_threads_that_ask_meanwhile_wait_for_the_one_answer(self) -> None:
        assert in_threads(lambda: "answer") == (["answer"] * THREADS, 1)

    def test_threads_that_ask_meanwhile_share_the_one_error(self) -> None:
        def refuse() -> str:
            raise refusal("AccessDenied")

        answers, asked = in_threads(refuse)
        assert asked == 1
        assert [code_of(error) for error in answers] == ["AccessDenied"] * THREADS

    def test_an_error_is_remembered_for_this_look(self) -> None:
        aws, error = nowhere().snapshot(), refusal("AccessDenied")

        def refuse() -> None:
            raise error

        for _ in range(2):
            with pytest.raises(ClientError):
                aws.once("key", refuse)


def in_threads(ask: Callable[[], str]) -> tuple[list[Any], int]:
    """What each of several threads got to hear, and how often the question was asked."""
    aws = nowhere().snapshot()
    asked: list[int] = []
    everyone = threading.Barrier(THREADS)

    def slowly() -> str:
        asked.append(1)
        return ask()

    def one(_: int) -> Any:
        everyone.wait(PATIENCE)
        try:
            return aws.once("key", slowly)
        except ClientError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS))), len(asked)


class TestGather:
    """Several questions at the same time, answers in order."""

    @pytest.mark.parametrize("items", [[], [1], [3, 1, 2]], ids=repr)
    def test_answers_are_in_the_order_of_the_questions(self, items: list[int]) -> None:
        assert nowhere().gather(lambda item: item * 10, iter(items)) == [i * 10 for i in items]

    def test_questions_are_asked_at_the_same_time(self) -> None:
        together = threading.Barrier(THREADS)
        nowhere().gather(lambda _: together.wait(PATIENCE), range(THREADS))

    def test_the_first_error_is_raised(self) -> None:
        def ask(item: int) -> int:
            if item > 1:
                raise refusal(f"Error{item}")
            return item

        with pytest.raises(ClientError, match="Error2"):
            nowhere().gather(ask, [1, 2, 3])


def test_pages_are_put_together() -> None:
    aws = new_aws()
    first: dict[str, Any] = {"clusterArns": ["a", "b"], "nextToken": "t"}
    wire = Wire(aws, "ecs", [first, {"clusterArns": ["c"]}])
    assert aws.pages("ecs", "list_clusters", "clusterArns") == ["a", "b", "c"]
    assert wire.sent == ["ListClusters", "ListClusters"]


SAYS: dict[str, tuple[BaseException, tuple[str, ...], bool]] = {
    "the code": (refusal("NotFound"), ("NotFound",), True),
    "one of several": (refusal("NotFound"), ("Gone", "NotFound"), True),
    "another code": (refusal("InUse"), ("NotFound",), False),
    "a part of the code": (refusal("NotFoundException"), ("NotFound",), False),
    "code and words": (refusal("Invalid", "was not found"), ("Invalid: not found",), True),
    "code and other words": (refusal("Invalid", "is too long"), ("Invalid: not found",), False),
    "no patterns": (refusal("NotFound"), (), False),
    "not AWS's error": (ValueError("NotFound"), ("NotFound",), False),
}


@pytest.mark.parametrize(("error", "patterns", "expected"), SAYS.values(), ids=SAYS)
def test_says(error: BaseException, patterns: tuple[str, ...], expected: bool) -> None:
    assert says(error, patterns) is expected


def test_code_and_message_of_any_error() -> None:
    assert (code_of(refusal("A", "b")), message_of(refusal("A", "b"))) == ("A", "b")
    bare = ClientError({}, "Op")
    assert code_of(bare) == ""
    assert "Op" in message_of(bare)
    assert (code_of(ValueError("x")), message_of(ValueError("x"))) == ("", "x")


def test_a_closed_connection_leaves_no_socket_and_no_thread(world: World) -> None:
    before, others = open_files(), set(threading.enumerate())
    with connect(REGION, endpoint_url=world.server.endpoint, access_key=("test", "test")) as aws:
        for one in (aws, aws.snapshot(), aws.writable()):
            one.gather(one.client, ["ecs", "iam", "logs"])
            one.client("ecs").list_clusters()
        assert len(open_files()) > len(before)
        pool = set(threading.enumerate()) - others
        assert pool
    assert open_files() <= before
    for thread in pool:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def open_files() -> set[str]:
    return {one.name for one in Path("/dev/fd").iterdir()}


EXPLAINED: dict[str, tuple[ClientError | BotoCoreError, type[ProvisionerError], str]] = {
    "no credentials": (
        NoCredentialsError(),
        NoAccess,
        "no AWS credentials found: set AWS_PROFILE, run `aws sso login`, or use --local",
    ),
    "half of the credentials": (
        PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        NoAccess,
        "no AWS credentials found: set AWS_PROFILE, run `aws sso login`, or use --local",
    ),
    "a login that ran out": (
        UnauthorizedSSOTokenError(),
        NoAccess,
        "The SSO session associated with this profile has expired or is otherwise invalid. "
        "To refresh this SSO session run aws sso login with the corresponding profile.; "
        "log in again",
    ),
    "nobody there": (
        EndpointConnectionError(endpoint_url="http://localhost:1"),
        ProvisionerError,
        "nothing answers at http://localhost:1",
    ),
    "not allowed": (
        refusal("AccessDenied", "not authorized", "ListRoles"),
        NoAccess,
        "ListRoles: AccessDenied: not authorized",
    ),
    "refused": (
        refusal("Throttling", "Rate exceeded", "ListRoles"),
        ProvisionerError,
        "ListRoles: Throttling: Rate exceeded",
    ),
    "anything else": (
        ParamValidationError(report="Missing parameter"),
        ProvisionerError,
        "Parameter validation failed:\nMissing parameter",
    ),
}


@pytest.mark.parametrize(("error", "kind", "words"), EXPLAINED.values(), ids=EXPLAINED)
def test_explain(
    error: ClientError | BotoCoreError, kind: type[ProvisionerError], words: str
) -> None:
    explained = explain(error)
    assert type(explained) is kind
    assert str(explained) == words


@pytest.mark.parametrize("code", sorted(DENIED))
def test_every_way_to_say_no_means_no_access(code: str) -> None:
    assert explain(refusal(code)).exit_code == 77


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        (None, None, ""),
        ("http://localhost:1", None, "http://localhost:1"),
        (None, "http://localhost:2", "http://localhost:2"),
        ("https://vpce-1.ecs.eu-west-1.vpce.amazonaws.com", None, ""),
    ],
)
def test_an_endpoint_is_known_that_is_not_aws_s(
    given: str | None, environment: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if environment:
        monkeypatch.setenv("AWS_ENDPOINT_URL", environment)
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name=REGION)
    with Aws(session, endpoint_url=given) as aws:
        assert aws.endpoint == expected
