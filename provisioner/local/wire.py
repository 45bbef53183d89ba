"""What an AWS request asks for, read off the wire.

Where the operation's name is depends on the protocol
(https://smithy.io/2.0/aws/protocols/index.html): a header (json), a form field (query, ec2), the
path (cbor), or nowhere (rest), where method and path are matched against botocore's model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

READS = (
    "Describe",
    "List",
    "Get",
    "BatchGet",
    "Head",
    "Search",
    "Check",
    "Simulate",
    "Select",
    "Lookup",
    "Filter",
    "Test",
    "Validate",
)

# Signing name -> botocore's client name, where they differ.
CLIENTS = {
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "email": "ses",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
# API version in a query -> client, where the signing name is shared or the call is unsigned.
VERSIONS = {"2011-06-15": "sts", "2012-06-01": "elb"}

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d{8}/(?:([^/]+)/)?([^/]+)/aws4_request")
_KEY = re.compile(r"Credential=([^/]+)/")
_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")
_VERSION = re.compile(rb"(?:^|&)Version=([\d-]+)")
_CBOR = re.compile(r"/service/[^/]+/operation/(\w+)$")
CBOR = "rpc-v2-cbor"
_CODE = re.compile(rb'<Code>([^<]+)</Code>|"(?:__type|code)"\s*:\s*"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `service` is botocore's client name; what cannot be told is empty."""

    service: str
    operation: str
    write: bool
    region: str


def identify(
    headers: Mapping[str, str], path: str, query: str, body: bytes, method: str = "POST"
) -> Call:
    """Name the operation of a request. `headers` has lower-case names; `query` is not decoded."""
    signed = headers.get("authorization", "")
    scope = _CREDENTIAL.search(signed or query.replace("%2F", "/").replace("%2f", "/"))
    region, signer = (scope[1] or "", scope[2]) if scope else ("", "")
    service = CLIENTS.get(signer, signer)
    if target := headers.get("x-amz-target"):
        operation = target.rpartition(".")[2]
    elif cbor := _CBOR.search(path):
        operation = cbor[1]
    elif form := _ACTION.search(body) or _ACTION.search(query.encode()):
        operation = form[1].decode()
        version = _VERSION.search(body) or _VERSION.search(query.encode())
        service = VERSIONS.get(version[1].decode(), service) if version else service
    else:
        operation = _routed(service, method, path, query, headers) if service else ""
    write = not operation.startswith(READS) if operation else method not in {"GET", "HEAD"}
    return Call(service, operation, write, region)


def parameters_of(headers: Mapping[str, str], query: str, body: bytes) -> tuple[str, ...]:
    """Name the outermost parameters of a request, sorted, never their values.

    Those in the path of a REST operation, in a CBOR body, and the body itself are not named.
    """
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    kind = headers.get("content-type", "")
    if "json" in kind and body:
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        names |= found.keys() if isinstance(found, dict) else set()
    elif "urlencoded" in kind:
        names |= {name for name, _ in parse_qsl(body.decode(errors="replace"))}
    return tuple(
        sorted(
            {name.partition(".")[0] for name in names if not name.startswith("X-Amz-")}
            - {"Action", "Version"}
        )
    )


