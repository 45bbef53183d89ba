"""The status page: its headers, and what people see in a real browser."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from app.factory import create
from app.lifecycle import Lifecycle
from app.settings import Settings

from .conftest import Running

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PHONE = (390, 844)
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
NOW = "2026-01-02T03:04:05+00:00"
EVIL = "(service oaktree) <img src=x onerror=alert(1)> has reached a steady state."


def document(**more: Any) -> dict[str, Any]:
    deployment = {
        "id": "ecs-svc/1", "status": "PRIMARY", "rollout": "COMPLETED", "reason": None,
        "task_definition": "oaktree-task-dev:7", "desired": 2, "running": 2, "pending": 0,
        "failed": 0, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    task = {
        "id": "0123456789abcdef0123456789abcdef", "task_definition": "oaktree-task-dev:7",
        "status": "RUNNING", "wanted": "RUNNING", "health": "HEALTHY", "zone": "ap-southeast-1a",
        "started_at": NOW, "stopped_reason": None,
    }  # fmt: skip
    target = {
        "group": "oaktree", "task": task["id"], "port": 5000, "state": "healthy",
        "reason": None, "description": None,
    }  # fmt: skip
    return {
        "available": True, "reason": None, "checked_at": NOW, "cluster": "oaktree-cluster-dev",
        "service": "oaktree-service-dev", "status": "ACTIVE", "desired": 2, "running": 2,
        "pending": 0, "deployments": [deployment], "events": [{"at": NOW, "message": EVIL}],
        "tasks": [task, {**task, "id": "f" * 32}], "revisions": [], "targets": [target],
        "missing": {}, **more,
    }  # fmt: skip


FAILED = {**document()["deployments"][0], "rollout": "FAILED", "running": 0, "failed": 3}


class Told:
    """A deployment that is as the test says."""

    def __init__(self) -> None:
        self.document = document()

    async def status(self) -> dict[str, Any]:
        return self.document

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def address(told: Told) -> Iterator[str]:
    app = create(Settings.model_validate({"git_sha": "0123456789abcdef"}), Lifecycle())
    app.state.deployment = told
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for option in (*OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(option)
    chrome = Chrome(options, Service(DRIVER))
    yield chrome
    chrome.quit()


@pytest.fixture
def page(browser: Chrome, address: str, told: Told) -> Chrome:
    told.document = document()
    browser.set_window_size(1200, 900)
    browser.get(f"{address}/status")
    until(browser, "2 of 2 tasks run")
    return browser


def until(browser: Chrome, words: str) -> None:
    """Wait until the page says so."""
    WebDriverWait(browser, 30, 0.05).until(lambda it: words in body(it), words)


def body(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


in_a_browser = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Chromium and its driver")


@pytest.mark.anyio
async def test_the_page_may_load_only_what_is_its_own(running: Running) -> None:
    for path, kind in (("status", "text/html"), ("status.js", "text/javascript")):
        answer = await running.client.get(f"/{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-security-policy"].startswith("default-src 'none';")
        assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.slow
@in_a_browser
def test_it_says_what_runs(page: Chrome) -> None:
    text = body(page)
    for words in (
        "oaktree-service-dev: 2 of 2 tasks run", "oaktree-task-dev:7 · completed",
        "012345678901"[:10], "healthy · port 5000", "local, 0123456789ab",
    ):  # fmt: skip
        assert words in text
    assert page.find_element(By.ID, "verdict").get_attribute("data-state") == "good"


@pytest.mark.slow
@in_a_browser
def test_what_an_event_quotes_is_text(page: Chrome) -> None:
    assert EVIL in body(page)
    assert page.find_elements(By.CSS_SELECTOR, "#events img") == []
    complaints = [one for one in page.get_log("browser") if one["level"] == "SEVERE"]  # type: ignore[no-untyped-call]  # selenium's own
    assert complaints == []


@pytest.mark.slow
@in_a_browser
def test_it_refreshes_itself_and_can_be_paused(page: Chrome, told: Told) -> None:
    told.document = document(running=0, deployments=[FAILED], missing={"targets": "Not allowed."})
    until(page, "the last deployment failed")
    assert "Not allowed." in body(page)
    assert page.find_element(By.ID, "verdict").get_attribute("data-state") == "bad"
    page.find_element(By.ID, "pause").click()
    told.document = document()
    time.sleep(0.2)
    assert "the last deployment failed" in body(page)
    page.find_element(By.ID, "pause").click()
    until(page, "2 of 2 tasks run")


@pytest.mark.slow
@in_a_browser
def test_it_says_why_ecs_could_not_be_asked(page: Chrome, told: Told) -> None:
    reason = "This is not a task of ECS: set DEPLOYMENT_CLUSTER and DEPLOYMENT_SERVICE."
    told.document = {"available": False, "reason": reason, "checked_at": NOW}
    until(page, reason)
    assert "Deployments" not in body(page)


@pytest.mark.slow
@in_a_browser
def test_a_task_that_was_replaced_is_no_failure(page: Chrome, told: Told) -> None:
    task = document()["tasks"][0]
    reasons = {
        "a" * 32: "Scaling activity initiated by (deployment ecs-svc/1)",
        "b" * 32: "Task failed ELB health checks in (target-group arn)",
    }
    stopped = [
        {**task, "id": name, "status": "STOPPED", "stopped_reason": reason}
        for name, reason in reasons.items()
    ]
    told.document = document(tasks=[task, *stopped])
    until(page, "Scaling activity")
    cards = page.find_elements(By.CSS_SELECTOR, "#tasks article")
    assert [one.get_attribute("data-state") for one in cards] == ["good", "past", "bad"]
    assert "stopped, healthy" not in body(page)


@pytest.mark.slow
@in_a_browser
def test_it_fits_a_phone(page: Chrome) -> None:
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": PHONE[0], "height": PHONE[1], "deviceScaleFactor": 2, "mobile": True},
    )
    page.refresh()
    until(page, "2 of 2 tasks run")
    try:
        assert page.execute_script("return document.documentElement.scrollWidth") <= PHONE[0]
        assert page.find_element(By.ID, "pause").size["height"] >= 44
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
