"""The embedded cloud put together: the middlewares around moto, and what a control request may do.

A request passes control → record → faults → landing → moto_app.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import saved
from .control import Control
from .faults import Faults
from .landing import Landing
from .moto_app import MotoApp
from .record import Recorder
from .settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ACCOUNT = "123456789012"


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
            "reset": self._reset,
            "vpcs": lambda given: self.landing.add(given["names"]),
            "clock/advance": lambda given: settings.clock.advance(float(given["seconds"])),
            "push": lambda given: self._moto.push(str(given["image"]), ACCOUNT),
            "faults": self._faults.order,
            "save": self._save,
            "load": self._load,
        }
        self.app: WSGIApplication = Control(
            self._recorder,
            self._recorder,
            identity,
            actions,
            settings,
            {"outbox": lambda _: self._moto.outbox()},
        )

    def _reset(self, _: Mapping[str, Any]) -> None:
        with self.landing.still():
            self._moto.reset()
            self.landing.forget()
        self._recorder.clear()
        self._faults.order({})
        self._settings.forget()

    def _save(self, given: Mapping[str, Any]) -> None:
        path = Path(given["file"])
        with self.landing.still():
            data = self._moto.frozen(
                lambda: {"landing": self.landing.kept(), "settings": self._settings.kept()}
            )
        try:
            saved.write(path, data)
        except OSError as error:
            raise ValueError(f"{path}: cannot be written: {error.strerror}") from error

    def _load(self, given: Mapping[str, Any]) -> None:
        path = Path(given["file"])
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
        self._faults.order({})
