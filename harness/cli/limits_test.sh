#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The harness's limits are never LibTorch's: inherited limits, --max-memory, exit statuses.
# Usage: limits_test.sh PATH-OF-SHAPEFUZZ
set -u

# shellcheck source=harness/cli/checks.sh
source "$(dirname "$0")/checks.sh"

good='mse_loss(input=f64[64,1], target=f64[64,1])'
bad='mse_loss(input=f64[64,1], target=f64[64])'
# Two operands of 50 MB, and results as large.
images='mse_loss(input=f32[16,3,512,512], target=f32[16,3,512,512])'
image='l1_loss(input=f32[16,3,256,256], target=f32[16,3,256,256])' # the largest that has no twin
unreduced='mse_loss(input=f32[2,3,512,512], target=f32[2,3,512,512], reduction=none)'

does_not_say() { check "  does not say: $1" lacks "$1"; }
lacks() { ! grep -qF -- "$1" "$out"; }
# shellcheck disable=SC2016
within() { under=(bash -c 'ulimit -v "$0" && exec "$@"' "$1"); }

# --- Limits that the process was started with ----------------------------------------------------

for kilobytes in 3145728 4194304; do
  within "$kilobytes"
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
within 1200000
expect 3 run --exact "$images"
says 'not_judged'
says 'the memory limit of 1.1 GB that shapefuzz was started with was reached; ulimit -v lifts it'
under=()

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

finish
