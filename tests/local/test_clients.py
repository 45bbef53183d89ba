"""Clients of others: the AWS CLI, and boto3's waiters."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from provisioner.local.cloud import Cloud

AWS = shutil.which("aws")


@pytest.mark.skipif(not AWS, reason="no AWS CLI here")
def test_the_aws_cli_works(cloud: Cloud) -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

    def aws(*arguments: str) -> dict[str, Any]:
        place = ["--endpoint-url", cloud.endpoint, "--region", "eu-west-1", "--output", "json"]
        said = subprocess.check_output(
            [str(AWS), *place, *arguments], env={**os.environ, **credentials}
        )
        answer: dict[str, Any] = json.loads(said)
        return answer

    made = aws("ecs", "create-cluster", "--cluster-name", "c")["cluster"]["clusterArn"]
    assert aws("ecs", "list-clusters")["clusterArns"] == [made]
