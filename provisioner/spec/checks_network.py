"""Rules about the network: where tasks can stand, and what they reach from there."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from itertools import combinations

from provisioner.spec.document import Path
from provisioner.spec.finding import Finding, cidr_fault, services
from provisioner.spec.models import Spec
from provisioner.spec.new_network import NEEDED, NewNetwork
from provisioner.spec.reach import from_outside, needs

_CREATE: Path = ("network", "create")
_LARGEST, _SMALLEST = 16, 23
_SMALLEST_SUBNET = 27
_FEWEST_ZONES = 2


def subnets_for_tasks(spec: Spec) -> Iterator[Finding]:
    """Tasks with public addresses stand in public subnets, others in private ones."""
    network, balancer = spec.network, spec.load_balancer
    if network.create:
        return
    private = [name for name, service in spec.services.items() if not service.assign_public_ip]
    if network.private_subnets is None and private:
        message = (
            f"missing; the tasks of `{private[0]}` need them"
            " (with `assign_public_ip: true` they would be in public subnets)"
        )
        yield Finding(("network", "private_subnets"), message)
    elif network.private_subnets is None and balancer and balancer.scheme == "internal":
        yield Finding(
            ("network", "private_subnets"), "missing; an internal load balancer needs them"
        )
    for path, service in services(spec):
        if service.assign_public_ip and network.public_subnets is None:
            message = "tasks with public addresses need `network.public_subnets`"
            yield Finding((*path, "assign_public_ip"), message)


def new_blocks(spec: Spec) -> Iterator[Finding]:
    """A VPC has 16 to 65536 addresses, a load balancer's subnet at least 32; ec2.CreateVpc."""
    create = spec.network.create
    if create is None:
        return
    if fault := _block_fault(create.cidr) or _size_fault(IPv4Network(create.cidr)):
        yield Finding((*_CREATE, "cidr"), fault)
        return
    found: list[tuple[Path, IPv4Network]] = []
    for path, block in _written(create):
        if fault := _block_fault(block) or _subnet_fault(
            IPv4Network(block), IPv4Network(create.cidr)
        ):
            yield Finding(path, fault)
        else:
            found.append((path, IPv4Network(block)))
    for (_, first), (path, second) in combinations(found, 2):
        if first.overlaps(second):
            yield Finding(path, f"{second} overlaps {first}")


def new_blocks_complete(spec: Spec) -> Iterator[Finding]:
    """Blocks that are written out are those of every subnet."""
    create = spec.network.create
    if create is None or not (create.public_cidrs or create.private_cidrs):
        return
    for field in ("public_cidrs", "private_cidrs"):
        count = len(getattr(create, field))
        if count != create.zone_count:
            message = f"expected one block for each of {create.zone_count} zones, found {count}"
            yield Finding((*_CREATE, field), message)


def _written(create: NewNetwork) -> Iterator[tuple[Path, str]]:
    for field in ("public_cidrs", "private_cidrs"):
        for index, block in enumerate(getattr(create, field)):
            yield (*_CREATE, field, index), block


def _size_fault(whole: IPv4Network) -> str | None:
    if _LARGEST <= whole.prefixlen <= _SMALLEST:
        return None
    return f"expected a block between /{_LARGEST} and /{_SMALLEST}, found {whole}"


def _block_fault(block: str) -> str | None:
    fault = cidr_fault(block)
    if fault is None and ip_network(block).version != IPv4Network("0.0.0.0/0").version:
        return f"expected an IPv4 block, found {block}"
    return fault


def _subnet_fault(block: IPv4Network, whole: IPv4Network) -> str | None:
    if not block.subnet_of(whole):
        return f"{block} is not inside {whole}"
    if block.prefixlen > _SMALLEST_SUBNET:
        return f"expected a block of /{_SMALLEST_SUBNET} or larger, found {block}"
    return None


def new_zones(spec: Spec) -> Iterator[Finding]:
    """A load balancer needs two zones, of the stack's region; elbv2.CreateLoadBalancer."""
    create = spec.network.create
    names = create.zone_names if create else []
    if names and len(names) < _FEWEST_ZONES:
        yield Finding((*_CREATE, "zone_names"), "expected at least two zones, found one")
    for index, name in enumerate(names):
        path: Path = (*_CREATE, "zone_names", index)
        if name in names[:index]:
            yield Finding(path, f"{name} stands here twice")
        elif spec.region and name[:-1] != spec.region:
            yield Finding(path, f"{name} is not in {spec.region}")


def new_network_leads_out(spec: Spec) -> Iterator[Finding]:
    """Without NAT, what tasks need at their start must have an endpoint; see `reach`."""
    create = spec.network.create
    if create is None or create.nat != "none" or spec.network.reachability == "ignore":
        return
    for path, service in services(spec):
        if service.assign_public_ip:
            continue
        for image in from_outside(service):
            message = (
                f"{image} comes from the internet, which tasks cannot reach:"
                " the network has `nat: none`; use an image in ECR, NAT, or `assign_public_ip`"
            )
            place = (*path, "image") if image == service.image.uri else path
            yield Finding(place, message, "warning")
        missing = [need for need in needs(service) if need not in create.endpoints]
        if NEEDED not in create.endpoints and missing:
            message = (
                f"tasks of `{path[1]}` cannot start: with `nat: none` they do not reach"
                f" {', '.join(missing)}; write `endpoints: true`, or add them"
            )
            yield Finding((*_CREATE, "endpoints"), message, "warning")
