"""`/api/items`: list, create, read, replace, delete."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from .problems import MEDIA_TYPE
from .store import Item, Store

LARGEST_ID = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
# PostgreSQL's text cannot hold a zero character.
Words = Annotated[str, Field(pattern=r"^[^\x00]*$")]
MISSING: dict[int | str, dict[str, Any]] = {404: {"content": {MEDIA_TYPE: {}}}}

router = APIRouter(prefix="/api/items", tags=["items"])


class NewItem(BaseModel):
    """What a client says of an item."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[Words, Field(min_length=1, max_length=120)]
    description: Annotated[Words, Field(max_length=2000)] = ""
    quantity: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)] = 0


class ItemView(NewItem):
    """An item as it is kept; times are UTC."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")

    id: int
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    """Some items in the order of their ids; `next` is the `after` of the next page."""

    items: list[ItemView]
    next: int | None


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _found(item: Item | None, number: int) -> Item:
    if item is None:
        raise HTTPException(404, f"There is no item {number}.")
    return item


@router.get("")
async def list_items(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
) -> Page:
    """One page; `Link` leads to the next (RFC 8288)."""
    found = await _store(request).page(after, limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    if more is not None:
        response.headers["Link"] = f'</api/items?limit={limit}&after={more}>; rel="next"'
    return Page(items=[ItemView.model_validate(each) for each in found[:limit]], next=more)


@router.post("", status_code=201)
async def create_item(request: Request, response: Response, item: NewItem) -> ItemView:
    """Keep a new item."""
    made = await _store(request).add(item.model_dump())
    response.headers["Location"] = f"/api/items/{made.id}"
    return ItemView.model_validate(made)


@router.get("/{number}", responses=MISSING)
async def read_item(request: Request, number: Number) -> ItemView:
    """One item."""
    return ItemView.model_validate(_found(await _store(request).get(number), number))


@router.put("/{number}", responses=MISSING)
async def replace_item(request: Request, number: Number, item: NewItem) -> ItemView:
    """Replace what a client may say of an item."""
    changed = await _store(request).replace(number, item.model_dump())
    return ItemView.model_validate(_found(changed, number))


@router.delete("/{number}", status_code=204, responses=MISSING)
async def delete_item(request: Request, number: Number) -> None:
    """Forget an item."""
    if not await _store(request).remove(number):
        raise HTTPException(404, f"There is no item {number}.")
