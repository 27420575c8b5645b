#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Nothing lost, nobody's file touched, nobody blamed for a signal. What needs no shell is in
# findings/files/*_test.cpp and search/*/*_test.cpp. Usage: attacks_test.sh PATH-OF-SHAPEFUZZ
set -u
tests=$(realpath "$(dirname "$0")")
# shellcheck source=harness/cli/checks.sh
source "$(dirname "$0")/checks.sh"
home=$shapefuzz

# Some thousand cases of a loss that crashes in none, half a second with two workers.
sweep=(sweep mse_loss@functional --max-rank 2 --max-size 3 --jobs 2 --baseline none)
tiny=(sweep mse_loss@functional --max-rank 1 --max-size 2 --jobs 1 --baseline none)
good='mse_loss(input=f64[64,1], target=f64[64,1])'

lacks_escape() { ! grep -q $'\x1b' "$out" "$err"; }
lacks_forgery() { ! grep -q '^NEW    forged' "$out" "$err"; }

# Some hundred commands that are refused at once, beside all that follows.
options_that_are_none() {
  echo '# numbers'
  for number in nan NaN -nan inf -inf 1e999 -1 '' ' ' 0x10 1e-999 ١ 5s; do
    expect 2 run --timeout "$number" "$good"
    complains '--timeout'
    expect 2 shrink --seconds "${number/inf/nan}" "$good"
  done
  for number in nan inf -1 1.5 '' 99999999999999999999 0x2 257; do
    expect 2 "${sweep[@]}" --jobs "$number"
    complains '--jobs'
  done
  for number in nan inf -1 1.5 '' 99999999999999999999; do
    expect 2 "${sweep[@]}" --seed "$number"
    complains '--seed'
  done

  echo '# numbers have decimal digits, days have dates, options have one value'
  for command in "sweep mse_loss --max-size" "sweep mse_loss --max-rank" "sweep mse_loss --cases" "sweep mse_loss --jobs" \
    "sweep mse_loss --seed" "shrink $good --tries" "triage campaign --tries"; do
    IFS=' ' read -r -a words <<<"${command/, /,}"
    for number in 010 0x1; do
      expect 2 "${words[@]}" $number
      complains "${words[-1]}: found '$number', expected a whole number in"
    done
  done
  for number in ' 1' '1 ' +1 1e0 -1 -0 '' nan; do
    expect 2 sweep mse_loss --max-size "$number"
    complains "--max-size: found '$number', expected a whole number in"
  done
  for moment in 2027-02-30T00:00 2027-02-29T12:00:00; do
    expect 2 fuzz mse_loss --dir never --until $moment
    complains "--until: found '$moment', expected a time like"
  done
  for arguments in '--op|' '--op=' '--contract||--op|' '--op|aten::mse_loss|--contract|' '--load|'; do
    IFS='|' read -r -d '' -a words < <(printf '%s|\0' "$arguments")
    expect 2 "${words[@]}" losses
    complains 'found nothing, expected a value'
  done
  expect 2 losses --op aten::mse_loss --op aten::l1_loss
  complains "--op: found 'aten::mse_loss' and 'aten::l1_loss', expected one of them"
  expect 2 losses --op aten::mse_loss --contract X --contract=Y
  complains "--contract: found 'X' and 'Y', expected one of them"
  expect 2 run --op aten::mse_loss 'my_own(self=f64[1])'
  complains 'expected a loss: aten::mse_loss'
  expect 2 run --op aten::mse_loss 'mse_los(self=f64[1])'
  complains 'did you mean aten::mse_loss?'
}
aside options_that_are_none

