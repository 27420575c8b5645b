# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# How the shell tests check. Sourced with the path of shapefuzz as $1; the test then stands in a
# directory of its own, $work, with what was printed last in $out and $err.
if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: $0 PATH-OF-SHAPEFUZZ" >&2
  exit 2
fi
shapefuzz=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/said" "$work/here"
cd "$work/here" || exit 2
out=$work/said/out
err=$work/said/err
running=''
checks=0
failures=0

# check LABEL COMMAND...: passes if the command does.
check() {
  local label=$1
  shift
  checks=$((checks + 1))
  if "$@" >/dev/null 2>&1; then
    echo "ok      $label"
    return
  fi
  failures=$((failures + 1))
  echo "FAILED  $label"
  printf '        after: %.300s\n' "$running"
  head -c 500 "$out" "$err" | cat -v
}

# expect STATUS ARGUMENT...: runs shapefuzz, behind the words of $under.
under=()
expect() {
  local expected=$1 status
  shift
  running="${under[*]} shapefuzz $*"
  timeout "${patience:-120}" "${under[@]}" "$shapefuzz" "$@" >"$out" 2>"$err" </dev/null
  status=$?
  check "status $expected: $(printf '%.100s' "$running" | tr -c ' -~' '?')" [ "$status" -eq "$expected" ]
}

says() { check "  says: $1" grep -qF -- "$1" "$out" "$err"; }
# One line that tells what is wrong, and nothing of a parser's insides.
complains() {
  check "  complains: $1" grep -qF -- "$1" "$err"
  check '  without the insides' lacks_insides
}
lacks_insides() { ! grep -qE 'json\.exception|terminate called|what\(\):|std::' "$err"; }

# aside FUNCTION: makes its checks beside those that follow, in a directory and with files of its
# own; what they say comes at the end.
asides=()
aside() {
  asides+=("$1")
  mkdir "$work/$1"
  stand_aside "$1" >"$work/said/$1.log" 2>&1 &
}
stand_aside() {
  local out=$work/said/$1.out err=$work/said/$1.err checks=0 failures=0
  cd "$work/$1" || return
  "$1"
  echo "$checks $failures" >"$work/said/$1.count"
}

finish() {
  local name of_it failed
  wait
  for name in "${asides[@]}"; do
    cat "$work/said/$name.log"
    of_it=1 failed=1 # of one that did not come to its end
    [ ! -e "$work/said/$name.count" ] || read -r of_it failed <"$work/said/$name.count"
    checks=$((checks + of_it))
    failures=$((failures + failed))
  done
  echo "$((checks - failures)) of $checks checks passed"
  [ "$failures" -eq 0 ]
}
