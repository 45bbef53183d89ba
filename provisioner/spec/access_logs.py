"""`load_balancer.access_logs:` — where every request is written down."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from provisioner.spec.fields import Bool, Expected, Int, Part, Word

BucketName = Annotated[
    str,
    Word(
        "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
        r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(\.\.|-s3alias$|--ol-s3$|\.mrap$|--x-s3$|--table-s3$))"
        r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    ),
]
LogPrefix = Annotated[
    str,
    Word(
        "a prefix without AWSLogs and without a slash at either end",
        r"(?!.*AWSLogs)([A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*)?",
    ),
]


class AccessLogs(Part):
    """The bucket for them is made, with everything that the load balancer needs to write there."""

    prefix: LogPrefix = "alb-logs"
    """Keys are `<prefix>/AWSLogs/<account>/elasticloadbalancing/…`."""
    expire_days: Annotated[Int, Field(ge=1, le=3650)] = 90
    """After which a line is deleted."""
    bucket: BucketName | None = None
    """Its name; `<stack>-alb-logs-<environment>-<account>` where none is given."""
    on_teardown: Literal["retain", "delete"] = "retain"
    """Whether the bucket stays when the stack or this key goes. `delete` needs --force while
    there are logs in it."""


def _short(value: Any) -> Any:
    if value in (True, "true"):
        return {}
    return None if value in (False, "false") else value


Logs = Annotated[
    AccessLogs | None,
    BeforeValidator(_short, json_schema_input_type=Bool | AccessLogs | None),
    Expected("true, or a mapping"),
]
"""`true`, or what is different from the usual."""
