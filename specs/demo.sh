#!/bin/sh
# The main job on the embedded cloud: build the OakTree stack, look again, change it, tear it down.
set -eu
cd "$(dirname "$0")/.."

run() {
    printf '\n$ python -m provisioner %s\n' "$*"
    python -m provisioner "$@"
}

run local start --speed 100
run apply specs/oaktree.yaml -e dev --local --yes
run plan specs/oaktree.yaml -e dev --local --detailed-exitcode
run apply specs/oaktree.yaml -e dev --local --yes --var image_tag=v2
run apply specs/oaktree.yaml -e dev --local --yes --var image_tag=v2 --set services.app.port=8080
run status specs/oaktree.yaml -e dev --local
run teardown specs/oaktree.yaml -e dev --local --yes
run local stop
