"""Containers and tasks that do not fit each other: what is printed for them, to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provisioner.spec.load import load_text

HEAD = """\
stack: shop
network: {vpc: vpc-1, private_subnets: [subnet-2]}
services:
  app:
    image: nginx
"""


def app(lines: str) -> str:
    """The spec with more lines under `services.app`, from line 6 on."""
    return HEAD + "".join(f"    {line}\n" for line in lines.splitlines())


CASES: dict[str, tuple[str, list[str]]] = {
    "a name that is taken": (
        app("sidecars: {main: {image: x}, tracing: {image: x}}\ninit_containers: {a: {}}"),
        [
            "f:6:22: services.app.sidecars.main: `main` is already the name of a container",
            "f:6:43: services.app.sidecars.tracing: `tracing` is already the name of a container",
        ],
    ),
    "a sidecar and an init container of one name": (
        app("sidecars: {a: {image: x}}\ninit_containers: {a: {image: x}}"),
        ["f:7:26: services.app.init_containers.a: `a` is already the name of a sidecar"],
    ),
    "too many containers": (
        app(f"sidecars: {{{', '.join(f's{n}: {{image: x}}' for n in range(10))}}}"),
        ["f:6:15: services.app.sidecars: expected at most 10 containers in a task, found 11"],
    ),
    "waiting for what is not there": (
        app("depends_on: {proxi: START}\nsidecars: {proxy: {image: x}}"),
        [
            "f:6:25: services.app.depends_on.proxi: there is no container `proxi`;"
            " did you mean `proxy`? There are: proxy"
        ],
    ),
    "waiting for what never comes": (
        app("depends_on: {a: HEALTHY, b: SUCCESS}\nsidecars: {a: {image: x}, b: {image: x}}"),
        [
            "f:6:21: services.app.depends_on.a: `a` has no `container_health_check` that could"
            " find it healthy",
            "f:6:33: services.app.depends_on.b: SUCCESS waits for the end of `b`, and with that"
            " the task ends; make it an init container, or `essential: false`",
        ],
    ),
    "a condition that ECS does not know": (
        app("depends_on: {a: healthy}\nsidecars: {a: {image: x}}"),
        [
            "f:6:21: services.app.depends_on.a: expected START, COMPLETE, SUCCESS or HEALTHY,"
            " found 'healthy'; did you mean `HEALTHY`?"
        ],
    ),
    "waiting in a ring": (
        app("depends_on: {a: START}\nsidecars: {a: {image: x, depends_on: {main: START}}}"),
        [
            "f:6:17: services.app.depends_on: containers wait for each other in a ring:"
            " main → a → main"
        ],
    ),
    "volumes that are not there": (
        app(
            "volumes: {files: {}, writable-x: {}}\nmounts: {/a: file, /b: files}\n"
            "writable: [/b]\ntmpfs: {/b: 5}"
        ),
        [
            "f:4:3: services.app: /b is mounted more than once",
            "f:6:38: services.app.volumes.writable-x: names beginning with writable- belong to"
            " `writable`",
            "f:7:18: services.app.mounts['/a']: there is no volume `file`;"
            " did you mean `files`? There are: files and writable-x",
        ],
    ),
    "file systems that do not fit": (
        app(
            "platform_version: 1.3.0\nvolumes:\n"
            "  a: {efs: {file_system: fs-01234567, access_point: fsap-01234567,"
            " root_directory: /x}}\n"
            "  b: {efs: {file_system: fs-01234567, transit_encryption: false}}"
        ),
        [
            "f:6:23: services.app.platform_version: EFS needs 1.4.0 or LATEST, found 1.3.0",
            "f:8:88: services.app.volumes.a.efs.root_directory: an access point brings its own"
            " directory; leave this out",
            "f:9:63: services.app.volumes.b.efs.transit_encryption: `iam` needs encryption in"
            " transit",
        ],
    ),
    "containers that leave no room": (
        app(
            "tracing: {memory_mib: 256, cpu: 128}\nsidecars:\n"
            "  a: {image: x, cpu: 128, memory_mib: 256, memory_reservation_mib: 256}\n"
            "  b: {image: x, memory_mib: 1024}"
        ),
        [
            "f:4:3: services.app.cpu: a and tracing take 256 of 256 CPU units; nothing is left"
            " for the main container",
            "f:4:3: services.app.memory_mib: a, b and tracing take 1536 of 512 MiB; nothing is"
            " left for the main container",
            "f:8:72: services.app.sidecars.a.memory_reservation_mib: expected less than"
            " memory_mib (256), found 256",
            "f:9:33: services.app.sidecars.b.memory_mib: expected at most the task's 512,"
            " found 1024",
        ],
    ),
    "one port twice": (
        app("sidecars: {a: {image: x, ports: [80]}, b: {image: x, ports: [80]}}"),
        ["f:6:65: services.app.sidecars.b.ports: port 80 is already that of the container `a`"],
    ),
    "limits that Fargate does not take": (
        app(
            "ulimits: {nofile: {soft: 5, hard: 4}, core: 1}\nsidecars:\n"
            "  a: {image: x, ulimits: {nofile: 2000000}}\n"
        ),
        [
            "f:6:23: services.app.ulimits.nofile: expected a soft limit of at most 4, found 5",
            "f:8:39: services.app.sidecars.a.ulimits.nofile: expected at most 1048576 on"
            " Fargate, found 2000000",
        ],
    ),
    "exec into what cannot be written to": (
        app("enable_execute_command: true"),
        [
            "f:6:29: services.app.enable_execute_command: ECS Exec writes into the container:"
            " it needs `read_only_root_filesystem: false`"
        ],
    ),
    "sessions recorded nowhere": (
        HEAD + "cluster: {execute_command: {logging: OVERRIDE}}\n",
        ["f:6:38: cluster.execute_command.logging: OVERRIDE needs a `log_group` or an `s3_bucket`"],
    ),
    "sessions recorded in vain": (
        HEAD + "cluster: {execute_command: {logging: NONE, log_group: /x}}\n",
        [
            "f:6:38: cluster.execute_command.logging: NONE records nothing in `log_group` or"
            " `s3_bucket`; use OVERRIDE"
        ],
    ),
    "an environment file that is none": (
        app("environment_files: ['s3://config/app.env']"),
        [
            "f:6:25: services.app.environment_files[0]: expected the ARN of an S3 object whose"
            " name ends in .env (arn:aws:s3:::bucket/app.env), found 's3://config/app.env'"
        ],
    ),
    "a task of a service's name": (
        HEAD + "tasks:\n  app: {image: x}\n",
        ["f:7:8: tasks.app: `app` is already a service; choose another key"],
    ),
    "a task before that there is not": (
        HEAD + "    hooks: {pre_deploy: migrat}\ntasks:\n  migrate: {image: x}\n",
        [
            "f:6:25: services.app.hooks.pre_deploy: there is no task 'migrat' under `tasks:`"
            "; did you mean `migrate`?"
        ],
    ),
    "a schedule that is none": (
        HEAD + "tasks:\n  a: {image: x, schedule: daily}\n",
        [
            "f:7:27: tasks.a.schedule: expected rate(VALUE UNIT), cron(MINUTES HOURS DAY MONTH"
            " WEEKDAY YEAR) or at(yyyy-mm-ddThh:mm:ss), found 'daily'"
        ],
    ),
    "a time zone that is none": (
        HEAD
        + "tasks:\n  a: {image: x, schedule: {expression: rate(1 day), time_zone: Europe/Berln}}\n",
        [
            "f:7:64: tasks.a.schedule.time_zone: there is no time zone 'Europe/Berln';"
            " did you mean `Europe/Berlin`?"
        ],
    ),
    "a task of no Fargate size": (
        HEAD + "tasks:\n  a: {image: x, memory_mib: 700}\n",
        ["f:7:29: tasks.a.memory_mib: expected 512, 1024 or 2048 MiB with cpu 256, found 700"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_parts_that_do_not_fit_are_explained(
    name: str, complaints: Callable[..., list[str]]
) -> None:
    text, lines = CASES[name]
    assert complaints(text) == lines


def test_the_old_daemon_is_warned_about() -> None:
    text = app(
        "tracing: {mode: legacy}\nenable_execute_command: true\ninit_process: false\n"
        "read_only_root_filesystem: false"
    )
    assert [str(one.path) for one in load_text(text, "f", environ={}).warnings] == [
        "services.app.tracing.mode",
        "services.app.init_process",
    ]
