"""Ask a running application which commit it is, until it is the one that was deployed.

    python smoke.py https://shop.example 0123abc…

Exits with 1 when it is still another, or does not answer, after two minutes.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request

SECONDS = float(os.environ.get("SMOKE_SECONDS", "120"))
PAUSE = 2.0


def main(url: str, sha: str) -> int:
    """0 once /version says `sha`."""
    if not url.startswith(("http://", "https://")):
        print(f"{url or 'nothing'} is no address", file=sys.stderr)
        return 1
    url = url.rstrip("/")
    until, said = time.monotonic() + SECONDS, ""
    while True:
        try:
            with urllib.request.urlopen(f"{url}/version", timeout=5) as answer:  # noqa: S310
                said = str(json.load(answer).get("git_sha"))
        except (OSError, ValueError) as error:
            said = f"no answer ({error})"
        if said == sha:
            print(f"{url}/version: {sha}")
            return 0
        if time.monotonic() > until:
            print(f"{url}/version: {said}; expected {sha}", file=sys.stderr)
            return 1
        time.sleep(PAUSE)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
