#!/bin/sh
# Deployments that fail, on the embedded cloud: each ends with exit code 3 and the reason why.
set -eu
cd "$(dirname "$0")/.."

fails() {
    printf '\n$ python -m provisioner apply specs/oaktree.yaml -e dev --local --yes %s\n' "$*"
    code=0
    python -m provisioner apply specs/oaktree.yaml -e dev --local --yes "$@" || code=$?
    printf 'exit code %s\n' "$code"
    test "$code" -eq 3
}

python -m provisioner local start --speed 100
# The first deployment ever: there is nothing to roll back to.
fails --var image_tag=missing
python -m provisioner apply specs/oaktree.yaml -e dev --local --yes --var image_tag=v1
# A crash loop, which the circuit breaker ends; the old version goes on serving.
fails --var image_tag=v2--crash
fails --var image_tag=v2--oom
fails --var image_tag=v2--wrong-arch
# Targets that never get healthy, and some that would, had they more time.
fails --var image_tag=v2--status-404
fails --var image_tag=v2--slow-600s --set services.app.health_check_grace_period_seconds=30
fails --var image_tag=v2--no-network
python -m provisioner status specs/oaktree.yaml -e dev --local
python -m provisioner teardown specs/oaktree.yaml -e dev --local --yes
python -m provisioner local stop
