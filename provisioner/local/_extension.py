"""What every backend that extends one of moto's has in common."""

from __future__ import annotations

from types import ModuleType


class Extension:
    """To be named before moto's backend among the bases; `urls_of` is that backend's `urls`.

    moto would look for such a module beside the one that defines the class.
    """

    urls_of: ModuleType

    @property
    def _url_module(self) -> ModuleType:
        return self.urls_of
