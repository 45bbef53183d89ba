"""What the embedded cloud itself costs: `python -m benchmarks.embedded` writes embedded.md.

Its start, its own share of a call (the same calls on moto's server alone), many clients at once,
and many services. Times of one run on one machine: the ratios are what can be compared.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.config import Config

from provisioner.local import cloud
from provisioner.local.control import ask

from .process import run
from .table import table

RESULTS = Path(__file__).parent / "embedded.md"
REGION = "eu-west-1"
STARTS, CALLS, CLIENTS, EACH, SERVICES, TASKS = 5, 200, 16, 40, 200, 5
CREDENTIALS = {"aws_access_key_id": "benchmark", "aws_secret_access_key": "benchmark"}

OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "sts GetCallerIdentity": lambda client: client("sts").get_caller_identity(),
    "ec2 DescribeVpcs": lambda client: client("ec2").describe_vpcs(),
    "elbv2 DescribeLoadBalancers": lambda client: client("elbv2").describe_load_balancers(),
    "ecs ListClusters": lambda client: client("ecs").list_clusters(),
    "logs DescribeLogGroups": lambda client: client("logs").describe_log_groups(),
    "iam ListRoles": lambda client: client("iam").list_roles(),
    "ecr DescribeRepositories": lambda client: client("ecr").describe_repositories(),
}


def clients(endpoint: str) -> Callable[[str], Any]:
    """boto3 clients of a server, each made once."""
    session = boto3.Session(region_name=REGION, **CREDENTIALS)
    config = Config(retries={"total_max_attempts": 1}, read_timeout=120)
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = session.client(service, endpoint_url=endpoint, config=config)
        return made[service]

    return client


@contextmanager
def embedded() -> Iterator[tuple[str, Path]]:
    with TemporaryDirectory(prefix="benchmark-") as temporary:
        directory = Path(temporary)
        running = cloud.start(directory)
        try:
            yield running.endpoint, directory
        finally:
            cloud.stop(directory)


@contextmanager
def moto_alone() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def starts() -> list[tuple[float, float]]:
    """Seconds of `local start`, and from its beginning to the first answer of AWS's."""
    found = []
    for _ in range(STARTS):
        with TemporaryDirectory(prefix="benchmark-") as temporary:
            environment = {**os.environ, "PROVISIONER_LOCAL_DIR": temporary}
            began = time.perf_counter()
            run([sys.executable, "-m", "provisioner", "local", "start"], environment=environment)
            up = time.perf_counter() - began
            running = cloud.status(Path(temporary))
            assert running is not None
            clients(running.endpoint)("sts").get_caller_identity()
            found.append((up, time.perf_counter() - began))
            cloud.stop(Path(temporary))
    return found


def per_call(endpoint: str) -> dict[str, float]:
    """Milliseconds of a call, as its client sees it; the median of many."""
    client, found = clients(endpoint), {}
    for name, call in OPERATIONS.items():
        call(client)
        times = []
        for _ in range(CALLS):
            began = time.perf_counter()
            call(client)
            times.append(time.perf_counter() - began)
        found[name] = 1000 * statistics.median(times)
    return found


def at_once(endpoint: str) -> tuple[float, int]:
    """Many clients, each with log groups of its own: seconds, and wrong answers."""

    def one(number: int) -> int:
        client, wrong = clients(endpoint)("logs"), 0
        for index in range(EACH):
            name = f"/client-{number}/{index}"
            client.create_log_group(logGroupName=name)
            found = client.describe_log_groups(logGroupNamePrefix=f"/client-{number}/")
            wrong += len(found["logGroups"]) != index + 1
        return wrong

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        wrong = sum(pool.map(one, range(CLIENTS)))
    return time.perf_counter() - began, wrong


def many_services(endpoint: str) -> list[tuple[str, float]]:
    """Services with tasks, until all run."""
    client = clients(endpoint)
    ecs, ec2 = client("ecs"), client("ec2")
    ecs.create_cluster(clusterName="many")
    private = [{"Name": "tag:Tier", "Values": ["private"]}]
    subnets = [one["SubnetId"] for one in ec2.describe_subnets(Filters=private)["Subnets"][:2]]
    network = {"awsvpcConfiguration": {"subnets": subnets}}
    ecs.register_task_definition(
        family="many", networkMode="awsvpc", requiresCompatibilities=["FARGATE"],
        cpu="256", memory="512", containerDefinitions=[{"name": "a", "image": "nginx"}],
    )  # fmt: skip
    began = time.perf_counter()
    for number in range(SERVICES):
        ecs.create_service(
            cluster="many", serviceName=f"s{number}", taskDefinition="many", desiredCount=TASKS,
            launchType="FARGATE", networkConfiguration=network,
        )  # fmt: skip
    created = time.perf_counter() - began
    ask(endpoint, "clock/advance", {"seconds": 600}, timeout=300)
    advanced = time.perf_counter() - began - created
    running = 0
    began = time.perf_counter()
    for first in range(0, SERVICES, 10):
        names = [f"s{number}" for number in range(first, first + 10)]
        found = ecs.describe_services(cluster="many", services=names)["services"]
        running += sum(one["runningCount"] for one in found)
    described = time.perf_counter() - began
    assert running == SERVICES * TASKS, running
    return [
        ("CreateService, each", created / SERVICES),
        ("ten minutes of all of them", advanced),
        ("DescribeServices of ten, each", described / (SERVICES / 10)),
    ]


def report() -> str:
    began = os.getloadavg()[0]
    up = starts()
    with moto_alone() as alone:
        moto = per_call(alone)
    with embedded() as (endpoint, directory):
        ours = per_call(endpoint)
        seconds, wrong = at_once(endpoint)
        cloud.reset(directory)
        many = many_services(endpoint)
    rows = [
        [name, f"{moto[name]:.1f}", f"{ours[name]:.1f}", f"{ours[name] - moto[name]:+.1f}"]
        for name in OPERATIONS
    ]
    calls = CLIENTS * EACH * 2
    load = f"Load average {began:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end"
    first, quickest = statistics.median(b for _, b in up), min(b for _, b in up)
    parts = [
        "# What the embedded cloud costs",
        "Written by `python -m benchmarks.embedded`; do not edit.",
        f"{load}; {os.cpu_count()} CPUs, which clients and server share.",
        "## Start",
        f"Seconds, medians of {STARTS}; the quickest first answer came after {quickest:.2f} s.",
        table(
            ["what", "s"],
            [
                ["`local start` has ended", f"{statistics.median(a for a, _ in up):.2f}"],
                ["first answer of an AWS service", f"{first:.2f}"],
            ],
        ),
        "## A call",
        f"Medians of {CALLS} calls, as boto3 sees them, in milliseconds.",
        table(["operation", "moto's server", "ours", "more"], rows),
        "## Many at once",
        f"{CLIENTS} clients, {calls} calls in {seconds:.1f} s, {wrong} wrong answers.",
        f"## {SERVICES} services of {TASKS} tasks",
        table(["what", "ms"], [[name, f"{1000 * spent:.0f}"] for name, spent in many]),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    found = report()
    RESULTS.write_text(found)
    sys.stdout.write(found)
