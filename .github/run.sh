#!/bin/sh
# One command of the pipeline, as the action runs it: COMMAND and SPEC name it, options come from
# PROVISIONER_* variables, and files go to the folder OUT.
set -eu

tell() { [ -z "${GITHUB_OUTPUT:-}" ] || echo "$1=$2" >> "$GITHUB_OUTPUT"; }

case "$COMMAND" in
validate)
    exec provisioner validate "$SPEC"
    ;;
plan)
    tell plan "$OUT/plan.md"
    provisioner plan "$SPEC" --format markdown > "$OUT/plan.md"
    cat "$OUT/plan.md"
    ;;
apply | teardown)
    tell report "$OUT/report.json"
    exec provisioner "$COMMAND" "$SPEC" --yes --report "$OUT/report.json"
    ;;
*)
    echo "command: $COMMAND: expected validate, plan, apply or teardown" >&2
    exit 64
    ;;
esac
