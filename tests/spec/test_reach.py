from __future__ import annotations

import pytest

from provisioner.spec.reach import from_outside, needs
from provisioner.spec.service import Service

LOGS_AND_IMAGE = {"ecr.api", "ecr.dkr", "logs", "s3"}
OURS = {"repository": "shop"}
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/db"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"


@pytest.mark.parametrize(
    ("written", "need"),
    [
        ("db", "secretsmanager"),
        ("db:password", "secretsmanager"),
        (SECRET, "secretsmanager"),
        ("ssm:/shop/db", "ssm"),
        (PARAMETER, "ssm"),
    ],
)
def test_a_secret_is_fetched_where_it_is_kept(written: str, need: str) -> None:
    main = Service.model_validate({"image": OURS, "secrets": {"DB": written}})
    assert set(needs(main)) == LOGS_AND_IMAGE | {need}
    beside = {"helper": {"image": "busybox", "secrets": {"DB": written}}}
    assert need in needs(Service.model_validate({"image": OURS, "sidecars": beside}))


@pytest.mark.parametrize("part", ["tracing", "log_router"])
def test_images_of_parts_come_from_the_internet_unless_copied(part: str) -> None:
    assert from_outside(Service.model_validate({"image": OURS})) == []
    (image,) = from_outside(Service.model_validate({"image": OURS, part: True}))
    assert image.startswith("public.ecr.aws/")
    copy = {"image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/copy:1"}
    assert from_outside(Service.model_validate({"image": OURS, part: copy})) == []


def test_traces_and_files_of_variables_need_a_way_too() -> None:
    files = {"environment_files": ["arn:aws:s3:::shop/app.env"]}
    assert "xray" in needs(Service.model_validate({"image": OURS, "tracing": True}))
    assert "s3" in needs(Service.model_validate({"image": "busybox", **files}))
    assert "s3" not in needs(Service.model_validate({"image": "busybox"}))
