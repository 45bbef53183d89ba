"""`image:` of a container: one of a repository of ours, or any other by its reference."""

# pydantic gives every instance a default of its own

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import (
    Bool,
    Digest,
    Expected,
    ImageTag,
    ImageUri,
    Int,
    Part,
    RepositoryName,
)


class Image(Part):
    """What to run: an image of a repository that the stack makes, or any image by `uri`."""

    repository: RepositoryName | None = None
    """The ECR repository, made and owned by the stack."""
    existing: Bool = False
    """The repository is somebody else's: it must be there, and is neither made nor changed."""
    tag: ImageTag = "latest"
    digest: Digest | None = None
    """`sha256:…`; stronger than the tag."""
    uri: ImageUri | None = None
    """A whole image reference elsewhere, instead of `repository`."""
    keep_images: Annotated[Int, Field(ge=1, le=1000)] = 30
    """The repository's lifecycle policy keeps this many images."""
    scan_on_push: Bool = True
    tag_mutability: Literal["MUTABLE", "IMMUTABLE"] = "MUTABLE"
    """IMMUTABLE refuses a second push of a tag, `latest` included."""


def _image(value: Any) -> Any:
    return {"uri": value} if isinstance(value, str) else value


ImageSource = Annotated[
    Image,
    BeforeValidator(_image, json_schema_input_type=Image | str),
    Expected("`{repository: …, tag: …}`, or an image reference such as nginx:1.29"),
]
