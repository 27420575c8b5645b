#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Tests of `shapefuzz fuzz` and `shapefuzz triage`: campaigns that are killed, resumed and damaged.
#   fuzz_test.sh SHAPEFUZZ
set -uo pipefail
shapefuzz=$1
scratch=$(mktemp -d)
mounted=''
# shellcheck disable=SC2317  # the trap calls it
clean_up() {
  [[ -z $mounted ]] || umount "$mounted"
  rm -rf "$scratch"
}
trap clean_up EXIT
# shellcheck source=harness/cli/campaign_checks.sh
. "$(dirname "$0")/campaign_checks.sh"

# shellcheck disable=SC2317  # run calls it
fuzz() { "$shapefuzz" "${options[@]}" "$@"; }
options=(fuzz --jobs 2 --baseline none)
signature_in() { sed -n 's/.*"signature":"\(.*\)","libtorch".*/\1/p' "$@" | sed 's/\\"/"/g'; }
# With its cause: a finding without one is another one than those alike that have one.
signatures() {
  sed -n 's/.*"signature":"\(.*\)","libtorch".*"cause":"\([^"]*\)".*/\1 | \2/p' "$1"/findings-*.jsonl | sort -u
}
# What a kill leaves: no process of the campaign.
workers_of() { pgrep -f -- "--dir $1\$" || true; }

echo "A campaign that is killed twice goes on and ends on time."
dir=$scratch/campaign
losses='mse_loss kl_div nll_loss multi_margin_loss'
run 2 "$shapefuzz" fuzz --for 9s
for resume in '' --resume; do
  # shellcheck disable=SC2086  # several words; nothing, or one option
  "$shapefuzz" "${options[@]}" --for 16s $losses --no-triage $resume --dir "$dir" >/dev/null 2>&1 &
  victim=$!
  sleep 3
  signatures "$dir" >"$scratch/reported"
  kill -KILL $victim
  wait $victim 2>/dev/null
  signatures "$dir" | comm -13 - "$scratch/reported" | grep -q . && fail "a finding is gone after a kill"
done
[[ -s $scratch/reported ]] || fail "nothing was found before the kill"
awk '$1 == "seconds" && $2 > 0.5 { found = 1 } END { exit !found }' "$dir/campaign.txt" ||
  fail "the time before the kills does not count"
sleep 1
[[ -z $(workers_of "$dir") ]] || fail "a worker outlives the parent"
printf '{"case":"mse_lo' >>"$dir/findings-1.jsonl" # what a power cut leaves
printf 'mse_loss(in' >>"$dir/corpus-1.cases"
start=$SECONDS
# shellcheck disable=SC2086  # several words
run 0 fuzz --for 16s $losses --no-triage --resume --dir "$dir"
((SECONDS - start <= 18)) || fail "the campaign does not end on time"
says err "without 2 torn lines"
signatures "$dir" | comm -13 - "$scratch/reported" | grep -q . && fail "a finding is gone after a resume"
run 2 fuzz --for 10s --resume --dir "$dir"
says err "expected a longer time"
# A moment a line, of all three runs, for the curves of a report.
awk -F '[:,}]' '$2 < seconds || $4 < executions { exit 1 } { seconds = $2; executions = $4 } END { exit !(NR >= 4 && seconds > 14 && executions > 1000) }' \
  "$dir/progress.jsonl" || fail "progress.jsonl is no course of the campaign"
run 0 "$shapefuzz" report "$dir" -o "$scratch/report.html"

echo "A triage that is cut short has walked down all findings, and goes on to prove them."
cp -r "$dir" "$scratch/cut"
"$shapefuzz" triage "$scratch/cut" --baseline none >/dev/null 2>&1 &
triage=$!
for ((i = 0; i < 600; ++i)); do # until the first one is proven
  [[ -s $scratch/cut/triage/done.txt ]] && break
  sleep 0.1