def error_code(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """AWS's code in an error answer, empty for a success. `headers` has lower-case names."""
    if status < HTTPStatus.BAD_REQUEST:
        return ""
    code = headers.get("x-amzn-errortype", "")
    if not code and (found := _CODE.search(body)):
        code = (found[1] or found[2]).decode()
    return code.split(":")[0].rpartition("#")[2] or str(status)


def refusal(
    headers: Mapping[str, str], service: str, code: str, message: str
) -> tuple[dict[str, str], bytes]:
    """Headers and body of an error answer in the protocol of the request.

    That is told by the request, or else by the service's description.
    """
    kind = headers.get("content-type", "")
    named = {"x-amzn-errortype": code}
    if headers.get("smithy-protocol") == CBOR:
        told = {"Content-Type": "application/cbor", "smithy-protocol": CBOR, **named}
        return told, b"\xa2" + b"".join(map(_cbor, ("__type", code, "message", message)))
    if "x-amz-target" in headers or "json" in kind:
        body = json.dumps({"__type": code, "message": message})
        return {"Content-Type": kind or "application/x-amz-json-1.1", **named}, body.encode()
    protocol = _protocol(service)
    if protocol == "rest-json":
        body = json.dumps({"message": message, "code": code})
        return {"Content-Type": "application/json", **named}, body.encode()
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if protocol == "ec2":
        error = f"<Errors><Error>{error}</Error></Errors>"
        body = f"<Response>{error}<RequestID>0</RequestID></Response>"
    elif service == "s3":
        body = f"<Error>{error}<RequestId>0</RequestId></Error>"
    else:
        error = f"<Error><Type>Receiver</Type>{error}</Error>"
        body = f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>"
    return {"Content-Type": "text/xml"}, body.encode()


def _cbor(text: str) -> bytes:
    """Encode a text (RFC 8949, 3.1: major type 3, its length in four bytes)."""
    data = text.encode()
    return b"\x7a" + len(data).to_bytes(4, "big") + data


def access_key(headers: Mapping[str, str]) -> str:
    """Who signed a request, empty if nobody did. `headers` has lower-case names."""
    found = _KEY.search(headers.get("authorization", ""))
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class _Route:
    """What a rest operation needs to be the one that is meant, beyond its method and path."""

    operation: str
    method: str
    path: re.Pattern[str]
    literal: int
    query: Mapping[str, str | None]
    headers: frozenset[str]
    names: tuple[str, ...]

    def weight(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, int] | None:
        """How exactly it fits, None if it does not."""
        fits = (
            method == self.method
            and self.path.fullmatch(path)
            and all(
                key in query and value in {None, query[key]} for key, value in self.query.items()
            )
            and self.headers <= headers.keys()
        )
        return (len(self.query) + len(self.headers), self.literal) if fits else None


def path_parameters(service: str, operation: str, path: str) -> dict[str, str]:
    """Return what the path of a REST request names, by the model's names; nothing else has any."""
    for route in _routes(service):
        if route.operation == operation and (found := route.path.fullmatch(path.rstrip("/"))):
            return {
                name: unquote(value)
                for name, value in zip(route.names, found.groups(), strict=True)
            }
    return {}


def _routed(service: str, method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    given = dict(parse_qsl(query, keep_blank_values=True))
    place = path.rstrip("/") or "/"
    fits = [
        (weight, -len(route.operation), route.operation)
        for route in _routes(service)
        if (weight := route.weight(method, place, given, headers)) is not None
    ]
    return max(fits)[2] if fits else ""


@cache
def _protocol(service: str) -> str:
    return str(_model(service)["metadata"]["protocol"])


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    model = _model(service)
    if not model["metadata"]["protocol"].startswith("rest"):
        return ()
    return tuple(_route(name, model) for name in sorted(model["operations"]))


def _model(service: str) -> Mapping[str, Any]:
    """Return the description of a service; one that nobody knows is of the oldest protocol."""
    try:
        found: Mapping[str, Any] = Loader().load_service_model(service, "service-2")
    except UnknownServiceError:
        return {"metadata": {"protocol": "query"}}
    return found


def _route(name: str, model: Mapping[str, Any]) -> _Route:
    operation = model["operations"][name]
    path, _, fixed = operation["http"]["requestUri"].partition("?")
    path = path.rstrip("/") or "/"
    parts = re.split(r"{([^}]+)}", path)
    last = len(parts) - 2 if not parts[-1] else 0  # servers decode the / of an ARN at the end
    pattern = "".join(
        re.escape(part)
        if index % 2 == 0
        else ("(.+)" if part.endswith("+") or index == last else "([^/]+)")
        for index, part in enumerate(parts)
    )
    query: dict[str, str | None] = {
        key: value or None for key, value in parse_qsl(fixed, keep_blank_values=True)
    }
    query |= dict.fromkeys(_required(operation, model, "querystring"))
    return _Route(
        operation=name,
        method=operation["http"]["method"],
        path=re.compile(pattern),
        literal=len(re.sub(r"{[^}]+}", "", path)),
        query=query,
        headers=frozenset(name.lower() for name in _required(operation, model, "header")),
        names=tuple(name.removesuffix("+") for name in parts[1::2]),
    )


def _required(
    operation: Mapping[str, Any], model: Mapping[str, Any], location: str
) -> Iterator[str]:
    shape = model["shapes"].get(operation.get("input", {}).get("shape"), {})
    for name in shape.get("required", ()):
        member = shape["members"][name]
        if member.get("location") == location:
            yield member["locationName"]
