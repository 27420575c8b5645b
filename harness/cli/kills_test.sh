#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# SIGKILL at random moments: nothing is lost, nothing doubled, no file of somebody else changed.
# Usage: [KILLS=N] kills_test.sh PATH-OF-SHAPEFUZZ      N kills in all; 40 unless told, 1,000 in scripts/nightly
set -u
# shellcheck source=harness/cli/checks.sh
source "$(dirname "$0")/checks.sh"
quarter=$((${KILLS:-40} / 4))
kills=0

# Starts shapefuzz, and kills it and its workers within MOST milliseconds; true if it was killed.
killed_within() {
  local most=$1
  shift
  setsid "$shapefuzz" "$@" >"$out" 2>"$err" </dev/null &
  local process=$!
  sleep "$(printf '%d.%03d' $((RANDOM % most / 1000)) $((RANDOM % most % 1000)))"
  kill -KILL -- -$process 2>/dev/null || kill -KILL $process 2>/dev/null
  wait $process 2>/dev/null
  [ $? -eq 137 ] && kills=$((kills + 1))
}

echo "not ours" >bystander
echo "not ours" >records.jsonl.mine
touch -d '2001-01-01' bystander records.jsonl.mine
mkdir spare && cp bystander spare/

echo '# sweep --resume'
sweep=(sweep mse_loss nll_loss multi_margin_loss --max-rank 2 --jobs 2 --baseline none)
"$shapefuzz" "${sweep[@]}" --out whole.jsonl >/dev/null 2>&1
sort whole.jsonl >whole.sorted
target=$quarter
while [ $kills -lt $target ]; do
  rm -f records.jsonl
  while [ ! -e records.jsonl ] && [ $kills -lt $target ]; do
    killed_within 900 "${sweep[@]}" --out records.jsonl --resume
  done
  [ -e records.jsonl ] || "$shapefuzz" "${sweep[@]}" --out records.jsonl --resume >"$out" 2>"$err"
  running="sweep --resume after $kills kills"
  check "the records are those of a sweep that nobody ended ($kills kills)" cmp whole.sorted <(sort records.jsonl)
done
check 'no journal is left' [ ! -e records.jsonl.partial ]
rm -f ./*.tmp # of a kill between the writing and the renaming

echo '# campaign --resume'
campaign=(fuzz mse_loss multi_margin_loss --jobs 2 --no-triage --dir campaign --seeds none --memory guard)
: >lines
killed_within 500 "${campaign[@]}" --for 10h
target=$((2 * quarter))
while [ $kills -lt $target ]; do
  if [ -e campaign/campaign.txt ]; then
    killed_within 900 "${campaign[@]}" --for 10h --resume
  else
    rm -rf campaign && killed_within 900 "${campaign[@]}" --for 10h
  fi
  # Whole lines only: what is torn was never reported.
  grep -h '}$' campaign/findings-*.jsonl 2>/dev/null | sort >now
  running="fuzz --resume after $kills kills"
  check "no finding is lost ($kills kills)" [ -z "$(comm -23 lines now)" ]
  # Two workers may find the same; one that goes on must not write it again.
  check '  or doubled' [ -z "$(for file in campaign/findings-*.jsonl; do sort "$file" | uniq -d; done)" ]
  mv now lines
done
check 'findings were there to lose' [ -s lines ]

# The names of what was told apart, whether it came again or was flaky: a result that depends on
# fresh memory is now the one, now the other.
findings_of() { (cd "$1/triage" && find . -name '*.case' -printf '%f\n' | sort); }
cases_in() { (cd "$1" && find . -maxdepth 1 -name '*.case' ! -name mine.case -printf '%f\n' | sort); }

echo '# triage'
cp -r campaign undisturbed
triage=(--jobs 2 --baseline none --seconds 1 --tries 300)
"$shapefuzz" triage undisturbed "${triage[@]}" >"$out" 2>"$err"
target=$((3 * quarter))
while [ $kills -lt $target ]; do
  rm -rf campaign/triage
  for _ in 1 2 3 4 5; do killed_within 900 triage campaign "${triage[@]}"; done
  "$shapefuzz" triage campaign "${triage[@]}" >"$out" 2>"$err"
  running="triage after $kills kills"
  check "the same findings have files ($kills kills)" cmp <(findings_of undisturbed) <(findings_of campaign)
  check '  whole ones' [ -z "$(find campaign/triage -name '*.case' -empty)" ]
done

echo '# triage --promote'
target=$((4 * quarter))
while [ $kills -lt $target ]; do
  rm -rf regression && mkdir regression && cp bystander regression/mine.case
  for _ in 1 2 3 4; do
    killed_within 700 triage undisturbed "${triage[@]}" --promote --to regression
  done
  "$shapefuzz" triage undisturbed "${triage[@]}" --promote --to regression >"$out" 2>"$err"
  running="triage --promote after $kills kills"
  check "every finding was promoted ($kills kills)" cmp <(cases_in undisturbed/triage) <(cases_in regression)
  check '  whole' [ -z "$(find regression -name '*.case' -empty)" ]
  check '  beside what was there' cmp bystander regression/mine.case
done

for file in bystander records.jsonl.mine spare/bystander; do
  check "nobody has touched $file" grep -qx 'not ours' "$file"
done
check 'nor its time' [ "$(stat -c %Y bystander)" = "$(date -d '2001-01-01' +%s)" ]
echo "$kills kills"
finish
