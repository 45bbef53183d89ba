"""The embedded cloud put together: the middlewares around moto, and what a control request may do.

A request passes control → record → faults → landing → moto_app.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import saved
from .control import Control, taking
from .faults import Faults, fault
from .landing import Landing
from .moto_app import MotoApp
from .record import Recorder
from .settings import FARTHEST, Settings
from .shapes import listing, number, text

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ACCOUNT = "123456789012"


def _path(value: object, where: str) -> Path:
    """Read a file's place: whoever asks need not be where the server is."""
    path = Path(text("the absolute path of a file")(value, where))
    if not path.is_absolute():
        raise ValueError(f"`{where}`: expected the absolute path of a file; found {str(path)!r}")
    return path


class Whole:
    """`identity` is what the control endpoint tells of itself; it may be filled in later."""

    def __init__(
        self, settings: Settings, vpcs: Iterable[str], identity: Mapping[str, Any]
    ) -> None:
        self._settings = settings
        self._moto = MotoApp(settings)
        self.landing = Landing(self._moto, ACCOUNT, vpcs)
        self._faults = Faults(self.landing, settings)
        self._recorder = Recorder(self._faults)
        actions = {
            "reset": taking({}, self._reset),
            "vpcs": taking(
                {"names": listing(text("a name"))}, lambda given: self.landing.add(given["names"])
            ),
            "clock/advance": taking(
                {"seconds": number(0, FARTHEST)},
                lambda given: settings.clock.advance(given["seconds"]),
            ),
            "push": taking(
                {"image": text("an image")}, lambda given: self._moto.push(given["image"], ACCOUNT)
            ),
            "faults": taking(
                {"faults": listing(fault)},
                lambda given: self._faults.order(given.get("faults", [])),
                needed=(),
            ),
            "save": taking({"file": _path}, self._save),
            "load": taking({"file": _path}, self._load),
        }
        self.app: WSGIApplication = Control(
            self._recorder,
            self._recorder,
            identity,
            actions,
            settings,
            {"outbox": taking({}, lambda _: self._moto.outbox())},
        )

    def _reset(self, _: Mapping[str, Any]) -> None:
        with self.landing.still():
            self._moto.reset()
            self.landing.forget()
        self._recorder.clear()
        self._faults.order([])
        self._settings.forget()

    def _save(self, given: Mapping[str, Any]) -> None:
        path = given["file"]
        with self.landing.still():
            data = self._moto.frozen(
                lambda: {"landing": self.landing.kept(), "settings": self._settings.kept()}
            )
        try:
            saved.write(path, data)
        except OSError as error:
            raise ValueError(f"{path}: cannot be written: {error.strerror}") from error

    def _load(self, given: Mapping[str, Any]) -> None:
        path = given["file"]
        try:
            data = saved.read(path)
        except OSError as error:
            raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
        with self.landing.still():
            try:
                kept = self._moto.thaw(data)
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from error
            self.landing.restore(kept["landing"])
            self._settings.restore(kept["settings"])
        self._recorder.clear()
        self._faults.order([])
