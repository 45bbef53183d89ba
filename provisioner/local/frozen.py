"""The whole of moto, and of what stands on it, as bytes and back: a pickle that is choosy.

What is read back is made of the classes of moto and of this package, of plain values, and by the
functions below: a file that somebody else wrote can fail, but not run what it likes.

Imported late, with moto.
"""

from __future__ import annotations

import io
import pickle
import threading
import zlib
from collections import defaultdict
from collections.abc import Mapping
from importlib import import_module
from types import FunctionType, MethodType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from .settings import drop

KNOWN = ("moto.", "provisioner.local.")
PLAIN = {
    "builtins": "bytearray dict frozenset list object range set str",
    "collections": "OrderedDict defaultdict deque",
    "copyreg": "_reconstructor",
    "datetime": "date datetime timedelta timezone",
    "decimal": "Decimal",
    "functools": "partial",
    "ipaddress": "IPv4Address IPv4Network IPv6Network",
    "itertools": "count",
    "re": "_compile",
    "uuid": "UUID",
}


def nested() -> defaultdict[Any, Any]:
    """What a missing key of moto's SSM tags becomes; moto's function for it has no name."""
    return defaultdict(dict)


def lock() -> Any:
    """Make a lock that nobody holds."""
    return threading.Lock()


def rlock() -> Any:
    """Make a reentrant lock that nobody holds."""
    return threading.RLock()


def method(instance: Any, name: str) -> Any:
    """Return a method of an object, or of a class, of moto's or ours."""
    if not _known(instance):
        raise pickle.UnpicklingError(f"a method of {type(instance)}")
    return getattr(instance, name)


def bare(kind: Any) -> Any:
    """Make a mapping of moto's that asks for arguments, without them."""
    if not _known(kind):
        raise pickle.UnpicklingError(f"an object of {kind}")
    return kind.__new__(kind)


def certificate(pem: bytes) -> Any:
    """Read a certificate."""
    return x509.load_pem_x509_certificate(pem)


def private_key(pem: bytes) -> Any:
    """Read a private key."""
    return load_pem_private_key(pem, password=None)


def _known(instance: Any) -> bool:
    kind = instance if isinstance(instance, type) else type(instance)
    return kind.__module__.startswith(KNOWN)


FUNCTIONS = (drop, nested, lock, rlock, method, bare, certificate, private_key)
MADE = {(each.__module__, each.__name__): each for each in FUNCTIONS}
LOCKS = {type(threading.Lock()): lock, type(threading.RLock()): rlock}
# moto's functions without a name, by where they are.
NAMELESS = {"SimpleSystemManagerBackend.__init__.<locals>.<lambda>": nested}
PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class _Pickler(pickle.Pickler):
    """Names what is `fixed` instead of copying it."""

    def __init__(self, file: io.BytesIO, fixed: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=5)
        self._fixed = {id(each): name for name, each in fixed.items()}

    def persistent_id(self, obj: Any) -> str | None:
        if isinstance(obj, FunctionType) and obj.__qualname__ in NAMELESS:
            return obj.__qualname__
        return self._fixed.get(id(obj))

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) in LOCKS:
            return LOCKS[type(obj)], ()
        if isinstance(obj, MethodType) and _known(obj.__self__):
            return method, (obj.__self__, obj.__name__)
        if isinstance(obj, defaultdict) and _known(obj):
            return bare, (type(obj),), vars(obj), None, iter(obj.items())
        if isinstance(obj, x509.Certificate):
            return certificate, (obj.public_bytes(Encoding.PEM),)
        if hasattr(obj, "private_bytes"):
            return private_key, (obj.private_bytes(*PEM),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, fixed: Mapping[str, Any]) -> None:
        super().__init__(file)
        self._fixed = {**NAMELESS, **fixed}

    def persistent_load(self, pid: Any) -> Any:
        return self._fixed[pid]

    def find_class(self, module: str, name: str) -> Any:
        if name in PLAIN.get(module, "").split() or (module, name) in MADE:
            return getattr(import_module(module), name)
        if module.startswith(KNOWN):
            found: Any = import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} has no business in a state")


def frozen(value: Any, fixed: Mapping[str, Any]) -> bytes:
    """Return a value as bytes. Raises ValueError if there is something in it that cannot be."""
    buffer = io.BytesIO()
    try:
        _Pickler(buffer, fixed).dump(value)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ValueError(f"something in this state cannot be saved: {error}") from error
    return zlib.compress(buffer.getvalue(), level=1)


def thawed(data: bytes, fixed: Mapping[str, Any]) -> Any:
    """Return the value that `frozen` made these bytes of. Raises ValueError."""
    try:
        return _Unpickler(io.BytesIO(zlib.decompress(data)), fixed).load()
    except (
        pickle.UnpicklingError,
        zlib.error,
        EOFError,
        AttributeError,
        ImportError,
        IndexError,
        KeyError,
        TypeError,
    ) as error:
        raise ValueError(f"its content cannot be read: {error!r}") from error
