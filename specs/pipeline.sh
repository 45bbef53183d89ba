#!/bin/sh
# The pipeline's own steps (.github/workflows), one after the other on the embedded cloud: a commit
# that ends in a verified deployment, and one whose containers crash. What would be sent is printed.
set -eu
cd "$(dirname "$0")/.."

OUT=$(mktemp -d)
export OUT SPEC=specs/oaktree.yaml PROVISIONER_ENV=dev PROVISIONER_LOCAL=1 PROVISIONER_LOCAL_DIR="$OUT/cloud"
export GITHUB_ACTIONS=true GITHUB_REPOSITORY=oaktree/shop GITHUB_ACTOR="$(id -un)" GITHUB_REF_NAME=main GITHUB_RUN_ID=1
export GITHUB_STEP_SUMMARY="$OUT/summary.md" GITHUB_OUTPUT="$OUT/outputs"
app=
clean() {
    [ -z "$app" ] || kill "$app"
    provisioner local stop
    rm -rf "$OUT"
}
trap clean EXIT

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
# The last value of a step's output, as the runner would hand it to the next job.
output() { grep -A1 "^$1<<" "$GITHUB_OUTPUT" | tail -1; }
run() { COMMAND=$1 sh .github/run.sh; }

commit() {
    export GITHUB_SHA="$1" PROVISIONER_VAR="image_tag=$2"
    step "commit $1: validate"
    run validate
    step "image: the stand-in for docker push"
    provisioner local push "oaktree-dev:$2"
    step "plan, as the pull request's comment"
    run plan > "$OUT/log"
    provisioner comment "$OUT/plan.md" --key dev --dry-run
    PROVISIONER_EXPECT=$(output fingerprint)
    export PROVISIONER_EXPECT
    step "apply what was planned (fingerprint $PROVISIONER_EXPECT), or refuse"
}

step "once by hand: a stack to deploy to"
provisioner local start --speed 200
provisioner apply "$SPEC" --yes --progress none > "$OUT/log"

good=$(printf 'good commit' | git hash-object --stdin)
commit "$good" "$good"
run apply
step "smoke test: the application, started as its image starts it"
port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
GIT_SHA=$good HOST=127.0.0.1 PORT=$port DATABASE_URL="sqlite:///$OUT/items.db" python -m app > "$OUT/app.log" 2>&1 &
app=$!
python .github/smoke.py "http://127.0.0.1:$port" "$good"
step "Slack"
provisioner notify slack --status success --title "oaktree dev" --report "$OUT/report.json" --dry-run

bad=$(printf 'bad commit' | git hash-object --stdin)
commit "$bad" "$bad--crash"
code=0
run apply || code=$?
step "exit code $code: the new version does not serve, and the old one still does"
[ "$code" = 3 ]
step "Slack"
provisioner notify slack --status failure --title "oaktree dev" --report "$OUT/report.json" --dry-run

step "the step summaries of all of this"
cat "$GITHUB_STEP_SUMMARY"
