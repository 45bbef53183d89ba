"""Make docs/pictures anew: the status page of a deployment on the embedded cloud.

    python docs/pictures.py

Needs Chromium and chromedriver. The application asks the embedded cloud as it would ask AWS, for
a stack that was applied there; nothing on the pictures is made up.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from provisioner.local import cloud
from provisioner.local.control import ask

ROOT = Path(__file__).parents[1]
PICTURES = Path(__file__).parent / "pictures"
SIZES = {"status-desktop": (1200, 900, 1, False), "status-phone": (390, 844, 1.5, True)}
"""Width, height, pixels per unit, and whether it is a phone."""
MOST_BYTES = 150_000
STACK = ("specs/oaktree.yaml", "-e", "dev", "--local", "--yes")
AFTER = ("services.app.desired_count=2", "services.app.image.tag=v1", "services.app.image.tag=v2")
SPEED = 50
WORDS = "2 of 2 tasks run"
SECONDS = 60


def main() -> int:
    """0 when both pictures are written."""
    with TemporaryDirectory(prefix="pictures-") as temporary:
        folder = Path(temporary)
        mine = {**os.environ, "PROVISIONER_LOCAL_DIR": str(folder)}
        endpoint = cloud.start(folder).endpoint
        ask(endpoint, "settings", {"speed": SPEED})
        try:
            _deploy(mine)
            with _application(endpoint, mine) as address, _browser(folder) as browser:
                for name in SIZES:
                    _picture(browser, address, name)
        finally:
            cloud.stop(folder)
    return 0


def _deploy(environment: Mapping[str, str]) -> None:
    """One version after another, so that there is something to see."""
    settings: list[str] = []
    for setting in AFTER:
        settings += ["--set", setting]
        command = [sys.executable, "-m", "provisioner", "apply", *STACK, *settings]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _application(endpoint: str, environment: Mapping[str, str]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    git = shutil.which("git") or "git"
    sha = subprocess.check_output([git, "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()
    own = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "ap-southeast-1",
        "AWS_ACCESS_KEY_ID": "pictures",
        "AWS_SECRET_ACCESS_KEY": "pictures",
        "APP_ENV": "dev",
        "DEPLOYMENT_CLUSTER": "oaktree-cluster-dev",
        "DEPLOYMENT_SERVICE": "oaktree-service-dev",
        "DRAIN_SECONDS": "0",
        "GIT_SHA": sha,
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**environment, **own},
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def _browser(folder: Path) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for option in ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(option)
    options.add_argument(f"--user-data-dir={folder / 'chromium'}")
    browser = Chrome(options, Service(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()


def _open(browser: Chrome, address: str) -> bool:
    """Raises WebDriverException until the application listens."""
    browser.get(f"{address}/status")
    return True


def _picture(browser: Chrome, address: str, name: str) -> None:
    width, height, scale, phone = SIZES[name]
    screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    wait = WebDriverWait(browser, SECONDS, 0.2, [WebDriverException])
    wait.until(lambda it: _open(it, address))
    wait.until(lambda it: WORDS in it.find_element(By.TAG_NAME, "body").text, WORDS)
    PICTURES.mkdir(exist_ok=True)
    place = PICTURES / f"{name}.png"
    browser.save_screenshot(str(place))
    size = place.stat().st_size
    sys.stdout.write(f"{place.relative_to(ROOT)}: {size / 1000:.0f} kB\n")
    if size > MOST_BYTES:
        raise SystemExit(f"{place}: over {MOST_BYTES} bytes")


if __name__ == "__main__":
    sys.exit(main())
