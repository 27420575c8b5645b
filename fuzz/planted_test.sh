#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A target whose parser has a planted bug must find it within two minutes, from one valid shape.
#   planted_test.sh TARGET
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/corpus"
printf '[64,1]' >"$scratch/corpus/seed"
said=$scratch/said
! "$1" -seed=1 -max_total_time=120 -max_len=64 -artifact_prefix="$scratch/" "$scratch/corpus" \
  >"$said" 2>&1 || {
  echo "the planted bug was not found"
  exit 1
}
grep 'broken: every comma follows a size' "$said" || {
  tail -5 "$said" # what it ended of instead
  exit 1
}
