#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Does docs/findings.md still tell the truth? Runs its programs and compares what they print with
# the text behind them, and replays its cases. (That each cause has its line is tested in docs_test.cpp.)
# Usage: findings_test.sh PATH-OF-FINDINGS PATH-OF-SHAPEFUZZ. Status 77: nothing to compare.
set -u

if [ $# -ne 2 ]; then
  echo "usage: $0 PATH-OF-FINDINGS PATH-OF-SHAPEFUZZ" >&2
  exit 2
fi
findings=$(realpath "$1")
shapefuzz=$(realpath "$2")
cd "$(dirname "$0")" || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ulimit -c 0 # some programs die, and are meant to

version=$("$findings" version | grep -oE '^[0-9]+\.[0-9]+') || exit 1
baseline=../corpus/baseline/libtorch-$version.txt
if [ ! -e "$baseline" ]; then
  echo "compares nothing: findings.md says nothing of LibTorch $version"
  exit 77
fi

failures=0
fail() {
  echo "FAILED  $1"
  failures=$((failures + 1))
}

# A program a line: its number, its line in findings.md, and what the comment above it says, as in
# `<!-- output varies -->` or `<!-- dies: SIGSEGV on 1.13 -->`. The text behind it goes to
# expected.NUMBER: ```text is what every version prints, ```text 2.6 2.14 what these print instead.
awk -v work="$work" -v version="$version" '
  function names_version(words, all, i) {
    for (i = split(words, all, " "); i > 0; --i) if (all[i] == version) return 1
    return 0
  }
  /^```cpp$/ {
    behaviour = previous ~ /^<!-- .* -->$/ ? substr(previous, 6, length(previous) - 9) : "prints"
    if (split(behaviour, parts, " on ") == 2) behaviour = names_version(parts[2]) ? parts[1] : "prints"
    print ++n, FNR, behaviour
    chosen = 0
  }
  /^```text/ {
    inside = !chosen && ($0 == "```text" || names_version(substr($0, 9)))
    if (!inside) next
    chosen = $0 != "```text"
    file = work "/expected." n
    printf "" >file
    close(file)
    next
  }
  /^```$/ { if (inside) close(file); inside = 0 }
  inside { print >>file }
  { previous = $0 }' findings.md >"$work/programs"

while read -r number line behaviour; do
  label="the program at findings.md:$line"
  timeout 60 "$findings" "$number" >"$work/actual" 2>"$work/errors" </dev/null
  status=$?
  expected=$work/expected.$number
  case $behaviour in
    "dies: "*)
      signal=$(kill -l "$status" 2>/dev/null)
      if [ "$status" -le 128 ] || [ "dies: SIG$signal" != "$behaviour" ]; then
        fail "$label: expected that it $behaviour, got status $status"
      fi
      ;;
    "output varies")
      [ "$status" -eq 0 ] || fail "$label: status $status"
      ;;
    prints)
      [ "$status" -eq 0 ] || fail "$label: status $status: $(head -c 300 "$work/errors")"
      if [ ! -e "$expected" ]; then
        fail "$label: no \`\`\`text block behind it"
      elif ! diff -u --label findings.md --label printed "$expected" "$work/actual"; then
        fail "$label prints something else"
      fi
      ;;
    *) fail "$label: '$behaviour' is not a behaviour" ;;
  esac
done <"$work/programs" 2>/dev/null # bash itself tells of each process that dies

# shapefuzz run 'CASE'  # VERDICT, or with exceptions: # VERDICT, VERDICT on 2.6 2.14
verdict_line="^shapefuzz run '\\(.*\\)'  # \\([a-z_]*.*\\)$"
sed -n "s/$verdict_line/\\1/p" findings.md >"$work/cases"
sed -n "s/$verdict_line/\\2/p" findings.md |
  awk -v version="$version" '{
    count = split($0, clauses, ", ")
    verdict = clauses[1]
    for (i = 2; i <= count; ++i) {
      split(clauses[i], parts, " on ")
      if (index(" " parts[2] " ", " " version " ") > 0) verdict = parts[1]
    }
    print verdict
  }' >"$work/expected"
timeout 300 "$shapefuzz" run --file "$work/cases" 2>"$work/errors" |
  sed -n 's/^  verdict *\([a-z_]*\):.*/\1/p' >"$work/actual"
[ "$(wc -l <"$work/actual")" -eq "$(wc -l <"$work/cases")" ] ||
  fail "the replay stopped: $(head -c 300 "$work/errors")"
while IFS=$'\t' read -r expected actual case; do
  [ "$expected" = "$actual" ] || fail "$case: expected the verdict $expected, got '$actual'"
done < <(paste "$work/expected" "$work/actual" "$work/cases")

programs=$(wc -l <"$work/programs")
cases=$(wc -l <"$work/cases")
echo "$programs programs, $cases cases: $failures failures"
[ "$programs" -gt 0 ] && [ "$cases" -gt 0 ] && [ "$failures" -eq 0 ]
