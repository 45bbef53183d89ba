"""Where a container's image comes from: what a tag alone is a tag of.

Source of a registry's host: Amazon ECR user guide, "Private registry endpoints".
"""

from __future__ import annotations

from provisioner.deploy.places import Place
from provisioner.engine.model import Ref, Text
from provisioner.resources.ecr import _images as images

CONTAINERS = "containerDefinitions"
SUFFIXES = {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}
"""By partition, where it is not `amazonaws.com`."""


def read(place: Place, name: str, before: str, version: str) -> images.Reference:
    """What a tag, a digest or a reference means for a container that runs `before`.

    A tag or a digest alone is one of the repository that the spec names, whatever runs: an image
    from elsewhere may have been tried. What the spec does not have, or leaves to somebody else,
    has nothing to go by but what runs. A reference without a host whose name is that of the
    repository means it, as `revisions` writes it, and no image of Docker Hub's.
    """
    runs = images.read(before)
    spec = _wanted(place, name, runs)
    shared = CONTAINERS in place.definition.kept and name == place.main
    home = runs if spec is None or shared else spec
    if version.startswith(images.DIGEST) or not any(mark in version for mark in "/:@"):
        return images.read(home.at(version))
    named = images.read(version)
    for one in (home, spec):
        if one and one.ours and not named.host and named.base == one.repository:
            return images.read(one.base + version.removeprefix(named.base))
    return named


def _wanted(place: Place, name: str, runs: images.Reference) -> images.Reference | None:
    """The image of the spec; its tag may not be known. None where the spec has no such container.

    A repository's URI is put together, for it cannot be asked for without another permission.
    """
    wanted = {one["name"]: one["image"] for one in place.definition.properties[CONTAINERS]}
    match wanted.get(name):
        case str(image):
            return images.read(image)
        case Text(parts=(Ref(address=address, output="Uri"), *_)):
            return _ours(place, address.partition("/")[2], runs)
        case _:
            return None


def _ours(place: Place, repository: str, runs: images.Reference) -> images.Reference:
    """A repository of the service's account and region; spelled as what runs, if that is it."""
    _, partition, _, region, account, *_ = place.serving.split(":")
    host, _, path = runs.base.partition("/")
    if path == repository and host.startswith(f"{account}.dkr") and f".{region}." in host:
        return runs
    suffix = SUFFIXES.get(partition, "amazonaws.com")
    return images.read(f"{account}.dkr.ecr.{region}.{suffix}/{repository}")
