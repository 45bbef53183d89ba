#!/bin/sh
# Deployments on the embedded cloud, good and bad: each ends with its exit code, the reason why, and
# the same as JSON, of which the gist is shown and the whole is kept in the folder REPORTS.
set -eu
cd "$(dirname "$0")/.."

REPORTS=${REPORTS:-$(mktemp -d)}
mkdir -p "$REPORTS"
number=0
next_report() {
    number=$((number + 1))
    report=$REPORTS/$(printf %02d "$number").json
}
gist() {
    printf '%s has, among others:\n' "$report"
    python specs/gist.py "$report"
}
# The exit code that is expected, then the arguments of `apply`.
ends() {
    expected=$1
    shift
    next_report
    printf '\n$ python -m provisioner apply %s --local --yes --report %s\n' "$*" "$report"
    code=0
    python -m provisioner apply "$@" --local --yes --report "$report" || code=$?
    printf 'exit code %s\n' "$code"
    gist
    test "$code" -eq "$expected"
}
story() { printf '\n\n== %s\n' "$*"; }
oaktree() {
    expected=$1 tag=$2
    shift 2
    ends "$expected" specs/oaktree.yaml -e dev --var "image_tag=$tag" "$@"
}
shop() {
    ends "$1" specs/blue-green.yaml --var "image_tag=$2" --set "services.app.deployment=$3"
}
# What somebody else does, as soon as the moment is there.
meanwhile() { python specs/meanwhile.py "$@" & }
of_oaktree='ap-southeast-1 oaktree-cluster-dev oaktree-service-dev'
of_shop='eu-central-1 shop-cluster shop-service'
canary='{strategy: canary, step_bake_minutes: 5, bake_minutes: 1}'
alarmed='{strategy: blue-green, bake_minutes: 10, alarms: [5xx]}'
paused='{strategy: blue-green, bake_minutes: 1, hooks: [{stages: POST_SCALE_UP, pause: true}]}'
migration='{migrate: {image: "nginx:1--exit-7-after-2s", command: [./migrate]}}'
grace=services.app.health_check_grace_period_seconds

python -m provisioner local start --speed 100 --vpc shop
trap 'python -m provisioner local stop' EXIT

story 'The first deployment ever: there is nothing to roll back to'
oaktree 3 missing
story 'A good one'
oaktree 0 v1
story 'A crash loop, which the circuit breaker ends; the old version goes on serving'
oaktree 3 v2--crash
story 'An image that is not there, or is built for another processor; too little memory'
oaktree 3 missing
oaktree 3 v2--wrong-arch
oaktree 3 v2--oom
story 'Targets that never get healthy'
oaktree 3 v2--status-404
story 'A slow start, within the grace period and beyond it'
oaktree 0 v2--slow-60s --set $grace=180
oaktree 3 v3--slow-600s --set $grace=30
story 'No way out of the network'
oaktree 3 v3--no-network
story 'A migration that fails: the service is not touched'
oaktree 5 v4 --set 'services.app.hooks={pre_deploy: migrate}' --set "tasks=$migration"
story "Another pipeline's image, which is left alone while the rest of the spec changes"
printf '\n$ python -m provisioner deploy specs/oaktree.yaml --image app=nginx:theirs --local --yes\n'
python -m provisioner deploy specs/oaktree.yaml -e dev --image app=nginx:theirs --local --yes
oaktree 0 v4 --set 'services.app.manage={image: external}' --set services.app.memory_mib=1024
history=$(python -m provisioner revisions specs/oaktree.yaml -e dev --local)
printf '%s\n' "$history"
printf '%s\n' "$history" | sed -n 2p | grep -q 'serving .*nginx:theirs'
story 'Somebody else deploys meanwhile'
# shellcheck disable=SC2086  # several words on purpose
meanwhile deploy $of_oaktree
oaktree 3 v4--pull-60s
wait
story 'Ctrl-C: ECS goes on without us'
next_report
python -m provisioner apply specs/oaktree.yaml -e dev --local --yes --var image_tag=v5--pull-600s --report "$report" &
# shellcheck disable=SC2086
python specs/meanwhile.py watch $of_oaktree
kill -INT $!
code=0
wait $! || code=$?
printf 'exit code %s\n' "$code"
gist
test "$code" -eq 130
python -m provisioner status specs/oaktree.yaml -e dev --local
python -m provisioner teardown specs/oaktree.yaml -e dev --local --yes

story 'A canary that is promoted, and one that is rolled back'
shop 0 v1 "$canary"
shop 0 v2 "$canary"
shop 3 v3--crash "$canary"
story 'An alarm goes off while both versions run'
# shellcheck disable=SC2086
meanwhile alarm $of_shop
shop 3 v3 "$alarmed"
wait
story 'A pause that is continued, and one that is rolled back'
# shellcheck disable=SC2086
meanwhile continue $of_shop
shop 0 v4 "$paused"
wait
# shellcheck disable=SC2086
meanwhile rollback $of_shop
shop 3 v5 "$paused"
wait
python -m provisioner teardown specs/blue-green.yaml --local --yes
