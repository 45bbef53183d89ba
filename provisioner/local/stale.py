"""A WSGI middleware in which what is new is not seen by everybody at once, nor what is gone missed.

A row says which operations of a service look at old copies, and of what. While one of them is
answered, moto's record of what is too new is out of the way, and that of what has just gone is
back. Refusals look at what really is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.iam.models import get_account_id_from
from moto.utilities.utils import get_partition

from .record import call_of, headers_of
from .settings import Settings
from .wire import access_key

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Held = Mapping[str, dict[Any, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """`operations` that fit see what `held` gives only `new` seconds after it was made.

    Reads among them see what is gone for `gone` seconds. AWS gives a number for ListSecrets only.
    """

    service: str
    operations: str
    held: Callable[[Any], Held]
    new: float
    gone: float
    source: str


ROWS = (
    Row(
        "iam",
        "GetRole|ListRoles|ListRoleTags|(Get|Put|List)RolePolic.*|(Attach|ListAttached)RolePolic.*",
        lambda iam: {"": iam.roles},
        new=5,
        gone=5,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html"
        "#troubleshoot_general_eventual-consistency",
    ),
    Row(
        "ec2",
        "DescribeSecurityGroup.*|AuthorizeSecurityGroup.*|ModifySecurityGroupRules",
        lambda ec2: ec2.groups,
        new=5,
        gone=5,
        source="https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html",
    ),
    Row(
        "ecs",
        "DescribeClusters|CreateService|RunTask|PutClusterCapacityProviders",
        lambda ecs: {"": ecs.clusters},
        new=3,
        gone=0,
        source="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    ),
    Row(
        "secretsmanager",
        "ListSecrets",
        lambda manager: {"": manager.secrets},
        new=300,
        gone=300,
        source="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html",
    ),
)
# Services whose backends moto keeps by partition.
GLOBAL = frozenset({"iam"})


@dataclass(slots=True)
class Past:
    """What a backend had: when each thing was made, and what went when."""

    born: dict[tuple[str, Any], tuple[Any, float]] = field(default_factory=dict)
    gone: dict[tuple[str, Any], tuple[Any, float]] = field(default_factory=dict)

    def note(self, held: Held, at: float) -> None:
        """Compare with what there is: what is not known was made, and what is missed went, `at`."""
        present = {(name, key): each for name, all_ in held.items() for key, each in _items(all_)}
        for key, each in present.items():
            self.born[key] = (each, self.born[key][1] if key in self.born else at)
        for key in self.born.keys() - present.keys():
            self.gone[key] = (self.born.pop(key)[0], at)

    @contextmanager
    def shown(self, held: Held, row: Row, now: float, *, write: bool) -> Iterator[None]:
        """Have things as they were a while ago."""
        whole = {name: dict(_items(all_)) for name, all_ in held.items()}
        for name, all_ in held.items():
            new = {key for key in whole[name] if self._new(name, key, row, now)}
            seen = {key: each for key, each in whole[name].items() if key not in new}
            gone = {} if write else self._gone(name, row, now)
            _become(all_, {**gone, **seen})
        try:
            yield
        finally:
            for name, all_ in held.items():
                _become(all_, whole[name])

    def _new(self, name: str, key: Any, row: Row, now: float) -> bool:
        return now < self.born.get((name, key), (None, -math.inf))[1] + row.new

    def _gone(self, name: str, row: Row, now: float) -> dict[Any, Any]:
        return {
            key: each
            for (where, key), (each, at) in self.gone.items()
            if where == name and now < at + row.gone
        }


def _items(held: dict[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """Moto's dictionaries may have ways of their own."""
    return dict.items(held)


def _become(held: dict[Any, Any], wanted: dict[Any, Any]) -> None:
    dict.clear(held)
    dict.update(held, wanted)


class Stale:
    """Passes requests on, past what they cannot know yet. One request at a time."""

    def __init__(self, app: WSGIApplication, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, in AWS's time."""
        call = call_of(environ, environ["wsgi.input"].read())
        environ["wsgi.input"].seek(0)
        if not self._settings.consistency or not call.service:
            return self._app(environ, start_response)
        account = get_account_id_from(access_key(headers_of(environ)))
        rows = [row for row in ROWS if row.service == call.service]
        pasts = [(row, *_past(row, account, call.region)) for row in rows]
        index: Any = _backend("resourcegroupstaggingapi", account, call.region or "us-east-1")
        if call.write:
            for _, past, held in pasts:
                past.note(held, -math.inf)
            index.note(-math.inf)
        now = self._settings.clock.now()
        with ExitStack() as stack:
            for row, past, held in pasts:
                if re.fullmatch(row.operations, call.operation):
                    stack.enter_context(past.shown(held, row, now, write=call.write))
            payload = b"".join(self._app(environ, start_response))
        if call.write:
            for _, past, held in pasts:
                past.note(held, now)
            index.note(now)
        return [payload]


def _past(row: Row, account: str, region: str) -> tuple[Past, Held]:
    backend = _backend(row.service, account, region)
    past: Past = vars(backend).setdefault("past", Past())
    return past, row.held(backend)


def _backend(service: str, account: str, region: str) -> Any:
    place = get_partition(region) if service in GLOBAL else region
    return get_backend(service)[account][place]  # type: ignore[call-overload]  # names moto's services one by one
