"""Errors as problem details (RFC 9457), which never say more than the caller may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class StoreUnavailable(Exception):
    """The store did not answer in time, or not at all."""


class StoreUnset(StoreUnavailable):
    """Nobody has said yet where the store is; the message may be shown to anybody."""


def problem(
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """`type` is `about:blank`: the status says what kind of problem it is."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error that a route or the framework raises."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StoreUnavailable, _unavailable)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  # what it is registered for
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # what it is registered for
    found = [
        {"pointer": "/" + "/".join(map(str, each["loc"])), "detail": str(each["msg"])}
        for each in error.errors()
    ]
    return problem(422, "The request is not valid.", errors=found)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    unset = isinstance(error, StoreUnset)
    detail = "The store is not set up yet." if unset else "The store does not answer."
    return problem(503, detail, headers={"Retry-After": "60" if unset else "5"})