done
kill -KILL $triage
wait $triage 2>/dev/null
count=$(signatures "$scratch/cut" | wc -l)
walked=("$scratch"/cut/triage/*.case)
((count > 12 && count == ${#walked[@]} + $(find "$scratch/cut/triage/flaky" -name '*.case' | wc -l))) ||
  fail "not one file a signature after the first time through"
(($(wc -l <"$scratch/cut/triage/done.txt") < count)) || fail "all are proven, which shows nothing"
grep -q "as another entry's" "${walked[@]}" || fail "each entry was walked down by itself"
for file in "${walked[@]:0:12}"; do
  run 1 "$shapefuzz" run --file "$file" --json
  [[ $(signature_in "$scratch/out") == "$(sed -n '2s/^# //p' "$file")" ]] || fail "$file shows something else"
done

echo "Its findings are told apart, minimal and replayable."
run 1 "$shapefuzz" triage "$dir" --baseline none --seconds 2
files=("$dir"/triage/*.case)
[[ -f ${files[0]} ]] || fail "no finding"
grep -q "no smaller one shows it" "${files[@]}" || fail "none is proven"
(($(signatures "$dir" | wc -l) == ${#files[@]} + $(find "$dir/triage/flaky" -name '*.case' | wc -l))) ||
  fail "not one file a signature"
for file in "${files[@]:0:12}"; do
  run 1 "$shapefuzz" run --file "$file" --json
  [[ $(signature_in "$scratch/out") == "$(sed -n '2s/^# //p' "$file")" ]] || fail "$file shows something else"
done
run 1 "$shapefuzz" triage "$dir" --baseline none # again: nothing to do
says out "${#files[@]} new findings"
groups=$(for file in "${files[@]}"; do sed -n '2s/^# \([^|]*\)|[^|]*|\([^|]*\)|.*/\1\2/p' "$file"; done | sort -u | wc -l)
(($(grep -c "run --file '$dir/triage/" "$scratch/out") == groups)) || fail "not a row a loss and verdict"
# What a cause explains or a baseline has is left out, and what is left is counted.
"$shapefuzz" triage "$dir" >"$scratch/out" 2>"$scratch/err"
left=$(sed -n 's/^unexplained: //p' "$scratch/out")
says out "$left new findings"
((left < ${#files[@]} / 4)) || fail "causes explain hardly anything"
signature_in "$dir"/findings-*.jsonl | grep '^mse_loss' | head -1 >"$scratch/one"
sed -n 's/.*"case":"\([^"]*\)".*/\1/p' <(grep -hF "$(sed 's/"/\\"/g' "$scratch/one")" "$dir"/findings-*.jsonl | head -1) |
  paste -d '|' "$scratch/one" - | sed 's/|\([^|]*\)$/ | \1/' >"$scratch/known.txt"
"$shapefuzz" triage "$dir" --baseline "$scratch/known.txt" >"$scratch/out" 2>"$scratch/err"
says out "explained or known"
run 1 "$shapefuzz" triage "$dir" --baseline none --promote --to "$scratch/regression"
[[ $(find "$scratch/regression" -name '*.case' | wc -l) == "${#files[@]}" ]] || fail "not all are promoted"

echo "A campaign from before there was a choice of --memory goes on with guard pages."
rm -rf "$scratch/old" && cp -r "$dir" "$scratch/old"
sed -i '/^memory full$/d' "$scratch/old/campaign.txt"
run 0 fuzz --for 17s --no-triage --resume --dir "$scratch/old"
grep -qx 'memory guard' "$scratch/old/campaign.txt" || fail "another mode than before"

echo "The corpus can be made minimal."
cases=$(cat "$dir"/corpus-*.cases | wc -l)
run 0 fuzz --merge --dir "$dir"
merged=$(cat "$dir"/corpus-*.cases | wc -l)
((merged > 0 && merged <= cases)) || fail "$merged of $cases cases are left"

echo "Ctrl-C ends a campaign in good order."
for signal in INT TERM; do
  set -m # a group of its own, as a terminal makes it
  "$shapefuzz" "${options[@]}" --for 1h mse_loss --dir "$scratch/stopped-$signal" \
    >"$scratch/out" 2>"$scratch/err" &
  victim=$!
  set +m
  sleep 2
  start=$SECONDS
  kill -$signal -- -$victim
  wait $victim 2>/dev/null
  ((SECONDS - start <= 3)) || fail "SIG$signal is not heard at once"
  [[ -z $(workers_of "$scratch/stopped-$signal") ]] || fail "a worker outlives SIG$signal"
  says err "shapefuzz triage"
done

echo "Bad input is an error that says what is wrong, and harms nothing."
mkdir "$scratch/other" && echo keep >"$scratch/other/file"
run 2 fuzz --for 1s --dir "$scratch/other"
says err "is no campaign"
run 2 "$shapefuzz" triage "$scratch/other"
says err "is no campaign"
run 2 "$shapefuzz" triage "$scratch/nowhere"
says err "no such directory"
run 2 fuzz --for 1s --dir "$scratch/other/file"
says err "expected a directory"
[[ $(cat "$scratch/other/file") == keep && $(find "$scratch/other" | wc -l) == 2 ]] || fail "harmed what was there"
run 2 fuzz --for 1s --dir "$dir"
says err "--resume"
run 2 fuzz --for 5x --dir "$scratch/new"
says err "expected a time"
run 2 fuzz --for 1s --memory some --dir "$scratch/new"
says err "off, guard or full"
run 2 fuzz --for 1s --dir "$scratch/new" mse_los
says err "did you mean mse_loss"
[[ ! -e $scratch/new ]] || fail "a directory was made for wrong options"

damage() { # FILE TEXT: a copy of the campaign with that line in the middle of a file
  rm -rf "$scratch/damaged"
  cp -r "$dir" "$scratch/damaged"
  sed -i "1i $2" "$scratch/damaged/$1"
}
damage findings-1.jsonl '{"case": 3}'
before=$(cat "$scratch"/damaged/*.* | sha256sum)
run 2 fuzz --for 20s --resume --dir "$scratch/damaged"
says err "findings-1.jsonl:1:"
[[ $(cat "$scratch"/damaged/*.* | sha256sum) == "$before" ]] || fail "harmed what was there"
run 2 "$shapefuzz" triage "$scratch/damaged"
says err "findings-1.jsonl:1:"
damage corpus-1.cases 'mse_loss(input=f64[2])'
run 2 fuzz --for 20s --resume --dir "$scratch/damaged"
says err "corpus-1.cases:1:"
damage campaign.txt 'something else'
run 2 fuzz --for 20s --resume --dir "$scratch/damaged"
says err "campaign.txt:1:"
rm -rf "$scratch/damaged" && cp -r "$dir" "$scratch/damaged"
sed -i 's/^memory full$/memory some/' "$scratch/damaged/campaign.txt"
run 2 fuzz --for 20s --resume --dir "$scratch/damaged"
says err "campaign.txt:7: found 'some', expected off, guard or full"
rm -rf "$scratch/damaged" && cp -r "$dir" "$scratch/damaged"
truncate -s 100M "$scratch/damaged/corpus-7.cases"
run 2 fuzz --for 20s --resume --dir "$scratch/damaged"
says err "expected at most"
if ((EUID)); then
  mkdir -m 555 "$scratch/locked"
  run 2 fuzz --for 1s --dir "$scratch/locked"
  says err "Permission denied"
fi
run 2 fuzz --for 1s --dir /proc/none
says err "/proc/none"

if ((EUID == 0)) && mkdir "$scratch/small" && mount -t tmpfs -o size=64k none "$scratch/small" 2>/dev/null; then
  mounted=$scratch/small
  run 3 fuzz --for 60s --no-triage --dir "$scratch/small/campaign"
  says err "No space left on device"
  for file in "$scratch"/small/campaign/*.*; do
    [[ ! -s $file || -z $(tail -c 1 "$file") ]] || fail "a torn line in $file"
  done
  [[ -s $scratch/small/campaign/campaign.txt ]] || fail "the campaign's state is gone"
fi

exit $failed
