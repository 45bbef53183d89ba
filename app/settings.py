"""Everything that can be configured: environment variables, checked before anything starts."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
}
PLACEHOLDER = "placeholder"
"""What the stack makes a secret with. Tasks that then refuse to start would fail the very
deployment that makes the service."""
ORIGIN = re.compile(r"\*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")


class Settings(BaseSettings):
    """One field per variable, in upper case. An empty variable is one that is not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = "0.0.0.0"  # noqa: S104  # in a container, the security group is the door
    port: Annotated[int, Field(ge=1, le=65535)] = 5000
    app_env: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")] = "local"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    git_sha: str = "unknown"
    database_url: SecretStr = SecretStr("sqlite://")
    """`sqlite://` is this task's memory, `sqlite:////data/items.db` a file, or `postgresql://…`.

    The placeholder of a secret whose value nobody has set yet is no error.
    """
    database_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Separated by commas: `https://oaktree.example,https://admin.oaktree.example`, or `*`."""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 65536
    metrics_seconds: Annotated[float, Field(ge=1, le=300)] = 60
    """How often metrics are told, at the least."""
    health_timeout_seconds: Annotated[float, Field(gt=0, le=4)] = 1
    """Of each dependency; the load balancer itself waits five seconds."""
    health_cache_seconds: Annotated[float, Field(ge=0, le=60)] = 2
    keep_alive_seconds: Annotated[int, Field(gt=60, le=4000)] = 75
    """More than the load balancer's idle timeout of 60, or it may meet a closed connection."""
    drain_seconds: Annotated[float, Field(ge=0, le=60)] = 5
    """After SIGTERM: still serving, no longer ready."""
    stop_timeout_seconds: Annotated[int, Field(ge=1, le=110)] = 20
    """After that, for requests in flight; together less than the container's stop timeout."""
    deployment_cluster: str | None = None
    deployment_service: str | None = None
    """Whose deployments to show; on ECS it is known without."""
    deployment_cache_seconds: Annotated[float, Field(ge=1, le=300)] = 10
    deployment_timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 5
    ecs_container_metadata_uri_v4: str | None = None

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found = tuple(part.strip() for part in value.split(",") if part.strip())
        if wrong := [each for each in found if not ORIGIN.fullmatch(each)]:
            raise ValueError(f"{wrong[0]!r} is no origin: write scheme://host[:port]")
        return found

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() == PLACEHOLDER:
            return value
        try:
            url = make_url(value.get_secret_value())
        except (ArgumentError, ValueError):  # of a port; a password with @ and : may stand there
            raise ValueError("not a database URL: write postgresql://… or sqlite:///…") from None
        if url.drivername not in DRIVERS:
            raise ValueError(f"{url.drivername!r} is unknown: one of {', '.join(sorted(DRIVERS))}")
        renamed = url.set(drivername=DRIVERS[url.drivername])
        return SecretStr(renamed.render_as_string(hide_password=False))

    @property
    def store(self) -> str | None:
        """SQLAlchemy's URL of the database, None while there is only a placeholder."""
        url = self.database_url.get_secret_value()
        return None if url == PLACEHOLDER else url

    @property
    def embedded(self) -> bool:
        """Whether the store lives and dies with this task."""
        return (self.store or "").startswith("sqlite")


class BadConfiguration(Exception):
    """The environment cannot be used; the message names every variable at once."""


def from_environment() -> Settings:
    """Raises BadConfiguration, whose message holds no value: it could be a secret."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{str(each['loc'][0] if each['loc'] else '').upper()}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        ]
        raise BadConfiguration("\n".join(lines)) from None
