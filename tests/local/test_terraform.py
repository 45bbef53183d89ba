"""Terraform builds, sees no difference, and destroys. Skipped where it is not installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.hcl import TerraformMissing, installed, settings
from provisioner.local import cloud

HCL = Path(__file__).parent / "terraform" / "main.tf"
NOTHING_TO_DO = 0
# Fast enough that nothing is waited for but Terraform's own delays.
SPEED = 2000

Run = Callable[..., int]


@pytest.fixture
def terraform(directory: Path, tmp_path: Path) -> Run:
    try:
        binary, init = installed()
    except TerraformMissing as missing:
        pytest.skip(str(missing))
    running = cloud.start(directory, options={"speed": SPEED})
    shutil.copy(HCL, tmp_path)

    def run(*arguments: str) -> int:
        done = subprocess.run(
            [binary, *arguments],
            cwd=tmp_path,
            env={**settings(), "TF_VAR_endpoint": running.endpoint},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout[-4000:], done.stderr[-4000:])  # noqa: T201  shown if the test fails
        return done.returncode

    assert run("init", *init, "-input=false") == 0
    return run


@pytest.mark.slow
@pytest.mark.terraform
@pytest.mark.timeout(600)
def test_terraform_applies_plans_nothing_and_destroys(terraform: Run) -> None:
    assert terraform("apply", "-auto-approve", "-input=false") == 0
    assert terraform("plan", "-detailed-exitcode", "-input=false") == NOTHING_TO_DO
    assert terraform("destroy", "-auto-approve", "-input=false") == 0
