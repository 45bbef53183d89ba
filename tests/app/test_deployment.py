"""`/api/deployment/status` on the embedded cloud, and where there is nothing to ask."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from app.deployment import Deployment
from app.ecs import Reader
from app.task import Task
from tests.cloud.servers import credentials
from tests.cloud.world import REGION, World

from .conftest import Running

pytestmark = pytest.mark.anyio
REFUSAL = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
CLUSTER, SERVICE = "oaktree-cluster-dev", "oaktree-service-dev"


@contextmanager
def answering(code: int, body: dict[str, Any] | str, **headers: str) -> Iterator[str]:
    """A server with one answer to everything: ECS's metadata, or an AWS that refuses."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET  # noqa: N815  # the base class's own way to call it

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def reader(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> Reader:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    return Reader(lambda: boto3.Session(region_name=REGION, **credentials()), seconds=60)


def shown(reader: Reader, uri: str | None = None, **where: str | None) -> Deployment:
    named = {"cluster": CLUSTER, "service": SERVICE, **where}
    return Deployment(Task(uri), named["cluster"], named["service"], 10, 60, reader)


async def test_a_running_service_is_described_whole_and_without_its_account(
    world: World, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(world.apply)
    running.app.state.deployment = shown(reader(monkeypatch, world.server.endpoint))
    answer = await running.client.get("/api/deployment/status")
    found = answer.json()
    assert (found["available"], found["reason"], found["missing"]) == (True, None, {})
    assert (found["cluster"], found["service"], found["status"]) == (CLUSTER, SERVICE, "ACTIVE")
    assert (found["desired"], found["running"], found["pending"]) == (1, 1, 0)
    (deployment,) = found["deployments"]
    assert (deployment["status"], deployment["rollout"]) == ("PRIMARY", "COMPLETED")
    assert deployment["task_definition"] == "oaktree-task-dev:1"
    (revision,) = found["revisions"]
    assert (revision["running"], list(revision["images"])) == (1, ["oaktree-app"])
    (task,) = found["tasks"]
    assert (task["status"], task["task_definition"]) == ("RUNNING", "oaktree-task-dev:1")
    (target,) = found["targets"]
    assert (target["state"], target["task"]) == ("healthy", task["id"])
    assert target["group"] == "oaktree-tg-dev"
    assert found["events"]
    account = world.client("sts").get_caller_identity()["Account"]
    assert account not in answer.text
    assert "arn:" not in answer.text


async def test_on_fargate_the_service_is_the_group_of_this_task(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(world.apply)
    ecs = world.client("ecs")
    cluster = ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["clusterArn"]
    task = ecs.list_tasks(cluster=cluster)["taskArns"][0]
    with answering(200, {"Cluster": cluster, "TaskARN": task}) as metadata:
        asking = reader(monkeypatch, world.server.endpoint)
        found = await shown(asking, metadata, cluster=None, service=None).status()
    assert (found["available"], found["cluster"], found["service"]) == (True, CLUSTER, SERVICE)


async def test_outside_ecs_it_says_so(running: Running) -> None:
    found = (await running.client.get("/api/deployment/status")).json()
    assert found["available"] is False
    assert "DEPLOYMENT_CLUSTER" in found["reason"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AccessDeniedException", "The task role does not allow ecs:DescribeServices."),
        ("ClusterNotFoundException", "AWS answered ecs:DescribeServices with ClusterNotFound"),
    ],
)
async def test_a_refusal_is_named(code: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(400, {"__type": code, "message": "arn:aws:iam::123456789012:x"}) as endpoint:
        found = await shown(reader(monkeypatch, endpoint)).status()
    assert found["available"] is False
    assert found["reason"].startswith(reason)
    assert "123456789012" not in json.dumps(found)


async def test_a_part_that_is_refused_leaves_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(world.apply)
    asking = reader(monkeypatch, world.server.endpoint)
    with answering(403, REFUSAL) as refusing:
        session = boto3.Session(region_name=REGION, **credentials())
        asking._clients["elbv2", None] = session.client("elbv2", endpoint_url=refusing)
        found = await shown(asking).status()
    assert found["available"]
    assert found["tasks"]
    assert found["targets"] is None
    assert found["missing"] == {
        "targets": "The task role does not allow elasticloadbalancing:DescribeTargetHealth."
    }


async def test_without_credentials_or_an_answer_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare = Reader(lambda: boto3.Session(region_name=REGION), seconds=60)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    assert "no AWS credentials" in (await shown(bare).status())["reason"]
    silent = reader(monkeypatch, "http://127.0.0.1:1")
    assert (await shown(silent).status())["reason"] == (
        "AWS does not answer (EndpointConnectionError)."
    )


class Counting(Reader):
    """Answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = 0, threading.Event()

    def read(self, cluster: str, service: str) -> dict[str, Any]:
        self.asked += 1
        self.may.wait(30)
        return {"running": self.asked}


async def test_an_answer_is_shared_and_kept_for_some_seconds() -> None:
    now = [0.0]
    asking = Counting()
    asking.may.set()
    deployment = Deployment(Task(None), CLUSTER, SERVICE, 10, 60, asking, lambda: now[0])
    found = await asyncio.gather(*(deployment.status() for _ in range(5)))
    now[0] = 9.9
    found.append(await deployment.status())
    assert {one["running"] for one in found} == {1}
    now[0] = 10
    assert (await deployment.status())["running"] == 2


async def test_a_slow_aws_is_not_asked_again_while_it_is_being_asked() -> None:
    asking = Counting()
    deployment = Deployment(Task(None), CLUSTER, SERVICE, 0, 0.01, asking)
    for _ in range(3):
        assert (await deployment.status())["reason"] == "AWS took too long to answer."
    asking.may.set()
    deployment.timeout = 60
    assert (await deployment.status())["available"]
    assert asking.asked == 1
    deployment.close()


def test_all_calls_together_have_a_time_limit() -> None:
    times = iter([0.0, 6.0])
    late = Reader(seconds=5, clock=lambda: next(times))
    with pytest.raises(Exception, match="took too long"):
        late.read(CLUSTER, SERVICE)


def test_the_region_is_the_clusters_else_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    asked = Reader(lambda: boto3.Session(**credentials()), seconds=5)
    assert asked._client("ecs", CLUSTER).meta.region_name == "eu-west-1"
    arn = f"arn:aws:ecs:ap-southeast-1:123456789012:cluster/{CLUSTER}"
    assert asked._client("ecs", arn).meta.region_name == "ap-southeast-1"
