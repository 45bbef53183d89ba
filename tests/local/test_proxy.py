from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from provisioner.local.cloud import Cloud
from provisioner.local.control import ask
from provisioner.local.proxy import RecordingProxy

from .conftest import connect


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The endpoint of a plain moto server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_calls_to_a_plain_moto_server_are_counted(moto: str) -> None:
    with RecordingProxy(moto) as proxy:
        logs = connect(proxy.endpoint, "logs")
        logs.create_log_group(logGroupName="/a")
        logs.describe_log_groups()
        with pytest.raises(ClientError):
            logs.create_log_group(logGroupName="/a")
        told = [(each.operation, each.write, each.error) for each in proxy.calls()]
        proxy.clear()
        assert proxy.calls() == []
    assert told == [
        ("CreateLogGroup", True, ""),
        ("DescribeLogGroups", False, ""),
        ("CreateLogGroup", True, "ResourceAlreadyExistsException"),
    ]


def test_bodies_arrive_whole_in_both_directions(moto: str) -> None:
    with RecordingProxy(moto) as proxy:
        s3 = connect(proxy.endpoint, "s3", "us-east-1")
        s3.create_bucket(Bucket="some")
        s3.put_object(Bucket="some", Key="a/b c", Body=b"x" * 100_000, Metadata={"k": "v"})
        assert s3.head_object(Bucket="some", Key="a/b c")["ContentLength"] == 100_000
        assert len(s3.get_object(Bucket="some", Key="a/b c")["Body"].read()) == 100_000
        assert s3.delete_object(Bucket="some", Key="a/b c")
        told = [each.operation for each in proxy.calls()]
    assert told == ["CreateBucket", "PutObject", "HeadObject", "GetObject", "DeleteObject"]


def test_latency_is_added_to_each_call(moto: str) -> None:
    with RecordingProxy(moto) as proxy:
        sts = connect(proxy.endpoint, "sts")
        proxy.latency(read_ms=120)
        sts.get_caller_identity()
        (call,) = proxy.calls()
    assert call.end - call.start >= 0.12


def test_threads_share_it(cloud: Cloud) -> None:
    with RecordingProxy(cloud.endpoint) as proxy:
        ecs = connect(proxy.endpoint, "ecs")
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda n: ecs.create_cluster(clusterName=f"c{n}"), range(48)))
        assert len(ecs.list_clusters()["clusterArns"]) == 48
        assert len(proxy.calls()) == 49


@pytest.mark.parametrize("service", ["sts", "ec2", "ecs"])
def test_a_target_that_is_not_there_is_an_aws_error(service: str) -> None:
    operation = {"sts": "get_caller_identity", "ec2": "describe_vpcs", "ecs": "list_clusters"}
    with RecordingProxy("http://127.0.0.1:9") as proxy:
        api = connect(proxy.endpoint, service)
        with pytest.raises(ClientError, match=r"BadGateway.*refused"):
            getattr(api, operation[service])()
        assert [(each.status, each.error) for each in proxy.calls()] == [(502, "BadGateway")]


def hanging_up(bound: socket.socket, times: int) -> None:
    """Promise to keep the connection, and close it after the answer."""
    for _ in range(times):
        connection, _ = bound.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_a_target_that_hung_up_meanwhile_is_called_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        target = Thread(target=hanging_up, args=(bound, 3))
        target.start()
        with RecordingProxy(f"http://127.0.0.1:{bound.getsockname()[1]}") as proxy:
            client = HTTPConnection(proxy.endpoint.removeprefix("http://"))
            for _ in range(3):
                client.request("GET", "/")
                assert client.getresponse().read() == b"ok"
            client.close()
        target.join()


def test_it_runs_by_itself(moto: str) -> None:
    command = [sys.executable, "-m", "provisioner.local.proxy", "--to", moto]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        endpoint = process.stdout.readline().strip()
        connect(endpoint, "sts").get_caller_identity()
        calls = ask(endpoint, "calls")
        process.terminate()
    assert [each["operation"] for each in calls] == ["GetCallerIdentity"]