echo '# outputs never destroy inputs'
expect 1 "${sweep[@]}" --out records.jsonl
expect 1 "${sweep[@]}" --out other.jsonl --all
expect 0 sweep mse_loss@functional --max-rank 1 --max-size 1 --baseline none --write-baseline base
ln -s records.jsonl link
ln records.jsonl twin
mkdir dir && cp records.jsonl dir/findings-1.jsonl
sum() { cat records.jsonl other.jsonl base dir/* | md5sum; }
before=$(sum)
refused() {
  expect 2 "$@"
  complains 'expected another file'
  check '  nothing has changed' [ "$(sum)" = "$before" ]
  check '  nothing is left' [ "$(echo ./*.tmp* ./*.partial)" = './*.tmp* ./*.partial' ]
}
for name in records.jsonl ./records.jsonl link twin dir/../records.jsonl "$PWD/records.jsonl"; do
  refused report records.jsonl -o "$name"
  refused diff records.jsonl other.jsonl -o "$name"
  refused diff other.jsonl records.jsonl -o "$name"
done
refused report dir -o dir/findings-1.jsonl
refused report dir -o dir/new.jsonl
mkdir names && ln -s ../records.jsonl names/a.jsonl && ln other.jsonl names/b.jsonl
refused report names -o records.jsonl
refused report names -o other.jsonl
ln -s dir/later.jsonl later
refused report dir -o later
cp "$shapefuzz" program && shapefuzz=$PWD/program && refused report records.jsonl -o program && shapefuzz=$home
refused "${sweep[@]/none/base}" --summary base
refused "${sweep[@]/none/base}" --out base
refused "${sweep[@]/none/base}" --write-baseline base
refused "${sweep[@]}" --out one --summary one
refused "${sweep[@]}" --out one --summary ./one
refused "${sweep[@]}" --out one --write-baseline one
refused "${sweep[@]}" --write-baseline one --summary one
refused "${sweep[@]}" --out one --summary one.partial
refused "${sweep[@]}" --out new.lock --write-baseline new
echo "somebody's notes" >mine.partial
for resume in '' --resume; do
  expect 2 "${sweep[@]}" --out mine $resume
  complains 'mine.partial'
  check '  and left alone' [ "$(cat mine.partial)" = "somebody's notes" ]
done
check 'no other file was made' [ ! -e mine ]

echo '# a mode and a link stay'
cp base kept && chmod 640 kept && ln -s kept leads
expect 0 sweep mse_loss@functional --max-rank 1 --max-size 1 --baseline none --write-baseline leads
check '  the link' [ -L leads ]
check '  the mode' [ "$(stat -c %a kept)" = 640 ]

ln -s new-kept new-leads
follows() {
  expect "$@" new-leads
  check '  the link' [ -L new-leads ]
  check '  and what it leads to' [ -f new-kept ]
  rm -f new-kept
}
follows 1 "${tiny[@]}" --out
follows 1 "${tiny[@]}" --summary
follows 0 "${tiny[@]}" --write-baseline
follows 0 report records.jsonl -o

echo '# two writers exclude each other'
long=(sweep mse_loss nll_loss --max-rank 3 --jobs 1 --baseline none --out both.jsonl)
"$shapefuzz" "${long[@]}" >/dev/null 2>&1 &
first=$!
for _ in $(seq 600); do [ -s both.jsonl.partial ] && break; sleep 0.05; done
kill -STOP $first # so that it is at work for as long as the other one waits
expect 2 "${long[@]}"
complains 'another shapefuzz is at work'
kill -CONT $first
wait $first
"$shapefuzz" "${long[@]/both/alone}" >/dev/null 2>&1
check 'the first one has all records' cmp <(sort both.jsonl) <(sort alone.jsonl)

writer=(sweep mse_loss nll_loss --max-rank 3 --jobs 1 --write-baseline shared)
for end in KILL TERM; do
  rm -f shared.lock # of the one before
  "$shapefuzz" "${writer[@]}" >/dev/null 2>&1 &
  first=$!
  for _ in $(seq 600); do [ -e shared.lock ] && break; sleep 0.05; done
  kill -STOP $first
  expect 2 "${tiny[@]}" --write-baseline shared
  complains 'shared: another shapefuzz is at work'
  check '  nothing was written' [ ! -e shared ]
  kill -$end $first
  kill -CONT $first
  wait $first 2>/dev/null
done
check 'a signal takes the lock away' [ ! -e shared.lock ]
: >shared.lock # as SIGKILL leaves it
expect 0 "${tiny[@]}" --write-baseline shared
check '  the lock is gone' [ ! -e shared.lock ]
echo "somebody's notes" >shared.lock
expect 2 "${tiny[@]}" --write-baseline shared
complains 'shared.lock: is there and is no lock'
check '  and left alone' [ "$(cat shared.lock)" = "somebody's notes" ]

echo '# a signal from outside is no finding'
expect 1 "${sweep[@]}" --out undisturbed.jsonl
under=(env --default-signal)
# Sends each signal to each worker at some moment: what is found must stay the same.
signals='USR1 USR2 ALRM XCPU TERM KILL HUP INT SEGV BUS ABRT FPE'
inherited='SEGV ABRT ALRM CHLD'
limits=("-v 4194304" "-n 64" "-s unlimited" "-t 60" "-i 8")
jobs_list='1 3 256'
if [ -n "${ALL_ATTACKS-}" ]; then # at night (scripts/nightly)
  signals+=' QUIT PIPE ILL TRAP SYS VTALRM PROF IO PWR STKFLT'
  inherited+=' BUS XCPU USR1 PIPE'
  limits+=("-s 2048" "-c 0" "-d 4194304" "-l 64")
  jobs_list+=' 2 16 64'
fi
for signal in $signals; do
  "$shapefuzz" "${sweep[@]}" --out disturbed.jsonl >"$out" 2>"$err" &
  parent=$!
  sent=0
  while kill -0 $parent 2>/dev/null; do
    workers=()
    read -r -a workers 2>/dev/null <"/proc/$parent/task/$parent/children"
    for worker in "${workers[@]}"; do
      [ $sent -lt 6 ] && kill -"$signal" "$worker" 2>/dev/null && sent=$((sent + 1))
    done
    sleep 0.05
  done
  wait $parent
  status=$?
  running="SIG$signal to workers"
  check "SIG$signal to workers: $sent sent" [ $sent -gt 0 ]
  check "SIG$signal to workers: status 1" [ $status -eq 1 ]
  check "SIG$signal to workers: the same records" cmp <(sort undisturbed.jsonl) <(sort disturbed.jsonl)
done
for signal in $inherited; do
  for how in block ignore; do
    under=(env "--$how-signal=$signal")
    expect 1 "${sweep[@]}" --out disturbed.jsonl
    check '  the same records' cmp <(sort undisturbed.jsonl) <(sort disturbed.jsonl)
  done
done
under=(env --block-signal=SEGV)
expect 1 run 'multi_margin_loss(input=f64[2,3], target=i64[2]{2,2}, weight=f64[1])'
# shellcheck disable=SC2016
under=(bash -c 'ulimit -t 1; exec "$0" "$@"')
expect 1 "${sweep[@]}" --out disturbed.jsonl
check '  the same records' cmp <(sort undisturbed.jsonl) <(sort disturbed.jsonl)
under=()

echo '# a campaign keeps the case of such a worker, and the cases before it'
"$shapefuzz" fuzz mse_loss --jobs 1 --no-triage --dir disturbed --seeds none --for 10s >"$out" 2>"$err" &
parent=$!
for _ in $(seq 600); do [ -s disturbed/corpus-1.cases ] && break; sleep 0.05; done
# Between two cases no case is to blame, so once more until one was running.
for _ in $(seq 40); do
  worker=
  read -r worker 2>/dev/null <"/proc/$parent/task/$parent/children"
  kill -USR1 "$worker" 2>/dev/null
  sleep 0.1
  grep -q '"verdict":"not_judged"' disturbed/findings-0.jsonl && break
done
kill -INT $parent # in good order
wait $parent
running='SIGUSR1 to the worker of a campaign'
check 'the case is there, without a verdict' grep -q '"verdict":"not_judged"' disturbed/findings-0.jsonl
check '  with the signal' grep -q 'User defined signal 1' disturbed/findings-0.jsonl
check '  and the cases before it' grep -q '"after":\["mse_loss' disturbed/findings-0.jsonl
check '  and nobody died of one' [ "$(grep -c '"verdict":"crash"' disturbed/findings-0.jsonl)" -eq 0 ]

echo '# what a limit makes impossible is said in one sentence'
# shellcheck disable=SC2016
under=(bash -c 'ulimit -n 5; exec "$0" "$@"')
expect 3 "${sweep[@]}"
check '  one sentence' [ "$(wc -l <"$err")" -eq 1 ]
if [ "$(id -u)" -eq 0 ]; then
  # Another user's processes are counted; root's are not.
  # shellcheck disable=SC2016
  under=(setpriv --reuid 65534 --regid 65534 --clear-groups bash -c 'ulimit -u 1; exec "$0" "$@"')
  home=$shapefuzz
  chmod 755 "$work" "$work/here" && cp "$shapefuzz" for-all && chmod 755 for-all
  shapefuzz=$PWD/for-all
  expect 3 "${sweep[@]}"
  shapefuzz=$home
  check '  one sentence' [ "$(wc -l <"$err")" -eq 1 ]
fi
under=()

echo '# torn and foreign data'
head -c -20 records.jsonl >torn.jsonl
expect 0 report torn.jsonl -o report.html
says 'were left out'
head -c -20 other.jsonl >torn2.jsonl
expect 0 diff torn2.jsonl torn2.jsonl
says 'were left out'
for text in 'no record' '{"case":1}' '[]' '{}' '"text"' '{"case":"x","loss":[]}'; do
  { echo "$text"; cat records.jsonl; } >foreign.jsonl
  expect 2 report foreign.jsonl -o report2.html
  complains 'foreign.jsonl:1:'
  expect 2 diff foreign.jsonl records.jsonl
  complains 'foreign.jsonl:1:'
done
# One field of a record is not what it should be: each reader says which, and nothing reaches the
# terminal that the terminal would obey.
for change in 's/"loss":"/&\\u001b[2J/' 's/"verdict":"/&\\n/' 's/"entry":"/&\\u0007/' 's/"signature":"/&\\r/' \
  's/"libtorch":"/&\\u009b/;s/\\u009b/\\u001b/' 's/"case":"/&\\u001b]0;x/' 's/"result_dtype":"/&\\u0000/' \
  's/"result_shape":\[/&-1,/' 's/"result_shape":\[/&1e308,/' 's/"result_shape":\[[^]]*\]/"result_shape":{}/' \
  's/"operands":{/&"x":"y",/' 's/"operands":{[^}]*}/"operands":[]/' 's/"warned":[a-z]*/"warned":[]/' \
  's/"digest":[^,]*/"digest":[]/' 's/"message":"/"massage":"/' 's/"outcome":"[a-z]*"/"outcome":{}/' \
  's/"zone":"[a-z]*"/"zone":7/' 's/^{/[{/;s/}$/}]/'; do
  sed "2{$change}" records.jsonl >field.jsonl
  expect 2 report field.jsonl -o report2.html
  complains 'field.jsonl:2:'
  expect 2 diff records.jsonl field.jsonl
  complains 'field.jsonl:2:'
  check '  no escape sequence' lacks_escape
done
ln -s loop loop
expect 2 report loop -o report2.html
complains 'loop: '
check 'no half report' [ ! -e report2.html ]
mkfifo pipe
expect 2 diff pipe records.jsonl
complains 'can be read only once'
expect 2 diff records.jsonl pipe
complains 'can be read only once'
expect 2 report /dev/zero -o report2.html
complains 'more than'
# A journal with a line that was damaged in its middle.
"$shapefuzz" "${long[@]/both/half}" >/dev/null 2>&1 &
first=$!
for _ in $(seq 600); do [[ -s half.jsonl.partial && $(wc -l <half.jsonl.partial) -gt 50 ]] && break; sleep 0.05; done
kill -KILL $first
wait $first 2>/dev/null
sleep 0.3
sed '3s/.*/damaged/' half.jsonl.partial >damaged && cp damaged half.jsonl.partial
expect 2 "${long[@]/both/half}" --resume
complains 'half.jsonl.partial:3:'
check '  and is as it was' cmp damaged half.jsonl.partial

echo '# a campaign goes on as it was begun'
campaign=(fuzz mse_loss --jobs 1 --no-triage --dir campaign --seeds none)
expect 0 "${campaign[@]}" --for 1s --seed 7
for option in '--policy strict' '--memory off' '--seed 8'; do
  # shellcheck disable=SC2086
  expect 2 "${campaign[@]}" --for 1h --resume $option
  complains 'with which the campaign was begun'
done
: >campaign/triage.case
mkdir -p campaign/triage && : >campaign/triage/wrong_value-mse_loss-00000000.case
"$shapefuzz" triage campaign --baseline none >"$out" 2>"$err"
check 'an empty file of a finding ends no triage' [ $? -le 1 ]
mkdir regression && : >regression/crash-mse_loss-00000000.case
touch empty && expect 2 run --file empty
complains 'holds no case'

echo '# terminals and pasted commands'
evil=$'evil\x1b[2Jname\nNEW    forged'
cp records.jsonl "$evil"
for arguments in "report|$evil|-o|$evil" "run|--file|$evil" "sweep|mse_loss|--baseline|$evil" "triage|$evil" \
  "diff|$evil|$evil.none" "emit|$evil" "run|$evil" "sweep|$evil"; do
  IFS='|' read -r -d '' -a words < <(printf '%s\0' "$arguments")
  expect 2 "${words[@]}"
  check '  no escape sequence' lacks_escape
  check '  no forged line' lacks_forgery
done
quoted="it's a campaign"
expect 0 fuzz mse_loss --jobs 1 --no-triage --seeds none --for 1s --dir "$quoted"
says "'it'\\''s a campaign'"

echo '# the same verdicts whoever asks, and however busy the machine is'
cases=$tests/../../corpus/field-cases.tsv
# Small ones, since the limits of memory have a test of their own (limits_test.sh).
{ grep -v '^#' "$cases" | cut -f 1 | grep -vE 'MSELoss|[0-9]{3},[0-9]{3}|[0-9]{5}' | head -26
  sed -n 's/.*"case":"\(.*\)","loss".*/\1/p' records.jsonl | head -24; } >fifty.cases
check "fifty cases: $(wc -l <fifty.cases)" [ "$(wc -l <fifty.cases)" -eq 50 ]
verdicts() { sed -n 's/.*"verdict":"\([a-z_]*\)".*/\1/p' "$out"; }
chmod 755 "$work" "$work/here" && cp "$home" shapefuzz-for-all && chmod 755 shapefuzz-for-all
chmod 644 fifty.cases
shapefuzz=$PWD/shapefuzz-for-all
under=()
expect 1 run --file fifty.cases --json
verdicts >fifty.verdicts
check 'fifty verdicts' [ "$(wc -l <fifty.verdicts)" -eq 50 ]
limited() {
  under=("$@")
  expect 1 run --file fifty.cases --json
  check '  the same verdicts' cmp fifty.verdicts <(verdicts)
  under=()
}
# shellcheck disable=SC2016
for limit in "${limits[@]}"; do
  limited bash -c "ulimit $limit; "'exec "$0" "$@"'
done
# What stands behind everybody else takes as long as those let it.
patience=1200 limited nice -n 19
limited env -i
if [ "$(id -u)" -eq 0 ]; then limited setpriv --reuid 65534 --regid 65534 --clear-groups; fi
busy=()
for _ in 1 2 3; do
  yes >/dev/null &
  busy+=($!)
done
limited env
kill "${busy[@]}"
wait
shapefuzz=$home
for jobs in $jobs_list; do
  expect 1 sweep mse_loss@functional --max-rank 2 --max-size 3 --jobs "$jobs" --baseline none --out jobs.jsonl
  check '  the same records' cmp <(sort undisturbed.jsonl) <(sort jobs.jsonl)
done

echo '# away from home'
mkdir away && cp "$shapefuzz" away/shapefuzz
shapefuzz=$PWD/away/shapefuzz
expect 1 "${sweep[@]}" --out away.jsonl
check '  the same records' cmp <(sort undisturbed.jsonl) <(sort away.jsonl)
shapefuzz=$home
export SHAPEFUZZ_CORPUS=$PWD/nowhere
expect 1 sweep mse_loss@functional --max-rank 1 --max-size 2 --jobs 2
says "no baseline for LibTorch"
expect 0 fuzz mse_loss --jobs 1 --no-triage --seeds none --for 1s --dir homeless
says 'no regression corpus'
"$shapefuzz" triage homeless >"$out" 2>"$err"
check 'triage works without a corpus' [ $? -le 1 ]
: >nowhere # a file in its place is not "no baseline"
expect 2 sweep mse_loss@functional --max-rank 1 --max-size 2 --jobs 2
complains 'Not a directory'
unset SHAPEFUZZ_CORPUS

echo '# a failed start blocks nothing'
for wrong in '--for nonsense' '--for 1s --memory some' '--for 1s --seeds missing' '--for 1s --baseline missing' \
  '--for 1s no_such_loss'; do
  # shellcheck disable=SC2086
  expect 2 fuzz mse_loss --jobs 1 --no-triage --dir fresh $wrong
done
expect 0 fuzz mse_loss --jobs 1 --no-triage --seeds none --for 1s --dir fresh

echo '# what must not be read is said with its name'
if [ "$(id -u)" -eq 0 ]; then
  under=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  shapefuzz=$PWD/shapefuzz-for-all
  mkdir closed open && chmod 000 closed && chmod 777 open
  expect 2 report closed -o open/report.html
  complains 'closed: Permission denied'
  mkdir -p guarded/regression guarded/baseline && chmod 000 guarded/regression
  export SHAPEFUZZ_CORPUS=$PWD/guarded
  expect 2 fuzz mse_loss --jobs 1 --no-triage --for 1s --dir open/campaign
  complains 'guarded/regression: Permission denied'
  check '  no campaign was begun' [ ! -e open/campaign ]
  chmod 000 guarded
  expect 2 fuzz mse_loss --jobs 1 --no-triage --for 1s --dir open/campaign
  complains 'Permission denied'
  chmod 755 guarded guarded/regression closed
  unset SHAPEFUZZ_CORPUS
  shapefuzz=$home
  under=()
fi
mkdir -p strange/baseline && : >strange/baseline/libtorch-99999999999999999999.1.txt
export SHAPEFUZZ_CORPUS=$PWD/strange
expect 2 "${tiny[@]:0:8}"
complains 'strange/baseline/libtorch-99999999999999999999.1.txt: found the version'
unset SHAPEFUZZ_CORPUS

echo '# what is no file, or somebody else'"'"'s, is left alone'
mkdir victims && : >victims/empty
ln -s victims/new planted.partial && ln victims/empty linked.partial && mkfifo piped.partial
for name in planted linked piped; do
  expect 2 "${tiny[@]}" --out $name
  complains "$name.partial: is a"
done
check '  nothing was written there' [ "$(cat victims/* | wc -c)" -eq 0 ]
check '  and nothing made there' [ "$(ls victims)" = empty ]
printf '{"swe' >torn.partial # of a sweep that was ended at once
expect 1 "${tiny[@]}" --out torn
mkdir piped && mkfifo piped/records.jsonl
expect 2 report piped -o piped.html
complains 'piped/records.jsonl: is a pipe, expected a file'
for file in campaign.txt corpus-7.cases findings-7.jsonl lock; do
  for plant in mkfifo 'ln -s /dev/zero'; do
    rm -rf hollow && cp -r fresh hollow && rm -f hollow/$file && $plant hollow/$file
    expect 2 fuzz mse_loss --jobs 1 --no-triage --seeds none --for 2s --dir hollow --resume
    complains "hollow/$file"
  done
done
rm -rf hollow && cp -r fresh hollow && mkfifo hollow/findings-7.jsonl
expect 2 triage hollow --baseline none
complains 'hollow/findings-7.jsonl: is a pipe, expected a file'
for place in empty /dev/null /proc/none; do
  expect 2 triage fresh --baseline none --promote --to $place
  complains "$place: "
  check '  before any work' [ ! -e fresh/triage ]
done
mkdir -p piped/regression && mkfifo piped/regression/new.case
export SHAPEFUZZ_CORPUS=$PWD/piped
expect 2 fuzz mse_loss --jobs 1 --no-triage --for 1s --dir barren
complains 'new.case: is a pipe, expected a file'
unset SHAPEFUZZ_CORPUS

echo '# what stands in one another without end'
many() { head -c "$1" /dev/zero | sed "s/\\x0/$2/g"; }
{ printf 'F.mse_loss('; many 20000 'torch.abs('; echo; } >nested.cases
expect 2 run --file nested.cases
complains 'nested.cases:1: '
says 'at most 64 calls in one another'
expect 2 run "F.mse_loss($(many 5000 'torch.abs('))"
says 'at most 64 calls in one another'
expect 2 run "mse_loss(torch.tensor($(many 50000 '['))"
says 'brackets in one another'
expect 2 --op aten::mse_loss --contract "$(many 50000 '(')" losses
expect 2 run "nll_loss(input=f64[2,3], target=i64[2], reduction=$(many 50000 '[')"
echo "cause | a | 1 | mse_loss(input=f64$(many 100000 '['), target=f64[1])" >deep.txt
expect 2 "${sweep[@]/none/deep.txt}"
complains 'deep.txt:1: '
{ printf '{"future":'; many 100000 '['; many 100000 ']'; printf ','; sed -n '1s/^{//p' records.jsonl; } >deep1.jsonl
{ printf '{"digest":'; many 3000000 '['; many 3000000 ']'; printf ','; sed -n '1s/^{//p' records.jsonl; } >deep2.jsonl
for name in deep1.jsonl deep2.jsonl; do
  expect 2 report $name -o report2.html
  complains "$name:1: "
  says 'JSON of more than 64 levels'
  expect 2 diff $name records.jsonl
  complains "$name:1: "
done
mkdir curve && cp records.jsonl curve/findings-1.jsonl && { many 100000 '['; echo; } >curve/progress.jsonl
expect 2 report curve -o report2.html
complains 'curve/progress.jsonl:1: '

echo '# a state that cannot be'
cp -r campaign impossible
for line in 's/^seconds .*/seconds nan/' 's/^seconds .*/seconds inf/' 's/^seconds .*/seconds 1e308/' \
  's/^seconds .*/seconds -1e6/' 's/^executions .*/executions 18446744073709551615/' 's/^executions .*/executions -1/'; do
  sed "$line" campaign/campaign.txt >impossible/campaign.txt
  expect 2 "${campaign[@]/campaign/impossible}" --for 1h --resume
  complains "impossible/campaign.txt:$([[ $line == *seconds* ]] && echo 6 || echo 5): "
done

echo '# a damaged journal'
"$shapefuzz" "${long[@]/both/journal}" >/dev/null 2>&1 &
first=$!
for _ in $(seq 600); do [[ -s journal.jsonl.partial && $(grep -c '^{"unit"\|"unit":' journal.jsonl.partial) -gt 20 ]] && break; sleep 0.05; done
kill -KILL $first
wait $first 2>/dev/null
sleep 0.3
cp journal.jsonl.partial whole
end=$(grep -n -m1 '"unit":.*"cases":\[' whole | cut -d : -f 1) # the first part that counts something
finding=$(grep -n -m1 '"unit":.*"smallest":' whole | cut -d : -f 1)
damaged() { # LINE, the text that the journal then has
  local line=$1
  cat >journal.jsonl.partial
  cp journal.jsonl.partial damaged
  expect 2 "${long[@]/both/journal}" --resume
  complains "--resume: journal.jsonl.partial:$line: "
  check '  and is as it was' cmp damaged journal.jsonl.partial
}
for tally in '{}' '{"counts":{},"findings":[]}' '{"counts":[],"findings":5}' \
  '{"counts":[{"loss":"mse_loss","entry":"module"}],"findings":[]}'; do
  damaged 2 < <(head -1 whole; echo "{\"unit\":0,\"next\":5,\"tally\":$tally}"; sed 1d whole)
done
damaged 1 < <(echo '{"sweep":"x","sweep":5}'; sed 1d whole)
damaged "$end" < <(sed "$end"'s/"cases":\[\[[0-9]*/"cases":[[-5/' whole)
damaged "$end" < <(sed "$end"'s/"cases":\[\[[0-9]*/"cases":[[1000000000000000000000000000000/' whole)
damaged "$end" < <(sed "$end"'s/"unit":[0-9]*/"unit":123456/' whole)
damaged "$end" < <(sed "$end"'s/"next":[0-9]*/"next":1234567890123/' whole)
damaged "$((end + 1))" < <(sed "$end"'p' whole)
damaged "$finding" < <(sed "$finding"'s/"smallest":"[^(]*(/"smallest":"x(/' whole)
damaged "$finding" < <(sed "$finding"'s/"message":"/&\\u001b[2J/' whole)
damaged "$finding" < <(sed "$finding"'s/"cause":"/&\\u009b2J/' whole)
check '  no escape sequence' lacks_escape
damaged "$end" < <(sed "$end"'i {"foo":"bar"}' whole)
evil=$'evil\x1b[2J\nNEW    forged.jsonl'
{ echo '{"sweep":"x"}'; sed 1d whole; } >"$evil.partial"
expect 2 "${long[@]/both.jsonl/$evil}" --resume
check '  no escape sequence' lacks_escape
check '  no forged line' lacks_forgery
{ cat whole; printf '{"unit":0,"next":5,"tal'; } >journal.jsonl.partial
"$shapefuzz" "${long[@]/both/journal}" --resume >/dev/null 2>&1
check 'a torn last line is left out, and all records are there' cmp <(sort journal.jsonl) <(sort alone.jsonl)

echo '# each reader of records says the same'
{ printf '   \n# a comment\n\n'; cat records.jsonl; } >spaced.jsonl
expect 0 report spaced.jsonl -o report2.html
expect 0 diff spaced.jsonl records.jsonl
{ printf ' \nno record\n'; cat records.jsonl; } >third.jsonl
for command in 'report third.jsonl -o report2.html' 'diff third.jsonl records.jsonl'; do
  # shellcheck disable=SC2086
  expect 2 $command
  complains 'third.jsonl:2: column 2: found something that is no JSON, expected a result record'
done

echo '# nothing that a terminal obeys'
obeyed=$'\x1b\\|\x07\\|\r\\|\xc2[\x80-\x9f]\\|\xe2\x80[\xaa-\xae]\\|\xe2\x81[\xa6-\xa9]\\|[^\x80-\xf4][\x80-\x9f]'
lacks_obeyed() { ! LC_ALL=C grep -q "$obeyed" "$out" "$err"; }
printf 'cause | evil\x1b[2J\x07\rNEW    forged | 1 | mse_loss(input=f64[1], target=f64[1])\n' >evil.txt
printf 'cause | evil\xc2\x9b2J | 1 | mse_loss(input=f64[1], target=f64[1])\n' >evil2.txt
printf 'mse_loss | functional | crash | none | \xe2\x80\xaegnp | mse_loss(input=f64[1], target=f64[1])\n' >evil3.txt
for name in evil.txt evil2.txt evil3.txt; do
  for format in table github; do
    expect 2 "${sweep[@]/none/$name}" --format $format
    complains "$name:1: "
    check '  nothing that a terminal obeys' lacks_obeyed
  done
done
for what in $'\xc2\x9b2J' $'\xe2\x80\xae' $'\xe2\x81\xa6' $'\x9b2J'; do
  LC_ALL=C sed "1s/\"libtorch\":\"/&$what/" records.jsonl >obeyed.jsonl
  expect 2 report obeyed.jsonl -o report2.html
  complains 'obeyed.jsonl:1: '
  check '  nothing that a terminal obeys' lacks_obeyed
  expect 2 diff records.jsonl obeyed.jsonl
  check '  nothing that a terminal obeys' lacks_obeyed
done
sed '1s/"libtorch":"/&größe 損失/' records.jsonl >letters.jsonl
expect 0 report letters.jsonl -o report2.html
export SHAPEFUZZ_CORPUS=$'/nowhere\x1b[2J\nNEW    forged'
for arguments in 'sweep mse_loss@functional --max-rank 1 --max-size 1' 'triage --help' \
  'fuzz mse_loss --jobs 1 --no-triage --seeds none --for 1s --dir unhomely'; do
  # shellcheck disable=SC2086
  "$shapefuzz" $arguments >"$out" 2>"$err"
  running=$arguments
  check "SHAPEFUZZ_CORPUS in $arguments" lacks_obeyed
  check '  no forged line' lacks_forgery
done
unset SHAPEFUZZ_CORPUS

finish
