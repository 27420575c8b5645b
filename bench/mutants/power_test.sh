#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Every faulty loss of list.tsv exists and is found, by the sweep or by the property suite with the
# draws of the profile ci; and nothing is found in its correct twin.
#
#   power_test.sh SHAPEFUZZ_POWER
set -euo pipefail
power=$1
here=$(dirname "$(readlink -f "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

hunt() { # OUTPUT ARGUMENT...
  local out=$1
  shift
  "$power" --seeds 1 "$@" >"$out" 2>"$scratch/said" || { cat "$scratch/said"; exit 1; }
}

grep -v '^#' "$here/list.tsv" | cut -f1 | sort >"$scratch/named"
hunt "$scratch/found" --mode sweep property
cut -f1 "$scratch/found" | sort -u | diff "$scratch/named" - || {
  echo "power_test: list.tsv and the code name other losses"
  exit 1
}
awk -F'\t' '$4 == "found" { print $1 }' "$scratch/found" | sort -u | diff "$scratch/named" - || {
  echo "power_test: these faults were not found"
  exit 1
}
# The suite and the whole sweep of every twin take minutes: scripts/nightly.
modes=(campaign)
if [[ -n ${SHAPEFUZZ_NIGHTLY:-} ]]; then modes+=(property sweep); fi
hunt "$scratch/twins" --twins --cases "${SHAPEFUZZ_TWIN_CASES:-2000}" --mode "${modes[@]}"
if grep -v $'\tcensored\t' "$scratch/twins"; then
  echo "power_test: something was found in a correct loss"
  exit 1
fi
echo "power_test: $(wc -l <"$scratch/named") faults found, and nothing in $(cut -f1 "$scratch/twins" | sort -u | wc -l) correct losses"
