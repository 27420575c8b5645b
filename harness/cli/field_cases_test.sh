#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The cases that people have reported, under every memory mode and a small address space: what is
# judged there has the verdict that it has without.
#   field_cases_test.sh SHAPEFUZZ FIELD_CASES
set -euo pipefail
shapefuzz=$1 field_cases=$2

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

grep -v "^#" "$field_cases" | cut -f 1 >cases.txt
all=$(wc -l <cases.txt)
((all >= 40)) || { echo "FAIL: found $all cases, expected 40" && exit 1; }

# `case TAB verdict`, a line each.
judge() {
  local status=0
  "$shapefuzz" run --file cases.txt --json "$@" >records.jsonl || status=$?
  ((status <= 1)) || { echo "FAIL: run $* ends with exit status $status" && exit 1; }
  sed 's/^{"case":"\(.*\)","loss":.*"verdict":"\([a-z_]*\)".*/\1\t\2/' records.jsonl
}

failed=0
same_as_full() {
  local what=$1 judged=0 line verdict expected
  while IFS=$'\t' read -r line verdict; do
    [[ $verdict != not_judged ]] || continue
    judged=$((judged + 1))
    expected=$(awk -F '\t' -v line="$line" '$1 == line { print $2 }' full.tsv)
    # Only the second run of `full` traps what is read before a tensor.
    [[ $verdict != "$expected" && $expected != out_of_bounds ]] || continue
    echo "FAIL: $what: $line is $verdict, in full $expected"
    failed=1
  done
  echo "$what: $judged of $all judged"
  ((judged >= 35)) || { echo "FAIL: $what: fewer than 35 cases are judged" && failed=1; }
}

judge >full.tsv
same_as_full 'full' <full.tsv
for mode in off guard; do
  judge --memory "$mode" >judged.tsv
  same_as_full "--memory $mode" <judged.tsv
done
ulimit -v $((3 * 1024 * 1024))
for mode in off guard full; do
  judge --memory "$mode" >judged.tsv
  same_as_full "ulimit -v 3 GiB, --memory $mode" <judged.tsv
done
exit "$failed"
