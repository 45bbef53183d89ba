from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.errors import SpecError, UsageError
from provisioner.spec.load import Loaded, load, load_every

SPECS = Path(__file__).parents[2] / "specs"

ENVIRONMENTS = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-1]}
services: {app: {image: "nginx:${tag}", cpu: 300x}}
environments:
  dev: {region: up}
  staging: {region: down}
  prod: {services: {app: {cpu: 256}}}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def spec(text: str) -> Path:
        file = tmp_path / "spec.yaml"
        file.write_text(text)
        return file

    return spec


def test_a_small_spec_has_all_of_its_defaults(write: Callable[[str], Path], minimal: str) -> None:
    path = write(minimal)
    loaded = load(path, environ={})
    assert (loaded.file, loaded.environment, loaded.warnings) == (str(path), None, ())
    app = loaded.spec.services["app"]
    assert (app.cpu, app.memory_mib, app.image.uri) == (256, 512, "nginx")
    assert loaded.data == {
        "stack": "shop",
        "network": {"vpc": "vpc-1", "private_subnets": ["subnet-1"]},
        "services": {"app": {"image": "nginx"}},
    }


def test_a_path_may_be_text(write: Callable[[str], Path], minimal: str) -> None:
    assert load(str(write(minimal))).spec.stack == "shop"


def test_resolved_data_is_ordinary_data_that_loads_again(
    load: Callable[..., Loaded], minimal: str
) -> None:
    text = f"{minimal}tags: {{Zip: 01234, Build: 7}}\nregion: ${{env:R}}\n"
    data = load(text, environ={"R": "eu-west-1"}).data
    assert data["tags"] == {"Zip": "01234", "Build": 7}
    assert type(data["tags"]["Zip"]) is str
    assert data["region"] == "eu-west-1"


def test_numbers_keep_their_form_where_text_is_wanted(
    load: Callable[..., Loaded], minimal: str
) -> None:
    spec = load(f"{minimal}account: 012345678901\ntags: {{Zip: 01234, Hex: 0xFF}}\n").spec
    assert spec.account == "012345678901"
    assert spec.tags == {"Zip": "01234", "Hex": "0xFF"}


def test_every_environment_is_loaded_in_file_order(write: Callable[[str], Path]) -> None:
    text = ENVIRONMENTS.replace("up", "eu-west-1").replace("down", "eu-west-2")
    path = write(text.replace("300x", "256"))
    every = load_every(path, variables={"tag": "1"}, environ={})
    assert [(item.environment, item.spec.region) for item in every] == [
        ("dev", "eu-west-1"),
        ("staging", "eu-west-2"),
        ("prod", None),
    ]


def test_a_spec_without_environments_is_loaded_once(
    write: Callable[[str], Path], minimal: str
) -> None:
    assert [item.environment for item in load_every(write(minimal))] == [None]


def test_problems_say_which_environments_have_them(write: Callable[[str], Path]) -> None:
    path = write(ENVIRONMENTS)
    with pytest.raises(SpecError) as caught:
        load_every(path, environ={})
    assert [str(problem).removeprefix(str(path)) for problem in caught.value.problems] == [
        (
            ":3:25: services.app.image: unknown variable `tag`; give it with --var tag=VALUE"
            " or under `variables:`, or write `$${tag}` to keep the text"
        ),
        ":3:46: services.app.cpu: in dev, staging: expected a whole number, found text '300x'",
        ":5:17: region: in dev: expected a region such as eu-central-1, found 'up'",
        ":6:21: region: in staging: expected a region such as eu-central-1, found 'down'",
    ]


def test_a_broken_overlay_does_not_hide_the_others(write: Callable[[str], Path]) -> None:
    path = write(ENVIRONMENTS.replace("{region: up}", "small"))
    with pytest.raises(SpecError) as caught:
        load_every(path, variables={"tag": "1"}, environ={})
    assert [problem.line for problem in caught.value.problems] == [3, 5, 6]


def test_a_variable_that_means_nothing_is_refused_for_all(write: Callable[[str], Path]) -> None:
    with pytest.raises(UsageError, match="no variable `teg`; did you mean `tag`"):
        load_every(write(ENVIRONMENTS), variables={"teg": "1"}, environ={})


def test_a_merged_default_is_validated_where_it_is_written(
    complaints: Callable[..., list[str]], minimal: str
) -> None:
    text = (
        f"{minimal}  web: &web\n    image: nginx\n    cpu: big\n  api:\n    <<: *web\n"
        "    image: api\n"
    )
    found = "expected a whole number, found text 'big'"
    assert complaints(text) == [
        f"f:7:10: services.api.cpu: {found}",
        f"f:7:10: services.web.cpu: {found}",
    ]


def test_the_machines_environment_is_read_when_none_is_given(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[str], Path], minimal: str
) -> None:
    monkeypatch.setenv("SPEC_TEST_REGION", "eu-north-1")
    path = write(f"{minimal}region: ${{env:SPEC_TEST_REGION}}\n")
    assert load(path).spec.region == "eu-north-1"


def test_the_oaktree_spec_is_the_seeds_stack() -> None:
    dev, staging, prod = load_every(SPECS / "oaktree.yaml", environ={})
    assert [item.environment for item in (dev, staging, prod)] == ["dev", "staging", "prod"]
    assert all(item.warnings == () for item in (dev, staging, prod))
    app = dev.spec.services["app"]
    check = app.container_health_check
    assert check is not None
    assert dev.spec.tags == {"Project": "OakTree", "Environment": "dev"}
    assert dev.spec.network.vpc is not None
    assert dev.spec.network.vpc.tags == {"Name": "oaktree-vpc-dev"}
    assert (app.image.repository, app.image.tag) == ("oaktree-dev", "latest")
    assert (app.cpu, app.memory_mib, app.port, app.desired_count) == (256, 512, 5000, 1)
    assert app.environment == {"APP_ENV": "dev", "PORT": "5000"}
    assert check.command == ["CMD", "python", "-m", "app.healthcheck"]
    assert staging.spec.services["app"].desired_count == 2
    large = prod.spec.services["app"]
    assert (large.cpu, large.memory_mib, large.desired_count) == (1024, 2048, 4)
    assert (prod.spec.account, dev.spec.account) == ("123456789012", None)
    balancers = (dev.spec.load_balancer, prod.spec.load_balancer)
    assert [item.deletion_protection for item in balancers if item] == [False, True]


def test_the_image_of_oaktree_is_chosen_on_the_command_line() -> None:
    loaded = load(SPECS / "oaktree.yaml", environment="dev", variables={"image_tag": "v2"})
    assert loaded.spec.services["app"].image.tag == "v2"


def test_the_spec_of_two_services_needs_no_environment() -> None:
    loaded = load(SPECS / "two-services.yaml", environ={})
    assert loaded.warnings == ()
    assert list(loaded.spec.services) == ["web", "api"]
