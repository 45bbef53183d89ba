"""A rollout and its post-mortem, drawn from their documents."""

from __future__ import annotations

from typing import Any

import click
from markdown_it import MarkdownIt

from provisioner.render.post_mortem import markdown
from provisioner.render.rollout import block, line, post_mortem

GOING: dict[str, Any] = {
    "verdict": "waiting",
    "status": "IN_PROGRESS",
    "strategy": "CANARY",
    "stage": "SCALE_UP",
    "old": "web:6",
    "new": "web:7",
    "tasks": {"desired": 4, "pending": 1, "running": 2, "healthy": 1, "failed": 1},
    "circuit_breaker": {"status": "MONITORING", "failures": 1, "threshold": 3},
    "traffic": {"production": 10.0, "test": 100.0},
    "targets": {"healthy": 5, "initial": 1},
    "target_reasons": ["web: Target.Timeout"],
    "hooks": [{"id": "approve", "type": "PAUSE", "status": "AWAITING_ACTION", "expires": None}],
    "alarms": [],
    "missing": "2 of 4 tasks run",
    "reason": None,
    "event": "(service web) has started 1 tasks",
}
QUIET: dict[str, Any] = {
    **GOING,
    "verdict": "serving",
    "status": "SUCCESSFUL",
    "strategy": "ROLLING",
    "stage": None,
    "old": None,
    "tasks": {"desired": 1, "pending": 0, "running": 1, "healthy": None, "failed": 0},
    "circuit_breaker": {"status": "DISABLED", "failures": 0, "threshold": 3},
    "traffic": {"production": None, "test": None},
    "targets": {},
    "hooks": [],
    "missing": None,
    "event": None,
}
FOUND: dict[str, Any] = {
    "service": "web",
    "version": "task:7",
    "first": "task abcdefgh: web exited with 1",
    "reason": "the circuit breaker",
    "tasks": [
        {
            "id": "abcdefghij",
            "stop_code": "EssentialContainerExited",
            "reason": "Essential container in task exited",
            "stopped_at": "",
            "lived": "5 s",
            "like": 3,
            "containers": [
                {"name": "web", "exit_code": 1, "reason": "", "log": ["oops ``` |"], "note": ""},
                {"name": "log", "exit_code": None, "reason": "no image", "log": [], "note": "n"},
            ],
        }
    ],
    "targets": ["web: Target.Timeout"],
    "alarms": [{"name": "errors", "reason": "too many"}],
    "events": [
        "older",
        "newer (target-group arn:aws:elasticloadbalancing:r:1:targetgroup/my-web/0a1)",
    ],
    "hints": [{"id": "crash", "cause": "it ends", "advice": "mend it", "command": "aws logs"}],
    "notes": ["ecs:ListTasks: AccessDeniedException"],
}


def plain(lines: list[str]) -> list[str]:
    return [click.unstyle(words) for words in lines]


def test_the_block_of_a_rollout_under_way() -> None:
    assert plain(block(GOING)) == [
        "      canary    web:6 → web:7   scale up",
        "      tasks     desired 4  pending 1  running 2  healthy 1  failed 1"
        "   circuit breaker 1/3",
        "      targets   5 healthy, 1 initial; web: Target.Timeout",
        "      traffic   10 % of production, 100 % of test goes to web:7",
        "      hooks     approve awaiting action",
        "      event     (service web) has started 1 tasks",
    ]


def test_test_traffic_is_told_of_while_there_is_some() -> None:
    row = plain(block({**GOING, "traffic": {"production": 10, "test": 0}}))[3]
    assert row == "      traffic   10 % of production goes to web:7"


def test_what_there_is_nothing_to_say_of_has_no_line() -> None:
    assert plain(block(QUIET)) == [
        "      rolling   web:7   successful   serving",
        "      tasks     desired 1  pending 0  running 1  failed 0",
    ]


def test_one_line_is_the_versions_and_what_is_missing() -> None:
    assert line(GOING) == "web:6 → web:7  2 of 4 tasks run"
    assert line(QUIET) == "web:7  serving"
    assert line({**GOING, "old": None, "new": None}) == "2 of 4 tasks run"


def test_a_post_mortem_as_text() -> None:
    assert plain(post_mortem(FOUND)) == [
        "Why web does not serve task:7",
        "  first    task abcdefgh: web exited with 1",
        "  reason   the circuit breaker",
        "  task     abcdefghij after 5 s: EssentialContainerExited (and 2 more like it)",
        "           Essential container in task exited",
        "           web: exit code 1",
        "           | oops ``` |",
        "           log: never ran, no image",
        "             (n)",
        "  targets  web: Target.Timeout",
        "  alarms   errors: too many",
        "  events   older",
        "           newer (target-group my-web)",
        "  not read ecs:ListTasks: AccessDeniedException",
        "  → it ends",
        "    mend it",
        "    $ aws logs",
    ]


def test_a_post_mortem_as_markdown() -> None:
    assert markdown(FOUND) == EXPECTED


EXPECTED = """### `web` does not serve `task:7`

`task abcdefgh: web exited with 1`

- **it ends**: mend it
  `aws logs`

| | |
|---|---|
| reason | `the circuit breaker` |
| task abcdefgh | `EssentialContainerExited Essential container in task exited` |
| web | `exit code 1` |
| log | `never ran no image` |
| targets | `web: Target.Timeout` |
| alarms | `errors too many` |
| not read | `ecs:ListTasks: AccessDeniedException` |

<details><summary>Last lines of web in abcdefgh</summary>

````
oops ``` |
````

</details>

<details><summary>Events</summary>

```
older
newer (target-group arn:aws:elasticloadbalancing:r:1:targetgroup/my-web/0a1)
```

</details>
"""


NASTY = "\\`[x\\](https://evil) @octo/team #1 \\<b> | <!-- x --> ``\n# big"


def test_markdown_of_others_words_is_neither_markup_nor_mention() -> None:
    """A summary shows what an application prints, whatever it prints."""
    hostile = {
        **FOUND,
        "first": NASTY,
        "reason": NASTY,
        "targets": [NASTY],
        "alarms": [{"name": "errors", "reason": NASTY}],
        "hints": [{"id": "x", "cause": "set `a_b` of <target_group>", "advice": "a_b_c",
                   "command": f"docker push {NASTY}"}],
        "notes": [NASTY],
    }  # fmt: skip
    words = [
        child.content
        for token in MarkdownIt("commonmark").enable("table").parse(markdown(hostile))
        for child in token.children or ()
        if child.type not in {"code_inline", "strong_open", "strong_close", "softbreak"}
    ]
    assert not [each for each in words if "@" in each or "evil" in each or "<b>" in each]
    assert "a_b_c" in "".join(words)
    assert " of <target_group>" in words
