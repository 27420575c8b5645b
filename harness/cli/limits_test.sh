#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The harness's limits are never LibTorch's: inherited limits, --max-memory, exit statuses.
# Usage: limits_test.sh PATH-OF-SHAPEFUZZ
set -u

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: $0 PATH-OF-SHAPEFUZZ" >&2
  exit 2
fi
shapefuzz=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
out=$work/out
err=$work/err
failures=0

good='mse_loss(input=f64[64,1], target=f64[64,1])'
bad='mse_loss(input=f64[64,1], target=f64[64])'
# Two operands of 50 MB, and results as large.
images='mse_loss(input=f32[16,3,512,512], target=f32[16,3,512,512])'
image='l1_loss(input=f32[16,3,256,256], target=f32[16,3,256,256])' # the largest that has no twin
unreduced='mse_loss(input=f32[2,3,512,512], target=f32[2,3,512,512], reduction=none)'

# check LABEL COMMAND...: passes if the command does.
check() {
  local label=$1
  shift
  if "$@" >/dev/null 2>&1; then
    echo "ok      $label"
    return
  fi
  failures=$((failures + 1))
  echo "FAILED  $label"
  head -c 800 "$out" "$err" | cat -v
}

# expect STATUS ARGUMENT...: runs shapefuzz under the ulimit options in $limits.
limits=()
expect() {
  local expected=$1 status
  shift
  (
    [ ${#limits[@]} -eq 0 ] || ulimit "${limits[@]}" || exit 99
    exec timeout 120 "$shapefuzz" "$@"
  ) >"$out" 2>"$err" </dev/null
  status=$?
  check "status $expected${limits:+ under ulimit ${limits[*]}}: $(printf '%.110s' "$*")" \
    [ "$status" -eq "$expected" ]
}

says() { check "  says: $1" grep -qF -- "$1" "$out"; }
complains() { check "  complains: $1" grep -qF -- "$1" "$err"; }
does_not_say() { check "  does not say: $1" lacks "$1"; }
lacks() { ! grep -qF -- "$1" "$out"; }

# --- Limits that the process was started with ----------------------------------------------------

for kilobytes in 3145728 4194304; do
  limits=(-v "$kilobytes")
  for memory in off guard full; do
    expect 1 run --memory "$memory" "$good" "$bad" "$unreduced"
    says 'pass'
    says 'silent_broadcast'
    does_not_say 'not_judged'
    expect 1 sweep mse_loss --max-rank 1 --max-size 2 --baseline none --jobs 2 --memory "$memory"
    does_not_say 'Not judged'
  done
  expect 1 shrink "$bad"
  expect 0 emit "$bad"
  expect 1 run 'multi_margin_loss(input=f64[2,3], target=i64[2]{2,2}, weight=f64[1])'
  says 'out_of_bounds'
done

# Too small for the case: its own limit, not LibTorch's.
limits=(-v 1200000)
expect 3 run --exact "$images"
says 'not_judged'
says 'the memory limit of 1.1 GB that shapefuzz was started with was reached; ulimit -v lifts it'
limits=()

# --- --max-memory --------------------------------------------------------------------------------

for memory in off guard full; do
  expect 3 run --exact --max-memory 64M --memory "$memory" "$images"
  says 'not_judged: neither right nor wrong'
  says "the harness's memory limit of 64.0 MB was reached; --max-memory lifts it"
  says "shapefuzz run --exact --max-memory 1G '$images'"
done
expect 3 run --exact --max-memory 64M --json "$images"
says '"verdict":"not_judged"'
says '"numbers":null'
expect 0 run --exact --max-memory 3G "$images"
says 'pass'
expect 0 run --max-memory 1M "$good"
says 'pass'

# Findings beat what could not be judged, and that is still shown; a pass makes up for it.
expect 1 run --exact --max-memory 64M "$images" "$bad"
says 'not_judged'
says 'silent_broadcast'
expect 0 run --exact --max-memory 64M "$images" "$good"
says 'not_judged'

expect 3 shrink --max-memory 64M "$image"
complains 'the case cannot be judged: the harness'
for command in run sweep shrink emit fuzz triage; do
  expect 0 "$command" --help
  says '--max-memory'
done
for size in '' 0 2GB -5; do
  expect 2 run --max-memory "$size" "$good"
  complains "--max-memory: found '$size', expected a size like 2G, 512M or a number of bytes"
done

echo
[ "$failures" -eq 0 ] || { echo "$failures checks failed"; exit 1; }
echo "all checks passed"
