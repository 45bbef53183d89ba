"""The way to AWS: clients, read-only mode, one answer per question, parallel reads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from provisioner.errors import NoAccess, ProvisionerError, WriteRefused

log = structlog.get_logger()
T = TypeVar("T")
Item = TypeVar("Item")

STALE_LOGIN = (
    CredentialRetrievalError, SSOError, SSOTokenLoadError, TokenRetrievalError,
    UnauthorizedSSOTokenError,
)  # fmt: skip
READS = ("Describe", "List", "Get", "BatchGet", "Head", "Search", "Check", "Simulate", "Filter")
DENIED = frozenset({
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError",
    "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException",
    "AuthFailure", "SignatureDoesNotMatch", "InvalidSignatureException", "OptInRequired",
})  # fmt: skip
THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
    "RequestThrottledException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown",
    "PriorRequestNotComplete", "BandwidthLimitExceeded",
})  # fmt: skip
HOMES: Mapping[str, tuple[str, ...]] = {
    "chatbot": ("us-east-2", "us-west-2", "eu-west-1", "ap-southeast-1"),
}
"""Services of the whole account that answer in some regions only; elsewhere the first is asked.

Source: AWS General Reference, Amazon Q Developer in chat applications endpoints.
"""
AWS_HOSTS = (
    ".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws",
    ".api.amazonwebservices.com.cn",
)  # fmt: skip
"""How names of AWS's own endpoints end: AWS General Reference, AWS service endpoints."""
WORKERS = 64
RETRIES = 8
HELLOS = 2
"""So often is a server called that has never answered: it is the address that is wrong."""
CONNECT_SECONDS = 10
READ_SECONDS = 60


class Aws:
    """Clients of one account and region.

    `read_only` refuses every operation that is not a read, before it is sent.
    Clients are shared by `snapshot`, which begins with nothing remembered.
    As a context manager it is closed in the end.
    """

    def __init__(
        self,
        session: boto3.Session,
        *,
        endpoint_url: str | None = None,
        read_only: bool = False,
    ) -> None:
        self.session = session
        self.endpoint_url = endpoint_url
        self.read_only = read_only
        self._clients: dict[tuple[str, int, str], Any] = {}
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="aws")
        self._writing: Aws | None = None
        self._heard = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give connections and threads back, those of snapshots and of `writable` as well.

        Calls that are under way end by themselves; there are no others after it.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients.values():
            client.close()
        if self._writing is not None:
            self._writing.close()

    @property
    def region(self) -> str:
        """The region that calls go to."""
        return str(self.session.region_name)

    @property
    def endpoint(self) -> str:
        """Where calls go instead of AWS: what was given, or AWS_ENDPOINT_URL; "" where neither."""
        url = str(self.client("ecs").meta.endpoint_url)
        return "" if (urlsplit(url).hostname or "").endswith(AWS_HOSTS) else url

    def client(self, service: str, *, attempts: int = RETRIES, region: str = "") -> Any:
        """The boto3 client of a service, made once. Polls, which are repeated anyway, try once.

        Of the connection's own region, unless another is named.
        """
        homes = HOMES.get(service, (self.region,))
        home = region or (self.region if self.region in homes else homes[0])
        key = (service, attempts, home)
        with self._connecting:  # a session makes one client at a time
            if key not in self._clients:
                self._clients[key] = self._connect(service, attempts, home)
            return self._clients[key]

    def _connect(self, service: str, attempts: int, region: str) -> Any:
        client = self.session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint_url,
            config=Config(
                retries={"mode": "adaptive", "max_attempts": attempts},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                max_pool_connections=WORKERS * 2,
                user_agent_appid="provisioner",
            ),
        )
        client.meta.events.register("before-call", self._before_call)
        client.meta.events.register_first("needs-retry", self._give_up)
        return client

    def _before_call(self, model: Any, **_: Any) -> None:
        if self.read_only and not model.name.startswith(READS):
            raise WriteRefused(
                f"planning tried to call {model.service_model.service_name}:{model.name}"
            )
        log.debug("aws.call", service=model.service_model.service_name, operation=model.name)

    def _give_up(
        self, response: Any, attempts: int, caught_exception: Exception | None, **_: Any
    ) -> None:
        if response is not None:
            self._heard.set()
        elif (
            isinstance(caught_exception, EndpointConnectionError)
            and attempts >= HELLOS
            and not self._heard.is_set()
        ):
            raise caught_exception

    def snapshot(self) -> Aws:
        """The same clients with nothing remembered: one look at AWS."""
        copy = Aws.__new__(Aws)
        copy.__dict__.update(self.__dict__)
        copy._answers = {}  # noqa: SLF001  # a copy of ourselves
        return copy

    def writable(self) -> Aws:
        """The same session, allowed to write; its clients are made once, nothing is remembered."""
        with self._lock:
            if self._writing is None:
                self._writing = Aws(self.session, endpoint_url=self.endpoint_url)
                self._writing._heard = self._heard  # noqa: SLF001  # a part of ourselves
            return self._writing.snapshot()

    def once(self, key: Hashable, ask: Callable[[], T]) -> T:
        """The answer to a question that several kinds have; asked once per snapshot."""
        with self._lock:
            future = self._answers.get(key)
            first = future is None
            if future is None:
                future = self._answers[key] = Future()
        if first:
            try:
                future.set_result(ask())
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()  # type: ignore[no-any-return]  # a Future[Any] holds every answer

    def gather(self, ask: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
        """`ask` of every item in parallel, answers in order. `ask` must not gather again."""
        todo = list(items)
        return [ask(todo[0])] if len(todo) == 1 else list(self._pool.map(ask, todo))

    def pages(self, service: str, operation: str, result: str, **arguments: Any) -> list[Any]:
        """All items of a paginated read."""
        paginator = self.client(service).get_paginator(operation)
        return [item for page in paginator.paginate(**arguments) for item in page[result]]


def code_of(error: BaseException) -> str:
    """AWS's error code, or ""."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return ""


def message_of(error: BaseException) -> str:
    """AWS's own message, or the error's text."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Message", "")) or str(error)
    return str(error)


def says(error: BaseException, patterns: Iterable[str]) -> bool:
    """Whether an error is one of these: a code, or `code: text in the message`."""
    for pattern in patterns:
        code, _, words = pattern.partition(": ")
        if code_of(error) == code and words in message_of(error):
            return True
    return False


def explain(error: ClientError | BotoCoreError) -> ProvisionerError:
    """What a failed read means to the user."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return NoAccess(
            "no AWS credentials found: set AWS_PROFILE, run `aws sso login`, or use --local"
        )
    if isinstance(error, STALE_LOGIN):
        return NoAccess(f"{error}; log in again")
    if isinstance(error, EndpointConnectionError):
        return ProvisionerError(f"nothing answers at {error.kwargs.get('endpoint_url')}")
    if isinstance(error, ClientError) and code_of(error) in DENIED:
        return NoAccess(f"{error.operation_name}: {code_of(error)}: {message_of(error)}")
    if isinstance(error, ClientError):
        return ProvisionerError(f"{error.operation_name}: {code_of(error)}: {message_of(error)}")
    return ProvisionerError(str(error))
