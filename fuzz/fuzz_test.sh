#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs a libFuzzer target for a fixed number of inputs from its seeds, with a fixed seed; fails on
# whatever the target finds, and if it did not run them all.
# Without -reload=0 libFuzzer looks for new files every second, and no two runs are the same; the
# book-keeping of its entropic schedule takes longer than a call of LibTorch.
#   fuzz_test.sh TARGET RUNS SEEDS.lines...
set -euo pipefail
target=$1 runs=$2
shift 2

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/corpus" "$scratch/artifacts"
# libFuzzer wants a file an input.
grep -hv '^ *\(#.*\)\?$' "$@" | awk -v dir="$scratch/corpus" '{ name = dir "/seed-" NR; printf "%s", $0 > name; close(name) }'

said=$scratch/said
export SHAPEFUZZ_REACHED=$scratch/reached # by the dispatch target
"$target" -seed=1 -reload=0 -entropic=0 -runs="$runs" -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
  -artifact_prefix="$scratch/artifacts/" "$scratch/corpus" >"$said" 2>&1 || {
  tail -40 "$said"
  for artifact in "$scratch"/artifacts/*; do
    [[ ! -f $artifact ]] || { printf '%s: ' "${artifact##*/}" && head -c 4096 "$artifact" && echo; }
  done
  exit 1
}
tail -3 "$said"
grep -q "^Done $runs runs" "$said"
# A loss that was never judged has not passed.
! grep ' 0$' "$scratch/reached" 2>/dev/null || exit 1
