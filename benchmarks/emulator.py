"""An embedded cloud of the benchmark's own, with a call log and a settable delay."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from provisioner.local import cloud
from provisioner.local.control import ask

from . import stack
from .calls import Call

SETTLE = "0"
SETTINGS = ("AWS_", "PROVISIONER_", "TF_", "PYTHON")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that the server holds an answer back."""

    read_ms: float = 0
    write_ms: float = 0

    def __str__(self) -> str:
        return f"{self.read_ms:g}/{self.write_ms:g} ms"


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running server."""

    endpoint: str
    directory: Path

    def reset(self) -> None:
        """Forget everything but the landing zone, which stands when this returns."""
        cloud.reset(self.directory)
        region = stack.spec(1)["region"]
        scope = f"Credential=benchmark/20260101/{region}/ec2/aws4_request"
        connection = HTTPConnection(urlsplit(self.endpoint).netloc)
        connection.request(
            "POST", "/", "Action=DescribeVpcs&Version=2016-11-15",
            {
                "Authorization": f"AWS4-HMAC-SHA256 {scope}, Signature=0",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )  # fmt: skip
        connection.getresponse().read()
        connection.close()

    def delay(self, latency: Latency) -> None:
        settings = {"read_latency_ms": latency.read_ms, "write_latency_ms": latency.write_ms}
        ask(self.endpoint, "settings", settings)

    def clear(self) -> None:
        """Empty the call log."""
        ask(self.endpoint, "calls/clear", {})

    def calls(self) -> list[Call]:
        """The calls since then."""
        names = ("service", "operation", "write", "start", "end", "error")
        found = ask(self.endpoint, "calls?since=0", timeout=60)
        return [Call(**{name: record[name] for name in names}) for record in found]

    def environment(self) -> Mapping[str, str]:
        """The environment of a client: this server, made-up keys, no other setting of the user.

        Python keeps what it compiles, as it does for users, but beside the checkout.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPYCACHEPREFIX": str(self.directory / "pycache"),
        }


@contextmanager
def emulator() -> Iterator[Emulator]:
    """Start a server, and stop it at the end of the block."""
    os.environ["PROVISIONER_LOCAL_SETTLE"] = SETTLE
    with TemporaryDirectory(prefix="benchmark-") as temporary:
        directory = Path(temporary)
        running = cloud.start(directory)
        try:
            yield Emulator(running.endpoint, directory)
        finally:
            cloud.stop(directory)
