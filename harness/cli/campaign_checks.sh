# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# How the tests of campaigns check. Sourced by one that has a directory of its own, $scratch; says in
# $failed whether anything has failed.
# shellcheck disable=SC2034,SC2154
failed=0

fail() {
  echo "FAILED: $1"
  sed 's/^/    /' "$scratch/out" "$scratch/err" | head -30
  failed=1
}

# run STATUS COMMAND...: with its output in $scratch/out and $scratch/err
run() {
  local expected=$1 status=0
  shift
  "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  [[ $status == "$expected" ]] || fail "$*: exit status $status, expected $expected"
}
# says FILE TEXT
says() { grep -qF -- "$2" "$scratch/$1" || fail "'$2' is missing"; }
