"""Where items are kept: SQLite in the task, or PostgreSQL, through SQLAlchemy's asyncio engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from .problems import StoreUnavailable, StoreUnset

METADATA = MetaData()
ITEMS = Table(
    "items",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("description", String(2000), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    sqlite_autoincrement=True,
)
LOCK = 0x0A47EE
"""Of PostgreSQL's advisory locks: two tasks that start at once must not both make the table."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row; times are UTC."""

    id: int
    name: str
    description: str
    quantity: int
    created_at: datetime
    updated_at: datetime


class Store:
    """Items by id. Every method raises StoreUnavailable when the database does not answer."""

    def __init__(self, url: str, *, timeout_seconds: float) -> None:
        self.timeout = timeout_seconds
        self.prepared = False
        self.engine = _engine(url, timeout_seconds)

    async def prepare(self) -> None:
        """Make the table where there is none; idempotent, also among tasks."""
        async with asyncio.timeout(self.timeout), self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
            await connection.run_sync(METADATA.create_all)
        self.prepared = True

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()

    async def check(self) -> None:
        """Ask the cheapest question there is."""
        async with self._connection() as connection:
            await connection.execute(text("select 1"))

    async def page(self, after: int, limit: int) -> list[Item]:
        """Up to `limit` items with an id greater than `after`, in the order of their ids."""
        query = select(ITEMS).where(ITEMS.c.id > after).order_by(ITEMS.c.id).limit(limit)
        async with self._connection() as connection:
            return [_item(row) for row in await connection.execute(query)]

    async def get(self, number: int) -> Item | None:
        """None where there is no such item."""
        async with self._connection() as connection:
            row = (await connection.execute(select(ITEMS).where(ITEMS.c.id == number))).first()
        return _item(row) if row else None

    async def add(self, values: dict[str, Any]) -> Item:
        """Keep a new item, and give it an id."""
        now = datetime.now(UTC)
        command = insert(ITEMS).values(**values, created_at=now, updated_at=now).returning(ITEMS)
        async with self._connection() as connection:
            return _item((await connection.execute(command)).one())

    async def replace(self, number: int, values: dict[str, Any]) -> Item | None:
        """None where there is no such item."""
        changed = {**values, "updated_at": datetime.now(UTC)}
        command = update(ITEMS).where(ITEMS.c.id == number).values(**changed).returning(ITEMS)
        async with self._connection() as connection:
            row = (await connection.execute(command)).first()
        return _item(row) if row else None

    async def remove(self, number: int) -> bool:
        """Whether there was such an item."""
        async with self._connection() as connection:
            done = await connection.execute(delete(ITEMS).where(ITEMS.c.id == number))
        return done.rowcount == 1

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, within the time limit; the table is made first if it could not be yet."""
        try:
            if not self.prepared:
                await self.prepare()
            async with asyncio.timeout(self.timeout), self.engine.begin() as connection:
                yield connection
        except (TimeoutError, SQLAlchemyError, OSError) as error:
            self.prepared = False  # a memory that lost its connection has lost its table
            raise StoreUnavailable(type(error).__name__) from error


class Unset(Store):
    """Of a task that was given no database yet: every method raises StoreUnset."""

    def __init__(self) -> None:
        self.prepared = False

    async def prepare(self) -> None:
        raise StoreUnset(
            "DATABASE_URL is still the placeholder that its secret was made with: "
            "set the secret's value, then start a new deployment."
        )

    async def close(self) -> None:
        """There is nothing to give back."""


def _engine(url: str, timeout: float) -> AsyncEngine:
    if url.startswith("sqlite"):
        # One connection: that to a memory is the memory, and a file has one writer at a time. Who
        # waits for the connection gets it in turn; who waits for SQLite's lock may never get it.
        return create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=timeout,
        )
    return create_async_engine(url, pool_pre_ping=True, pool_timeout=timeout)


def _item(row: Row[Any]) -> Item:
    """SQLite forgets the time zone, PostgreSQL answers in that of the session."""
    item = Item(**row._mapping)  # noqa: SLF001  # the public name, in spite of its underscore
    return replace(item, created_at=_utc(item.created_at), updated_at=_utc(item.updated_at))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
