"""Terraform builds, sees no difference, and destroys. Skipped where it is not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.local import cloud

PLUGINS = Path(os.environ.get("TF_PLUGINS", "terraform-plugins"))
"""A filesystem mirror that holds the AWS provider; the test is skipped without one."""
HCL = Path(__file__).parent / "terraform" / "main.tf"
TERRAFORM = shutil.which("terraform")
NOTHING_TO_DO = 0
# Fast enough that nothing is waited for but Terraform's own delays.
SPEED = 2000

Run = Callable[..., int]


@pytest.fixture
def terraform(directory: Path, tmp_path: Path) -> Run:
    running = cloud.start(directory, options={"speed": SPEED})
    shutil.copy(HCL, tmp_path)
    settings = {
        "TF_VAR_endpoint": running.endpoint,
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": os.devnull,
    }

    def run(*arguments: str) -> int:
        done = subprocess.run(
            [str(TERRAFORM), *arguments],
            cwd=tmp_path,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout[-4000:], done.stderr[-4000:])  # noqa: T201  shown if the test fails
        return done.returncode

    assert run("init", f"-plugin-dir={PLUGINS}", "-input=false") == 0
    return run


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not TERRAFORM or not PLUGINS.is_dir(), reason="no terraform here")
def test_terraform_applies_plans_nothing_and_destroys(terraform: Run) -> None:
    assert terraform("apply", "-auto-approve", "-input=false") == 0
    assert terraform("plan", "-detailed-exitcode", "-input=false") == NOTHING_TO_DO
    assert terraform("destroy", "-auto-approve", "-input=false") == 0
