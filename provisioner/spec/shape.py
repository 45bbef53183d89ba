"""What the models say about one place of the spec: which keys it has, what is expected there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from provisioner.spec.document import Path
from provisioner.spec.fields import Expected
from provisioner.spec.models import Spec
from provisioner.spec.spelling import enumerated

_WORDS = {str: "text", int: "a whole number", bool: "true or false", list: "a list"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The type at one place, without its optionality and metadata, and the words for it."""

    type: Any
    words: str

    @property
    def fields(self) -> Mapping[str, FieldInfo]:
        """The keys that may stand here; empty where keys are free, or there are none."""
        return self.type.model_fields if _is_model(self.type) else {}

    @property
    def of_mappings(self) -> bool:
        """Whether keys are free and each holds a mapping with keys of its own (`services:`)."""
        return get_origin(self.type) is dict and _is_model(_shape(get_args(self.type)[1]).type)


def shape_at(path: Path) -> Shape | None:
    """The shape at `path`; None where the spec has no such place."""
    shape: Shape | None = Shape(Spec, _described(Spec))
    for step in path:
        shape = _inside(shape, step) if shape else None
    return shape


def _inside(shape: Shape, step: str | int) -> Shape | None:
    if step in shape.fields:
        field = shape.fields[str(step)]
        return _shape(field.annotation, field.metadata)
    arguments = get_args(shape.type)
    if get_origin(shape.type) is dict and isinstance(step, str):
        return _shape(arguments[1])
    if get_origin(shape.type) is list and isinstance(step, int):
        return _shape(arguments[0])
    return None


def _shape(annotation: Any, metadata: list[Any] | None = None) -> Shape:
    """Unwraps `Annotated` and `| None`; the outermost Expected has the words."""
    found = [item.words for item in metadata or () if isinstance(item, Expected)]
    while True:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation, *inner = arguments
            found = [item.words for item in inner if isinstance(item, Expected)] + found
        elif origin in (Union, UnionType) and NoneType in arguments:
            annotation = next(option for option in arguments if option is not NoneType)
        else:
            return Shape(annotation, found[-1] if found else _described(annotation))


def _described(annotation: Any) -> str:
    if _is_model(annotation):
        fields: Mapping[str, FieldInfo] = annotation.model_fields
        required = [f"`{name}`" for name, field in fields.items() if field.is_required()]
        return f"a mapping with {enumerated(required)}" if required else "a mapping"
    origin = get_origin(annotation) or annotation
    if origin is Literal:
        return enumerated(get_args(annotation), "or")
    return _WORDS.get(origin, "a mapping" if origin is dict else "a value")


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
