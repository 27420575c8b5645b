#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The command line as a user meets it: bad input of every class, exit statuses, files, baselines,
# killed processes. Usage: cli_test.sh PATH-OF-SHAPEFUZZ
set -u

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: $0 PATH-OF-SHAPEFUZZ" >&2
  exit 2
fi
shapefuzz=$(realpath "$1")
readme=$(realpath "$(dirname "$0")/../../README.md")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

good='mse_loss(input=f64[64,1], target=f64[64,1])'
bad='mse_loss(input=f64[64,1], target=f64[64])'
# 13 shapes, so 169 pairs, by three reductions.
small=(sweep mse_loss@functional --max-rank 2 --max-size 2)
tiny=(sweep mse_loss@functional --max-rank 1 --max-size 1 --baseline none)
# Minutes of work, for what has to be refused before any of it.
huge=(sweep --max-rank 4)

# --- How a check is made -------------------------------------------------------------------------

# check LABEL COMMAND...: passes if the command does.
check() {
  local label=$1
  shift
  if "$@" >/dev/null 2>&1; then
    echo "ok      $label"
    return
  fi
  echo "FAILED  $label"
  printf '        after: %.300s\n' "$running"
  head -c 500 "$out" | cat -v
  head -c 500 "$err" | cat -v
}

# expect_status STATUS ARGUMENT...: runs shapefuzz with its streams in $out and $err.
expect_status() {
  local expected=$1 status
  shift
  running="shapefuzz $*"
  timeout 120 "$shapefuzz" "$@" >"$out" 2>"$err" </dev/null
  status=$?
  check "status $expected: $(printf '%.100s' "$running" | tr -c ' -~' '?')" \
    [ "$status" -eq "$expected" ]
}

# expect_text FILE TEXT: the file contains the text.
expect_text() {
  check "  says: $2" grep -qF -- "$2" "$1"
}

expect_no_text() {
  check "  does not say: $2" lacks "$1" "$2"
}

lacks() { ! grep -qF -- "$2" "$1"; }

# shows_parts_of SHOWN PRINTED: the lines of the one stand in the other, one behind the other, and
# others only where a line `...` says so.
shows_parts_of() {
  awk 'function bare(line) { sub(/ +$/, "", line); return line }
       NR == FNR { printed[++lines] = bare($0); next }
       bare($0) ~ /^ *[.][.][.]$/ { skips = 1; next }
       {
         do found = printed[++at] == bare($0); while (!found && skips && at < lines)
         if (!found) exit missing = 1
         skips = 0
       }
       END { exit missing || !at }' "$2" "$1"
}

# Results go to standard output, everything else to standard error.
expect_silence() {
  check "  nothing on standard error" [ ! -s "$err" ]
}

expect_lines() {
  check "  $2 lines${3:+: $3}" [ "$(wc -l <"$1")" -eq "$2" ]
}

# The directory holds these files and nothing else, no temporary one either.
expect_files() {
  check "  files: ${*:-none}" [ "$(ls)" = "$(printf '%s\n' "$@")" ]
}

# The last line of the error is the caret; a long line is cut to a window around it.
expect_caret() {
  local indent=$(($1 <= 37 ? $1 + 1 : 41))
  check "  a caret under column $1" [ "$(tail -n 1 "$err")" = "$(printf '%*s^' "$indent" '')" ]
}

# One error, status 2, no result.
expect_refused() {
  expect_status 2 "$@"
  check "  one error and no result" \
    [ "$(grep -c '^shapefuzz: ' "$err") $(wc -c <"$out")" = '1 0' ]
}

# bad_case COLUMN EXPECTATION CASE
bad_case() {
  expect_refused run "$3"
  expect_text "$err" "column $1: found "
  expect_text "$err" "expected $2"
  expect_caret "$1"
}

# bad_file LINE COLUMN EXPECTATION FILE
bad_file() {
  expect_refused run --file "$4"
  expect_text "$err" "$4:$1: column $2: found "
  expect_text "$err" "expected $3"
  check "  a short error" [ "$(wc -c <"$err")" -lt 1000 ]
}

# bad_option OPTION EXPECTATION ARGUMENT...: what the error has to name, then the command line.
bad_option() {
  local option=$1 expectation=$2
  shift 2
  expect_refused "$@"
  expect_text "$err" "$option"
  expect_text "$err" "$expectation"
}

# --- The sections; they run side by side, each in a directory of its own --------------------------

answers() {
  expect_status 1 run "$bad"
  expect_text "$out" 'silent_broadcast'
  expect_text "$out" '[64, 64]'
  expect_text "$out" 'target.unsqueeze(-1)'
  expect_silence
  expect_status 0 run "$good"
  expect_text "$out" 'verdict   pass'
  expect_silence
  expect_status 1 run 'mse_loss( target = torch.Size([64]),input=(64, 1) , reduction=mean )#0'
  check '  the canonical line' [ "$(head -n 1 "$out")" = "$bad" ]
  expect_status 0 losses
  expect_text "$out" '(input: real[*S], target: real[*S]) -> [*S]'
  expect_status 0 losses --json
  check '  a JSON object a line' [ "$(grep -vc '^{"loss":.*}$' "$out")" -eq 0 ]
  expect_status 0 --version
  expect_text "$out" 'LibTorch'
  timeout 30 "$shapefuzz" --version >/dev/full 2>"$err"
  check '  a version that cannot be written is a failure' [ $? -eq 3 ]
  timeout 30 "$shapefuzz" --help >/dev/full 2>"$err"
  check '  and so is a help' [ $? -eq 3 ]
  expect_status 0 --help
  expect_text "$out" 'sweep'
  expect_status 0 sweep mse_loss@functional --max-rank 0 --baseline none
  expect_text "$out" ' 189 cases'
}

cases() {
  bad_case 1 'the name of a loss (did you mean mse_loss?)' 'mse_los(input=f64[2], target=f64[2])'
  bad_case 1 'a loss: ' 'no_such_function(input=f64[2])'
  bad_case 24 'an operand or option of mse_loss' 'mse_loss(input=f64[2], tarfet=f64[2])'
  expect_text "$err" '(did you mean target?)'
  bad_case 39 'an operand or option of mse_loss' \
    'mse_loss(input=f64[2], target=f64[2], redaction=mean)'
  bad_case 22 'the missing operand of mse_loss: target' 'mse_loss(input=f64[2])'
  bad_case 23 'a size' 'mse_loss(input=f64[64,'
  bad_case 20 'a size in [0, ' 'mse_loss(input=f64[-1], target=f64[1])'
  bad_case 20 'a size in [0, ' 'mse_loss(input=f64[99999999999999999999], target=f64[1])'
  bad_case 19 'at most ' 'mse_loss(input=f64[10000000000,10000000000], target=f64[1])'
  bad_case 16 'a dtype (f16, bf16, f32, f64, i32, i64, u8, bool)' \
    'mse_loss(input=f63[1], target=f64[1])'
  bad_case 39 'the end of the case' 'mse_loss(input=f64[1], target=f64[1]) and more'
  bad_case 1 'a loss' ''
  bad_case 1 'a loss' '[64,1]'
  bad_case 1 'a loss' 'größe(input=f64[2], target=f64[2])'
  bad_case 1 'a loss' "$(printf '%100000s' '' | tr ' ' '[')"
}

case_files() {
  printf '# two\n%s\n\n  %s  # why\n' "$good" "$bad" >two
  expect_status 1 run --file two
  check '  two verdicts' [ "$(grep -c '^  verdict ' "$out")" -eq 2 ]
  expect_status 1 run "$good" --file two --json
  expect_lines "$out" 3
  expect_text "$out" '"verdict":"silent_broadcast"'
  printf '%s\r\n%s' "$good" "$bad" >crlf # and no line break at the end
  expect_status 1 run --file crlf --json
  expect_lines "$out" 2
  printf '%s #7\n' "$good" >seed
  expect_status 0 run --file seed
  expect_text "$out" 'target=f64[64,1])#7'
  printf '%s\nmse_loss(input=f64[2]\0, target=f64[2])\n' "$good" >nul
  bad_file 2 22 "')' or ','" nul
  printf '%s\n%s\nmse_loss(input=f64[2], target=f64[2)\n' "$good" "$bad" >third
  bad_file 3 36 "']' or ','" third
  expect_caret 36
  printf '%1000000s' '' | tr ' ' '[' >brackets
  bad_file 1 1 'a loss' brackets
  (printf 'mse_loss(input=' && cat brackets && echo ')') >operand
  bad_file 1 17 'a size' operand
  : >empty
  bad_option empty 'holds no case' run --file empty
  bad_option missing 'No such file' run --file missing
  bad_option "$work" 'is a directory' run --file "$work"
}

options() {
  bad_option 'found none' 'expected a command: causes, diff, emit, fuzz, infer, losses, report, run, shrink, sweep, triage'
  bad_option '--dir' 'is required' fuzz mse_loss --for 1s
  bad_option "found 'swep'" 'did you mean sweep?' swep
  bad_option '--nothing' 'not expected' run --nothing
  bad_option '--file FILE' 'expected a CASE' run
  bad_option '--file' "found '', expected a file" run --file ''
  bad_option '--policy' 'expected strict, expand or broadcast' "${huge[@]}" --policy lenient
  bad_option 'LOSS' 'did you mean mse_loss?' "${huge[@]}" mse
  bad_option 'LOSS' 'expected a loss: ' "${huge[@]}" '[]'
  bad_option 'LOSS@ENTRY' 'expected an entry of mse_loss' "${huge[@]}" mse_loss@nowhere
  bad_option '--max-rank' 'expected a whole number in [0, 16]' sweep --max-rank -1
  bad_option '--max-size' 'expected a whole number in [0, ' sweep --max-size 99999999999999999999
  bad_option '--max-rank, --max-size' 'expected at most' sweep --max-rank 16 --max-size 1
  bad_option '--max-rank, --max-size' 'has more than' sweep --max-size 16777216
  bad_option '--jobs' 'expected a whole number in [0, 256]' "${huge[@]}" --jobs 257
  bad_option '--seed' 'expected a whole number in [0, ' "${huge[@]}" --seed 18446744073709551616
  bad_option '--all' 'expects --out' "${huge[@]}" --all
}

outputs() {
  bad_option '--out' "found '', expected a file" "${huge[@]}" --out ''
  bad_option 'none/x' 'cannot be written: No such file' "${huge[@]}" --out none/x
  bad_option "$work" 'is a directory' "${huge[@]}" --out "$work"
  bad_option '/proc/x' 'cannot be written' "${huge[@]}" --out /proc/x
  bad_option 'none/x' 'cannot be written' "${huge[@]}" --write-baseline none/x
  bad_option '--out' 'the file of --write-baseline' "${huge[@]}" --out one --write-baseline one
  bad_option '/dev/full' 'cannot be written: No space left' "${tiny[@]}" --out /dev/full
  expect_files

  running='shapefuzz sweep --out /dev/stdout >same'
  "$shapefuzz" "${tiny[@]}" --out /dev/stdout >same 2>"$err"
  check 'status 2: records and results into one file' [ $? -eq 2 ]
  expect_text "$err" 'standard output goes there'
  expect_files same
  mkdir there
  echo old >there/records
  ln -s there/records link
  expect_status 1 "${tiny[@]}" --out link
  check '  a symbolic link stays' [ -L link ]
  expect_text there/records '"verdict":"silent_broadcast"'
  rm -r same there link

  local arguments words
  for arguments in 'losses' "run|$good" 'sweep|mse_loss|--max-rank|0|--baseline|none'; do
    IFS='|' read -ra words <<<"$arguments"
    running="shapefuzz ${words[*]} >/dev/full"
    "$shapefuzz" "${words[@]}" >/dev/full 2>"$err"
    check "status 3: $running" [ $? -eq 3 ]
    expect_text "$err" 'standard output: cannot be written: No space left'
  done
  running='closed or full standard streams'
  "$shapefuzz" run "$good" 2>"$err" >&-
  check 'status 3: standard output is closed' [ $? -eq 3 ]
  "$shapefuzz" run 'mse_loss(' 2>/dev/full >"$out"
  check 'status 2: standard error is full' [ $? -eq 2 ]
  "$shapefuzz" run 'mse_loss(' 2>&- >"$out" <&-
  check 'status 2: standard error is closed' [ $? -eq 2 ]
  expect_files
}

records() {
  expect_status 1 sweep --max-rank 1 --max-size 1 --all --baseline none --out all.jsonl
  expect_silence
  local count accepted reduction record sizes='([0-9]+(,[0-9]+)*)?'
  count=$(grep -o '[0-9,]* cases, rank' "$out" | cut -d ' ' -f 1 | tr -d ,)
  count=${count:--1}
  expect_lines all.jsonl "$count" 'a record for every case'
  record='^\{"case":"[^"]+","loss":"[a-z0-9_]+","entry":"[a-z]+","varied":\[("[^"]+","[^"]+")?\],'
  record+='"operands":\{[^}]+\},"reduction":"[a-z]+","zone":"(valid|expandable|incompatible)",'
  record+='"outcome":"(accepted|rejected|crashed|timed_out)",'
  record+="\"result_shape\":(null|\[$sizes\]),.*\"verdict\":\"[a-z_]+\",\"mistake\":\"[a-z_]+\","
  record+='"warned":(true|false),"message":".*","signature":"[^"]+.*","libtorch":"[^"]+","shapefuzz"'
  check '  every record has its fields' [ "$(grep -cE "$record" all.jsonl)" -eq "$count" ]
  check '  no pair and reduction has two records' [ "$(grep -oE \
    '^\{"case":"[^"]+"|"varied":[^]]*' all.jsonl | paste - - | sort -u | wc -l)" -eq "$count" ]
  accepted=$(grep -c '"outcome":"accepted"' all.jsonl)
  check '  a result shape where it was accepted, and only there' [ "$(grep -c \
    '"outcome":"accepted","result_shape":\[' all.jsonl) $(grep -c '"result_shape":\[' all.jsonl)" \
    = "${accepted:--1} ${accepted:--1}" ]
  for reduction in none mean sum; do
    check "  three by three shapes of mse_loss@functional with reduction $reduction" [ "$(grep -c \
      "\"mse_loss\",\"entry\":\"functional\",\"varied\":\[\"input.*\"reduction\":\"$reduction\"" all.jsonl)" \
      -eq 9 ]
  done
  # One case of every loss and entry, printed and read again.
  grep -o '^{"case":"[^"]*' all.jsonl | cut -d '"' -f 4 | sort -u -t '(' -k 1,1 >cases
  expect_status 1 run --file cases --json
  grep -o '^{"case":"[^"]*' "$out" | cut -d '"' -f 4 >printed
  check '  a case of every loss' [ "$(wc -l <cases)" -ge "$("$shapefuzz" losses --json | wc -l)" ]
  check '  canonical cases are read and printed the same' cmp cases printed
  expect_status 1 "${tiny[@]}" --out findings.jsonl
  grep '"loss":"mse_loss","entry":"functional"' all.jsonl | grep -v '"verdict":"pass"' >without
  check '  without --all all but the passes' cmp <(sort without) <(sort findings.jsonl)

  expect_status 1 run "$bad" "$good" # the highest status counts
  expect_status 1 run "$good" "$bad"
  expect_refused run "$bad" 'mse_loss('
}

baselines() {
  local lines gone case stale line words
  expect_status 0 "${small[@]}" --write-baseline base
  expect_text "$out" 'to base.'
  expect_status 0 "${small[@]}" --baseline base
  expect_text "$out" 'Nothing new: the causes and the baseline base explain every finding.'
  expect_text "$out" 'unexplained: 0'
  lines=$(wc -l <base)
  gone=$(grep -F 'cause | broadcasts | ' base)
  check '  the cause that is taken out' [ -n "$gone" ]
  grep -vF 'cause | broadcasts | ' base >less
  expect_status 1 "${small[@]}" --baseline less
  expect_text "$out" 'NEW    the cause broadcasts'
  check '  one difference' [ "$(grep -cE '^(NEW|STALE) ' "$out")" -eq 1 ]
  # The second one is out of the sweep's bounds.
  for case in 'mse_loss(input=f64[2], target=f64[2])' "$bad"; do
    stale="mse_loss | functional | wrong_value | target:empty | - | $case"
    (cat base && printf '%s' "$stale") >extra
    expect_status 1 "${small[@]}" --baseline extra
    expect_text "$out" "STALE  $stale (extra:$((lines + 1)))"
    check '  one difference' [ "$(grep -cE '^(NEW|STALE) ' "$out")" -eq 1 ]
  done
  (cat base && echo 'cause | ctc-length-0 | 3 | mse_loss(input=f64[2], target=f64[2])') >extra
  expect_status 1 "${small[@]}" --baseline extra
  expect_text "$out" 'STALE  the cause ctc-length-0'
  # One from before there were causes.
  echo "mse_loss | functional | silent_broadcast | target:transposed | - | mse_loss(input=f64[1,2], target=f64[2,1])" >old
  expect_status 0 "${small[@]}" --baseline old
  # Of a loss that is not swept, with the line breaks of another system.
  while IFS= read -r line; do printf '%s\r\n' "$line"; done <base >crlf
  echo 'l1_loss | functional | crash | - | - | l1_loss(input=f64[2], target=f64[2])' >>crlf
  expect_status 0 "${small[@]}" --baseline crlf
  # Of other losses, and beyond the bounds.
  expect_status 0 sweep mse_loss@functional l1_loss@functional --max-rank 2 --max-size 2 --write-baseline both
  for running in 'l1_loss@functional --max-rank 2' 'mse_loss@functional --max-rank 0'; do
    read -ra words <<<"$running"
    cp both again
    expect_status 0 sweep "${words[@]}" --max-size 2 --write-baseline again
    expect_text "$out" 'Nothing new: the causes and the baseline again explain every finding.'
    check "  a rewrite keeps what it cannot know" cmp -s <(cut -d '|' -f 1,2 both) <(cut -d '|' -f 1,2 again)
  done
  : >empty
  expect_status 1 "${small[@]}" --baseline empty
  expect_text "$out" 'NEW    the cause broadcasts'
  # What somebody has decided to live with, and why.
  sed 's/^cause | broadcasts.*/&  # we pair by rows, see #12/' base >ours
  expect_status 0 "${small[@]}" --baseline ours
  expect_status 0 "${small[@]}" --write-baseline ours
  check '  the reason stays' grep -q '^cause | broadcasts .*  # we pair by rows, see #12$' ours
  (grep -vF 'cause | broadcasts | ' base && echo 'policy | mse_loss | broadcast') >ours
  expect_status 0 "${small[@]}" --baseline ours
  check '  a policy forgives' [ "$(grep -c broadcasts "$out")" -eq 0 ]

  bad_line() {
    (cat base && echo "$1") >broken
    bad_option "broken:$((lines + 1)): column " "$2" "${small[@]}" --baseline broken
  }
  bad_line "$gone" 'expected every cause once'
  bad_line 'nonsense' "expected 6 fields separated by ' | '"
  bad_line 'cause | broadcasts | many | mse_loss(input=f64[2], target=f64[2])' 'expected a number of cases'
  bad_line 'policy | mse_loss | lenient' 'expected strict, expand or broadcast'
  bad_line 'policy | mse_los | strict' 'expected the name of a loss'
  bad_line 'mse_loss | functional | crsh | - | - | mse_loss(input=f64[2], target=f64[2])' \
    'did you mean crash?'
  bad_line 'l1_loss | functional | crash | - | - | mse_loss(input=f64[2], target=f64[2])' \
    'expected one of l1_loss@functional'
  bad_option missing 'No such file' "${huge[@]}" --baseline missing
  bad_option '--out' 'which --baseline reads' "${small[@]}" --baseline base --out ./base
  check '  the baseline is as it was' [ "$(grep -cF "${gone:-nothing}" base)" -eq 1 ]
}

pipes() {
  running='sweep --write-baseline | head -n 1'
  "$shapefuzz" "${small[@]}" --write-baseline base --baseline none 2>"$err" | head -n 1 >"$out"
  check "status 0: $running" [ "${PIPESTATUS[0]}" -eq 0 ]
  expect_silence
  expect_files base
  local arguments words
  for arguments in 'losses --json|0' 'sweep mse_loss kl_div --max-rank 2 --baseline none|1'; do
    read -ra words <<<"${arguments%|*}"
    running="shapefuzz ${words[*]} into a closed pipe"
    "$shapefuzz" "${words[@]}" 2>"$err" | true
    check "status ${arguments#*|}: $running" [ "${PIPESTATUS[0]}" -eq "${arguments#*|}" ]
    expect_silence
  done
  # Progress is for terminals; `script` makes one.
  expect_status 1 sweep mse_loss@functional --baseline none
  expect_silence
  if command -v script >/dev/null; then
    running='a sweep on a terminal'
    script -qec "$shapefuzz sweep mse_loss@functional --baseline none >result" /dev/null >"$out" </dev/null
    expect_text "$out" ' a second '
    expect_text result 'broadcasts'
    expect_no_text result ' a second '
  fi
}

# start ARGUMENT...: a sweep in the background with one worker; waits for that.
start() {
  running="shapefuzz sweep --baseline none --jobs 1 $*"
  "$shapefuzz" sweep --baseline none --jobs 1 "$@" >"$out" 2>"$err" &
  parent=$!
  worker=''
  next_worker
}

# The worker after $worker, as soon as there is one.
next_worker() {
  local old=$worker
  for _ in {1..1000}; do
    worker=''
    [ -e "/proc/$parent" ] || return
    read -r worker _ 2>/dev/null <"/proc/$parent/task/$parent/children"
    [ -n "$worker" ] && [ "$worker" != "$old" ] && return
    sleep 0.01
  done
}

# Ended, or a zombie that nobody reaps.
is_gone() {
  for _ in {1..100}; do
    grep -q . "/proc/$1/cmdline" 2>/dev/null || return 0
    sleep 0.05
  done
  return 1
}

kills() {
  local signal delay sweep=(mse_loss@functional --max-size 3)
  expect_status 1 sweep "${sweep[@]}" --baseline none --out calm
  start "${sweep[@]}" --out stormy
  for _ in 1 2 3; do
    sleep 0.1
    check "a worker is killed" kill -KILL "$worker"
    next_worker
  done
  wait "$parent"
  check '  status 1' [ $? -eq 1 ]
  expect_no_text "$out" 'crash'
  check '  the same records' cmp calm stormy
  rm -f calm stormy
  for signal in TERM HUP KILL; do
    start --out records
    sleep 0.3
    check "a worker hangs" kill -STOP "$worker"
    kill "-$signal" "$parent"
    { wait "$parent"; } 2>/dev/null
    check "  ended by $signal" [ $? -gt 128 ]
    check '  no worker is left' is_gone "$worker"
    # Nobody can do anything on SIGKILL.
    [ "$signal" = KILL ] || expect_files records.partial
  done
  # What is recorded so far is readable, and another sweep goes on from there.
  rm -f ./*
  sweep=(multi_margin_loss@functional)
  expect_status 1 sweep "${sweep[@]}" --baseline none --out calm
  for delay in 0.6 1.0; do
    start "${sweep[@]}" --out stormy
    sleep "$delay"
    kill -KILL "$parent"
    { wait "$parent"; } 2>/dev/null
    check "  a journal after $delay s" test -e stormy.partial
    expect_status 1 sweep "${sweep[@]}" --baseline none --out stormy --resume
    check '  the same records' cmp calm stormy
    check '  no journal is left' [ ! -e stormy.partial ]
  done
  # What has been counted for others is not gone on with as if each were judged itself.
  start "${sweep[@]}" --out stormy
  sleep 0.6
  kill -KILL "$parent"
  { wait "$parent"; } 2>/dev/null
  expect_refused sweep "${sweep[@]}" --full --out stormy --resume
  expect_text "$err" '--resume: stormy.partial:1: found'
  echo '{"sweep":"of something else"}' >stormy.partial
  expect_refused sweep "${sweep[@]}" --out stormy --resume
  expect_text "$err" '--resume: stormy.partial:1: found'
  expect_refused sweep "${sweep[@]}" --resume
  expect_text "$err" '--resume: what is resumed is FILE.partial'
}

memory() {
  local short='multi_margin_loss(input=f64[2,3], target=i64[2]{2,2}, weight=f64[1])'
  if "$shapefuzz" run "$short" | grep -q 'refused'; then # since LibTorch 2.5
    expect_status 0 run "$short"
  else
    expect_status 1 run "$short"
    expect_text "$out" 'verdict   out_of_bounds'
    expect_text "$out" 'reads past the end of weight in aten::multi_margin_loss'
    expect_text "$out" 'reads element 2 of weight, which holds 1, in aten::multi_margin_loss: 8 bytes after its 8 bytes'
  fi
  expect_status 0 run --memory off 'mse_loss(input=f64[2], target=f64[2])'
  expect_refused run --memory much 'mse_loss(input=f64[2], target=f64[2])'
  expect_text "$err" "--memory: found 'much', expected off, guard or full"
  expect_refused run --under gdb 'mse_loss(input=f64[2], target=f64[2])'
  expect_text "$err" "--under: found 'gdb', expected valgrind"
}

# --- One finding, everything about it --------------------------------------------------------------

is_xml() { python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$1"; }

understanding() {
  expect_status 1 shrink "$bad"
  check '  the case line alone' [ "$(cat "$out")" = 'mse_loss(input=f64[2,1], target=f64[2])' ]
  expect_text "$err" 'proven'
  expect_status 1 shrink 'kl_div(input=f64[5,7,2], target=f64[3,1,1,2], reduction=batchmean)' --tries 2
  expect_text "$err" 'stopped early, after 2 tries'
  expect_status 0 shrink "$good"
  check '  a passing case as it is' [ "$(cat "$out")" = "$good" ]
  expect_text "$err" 'the case passes, so there is nothing to shrink'
  expect_status 2 shrink 'mse_loss(input=f64[64,1]'
  expect_status 1 run 'nn.MSELoss()(torch.randn(64, 1), torch.randn(64))'
  expect_text "$out" 'mse_loss@module(input=f32[64,1], target=f32[64])'
  expect_text "$out" 'target.unsqueeze(-1)'
  expect_text "$out" 'warns: Using a target size'
  expect_status 0 run 'CrossEntropyLoss(input=float32[8,10], target=float64[8,1])' --json
  expect_text "$out" '"cpp":"target.to(torch::kLong).squeeze(-1)","python":"target.long().squeeze(-1)"'
  expect_text "$out" '"repair":{"edits":[{"operand":"target"'
  expect_status 2 run 'F.mse_loss(pred, y)'
  expect_text "$err" "found 'pred', expected a tensor for input that says its shape"
  expect_status 2 run 'bce_loss(input=f32[2], target=f32[2])'
  expect_text "$err" 'did you mean binary_cross_entropy?'
  printf '%s\n' '# from a notebook' 'F.l1_loss(torch.randn(4), torch.randn(4))' >pasted.txt
  expect_status 0 run --file pasted.txt
  expect_text "$out" 'l1_loss(input=f32[4], target=f32[4])'
  expect_status 0 losses nn.BCELoss
  expect_text "$out" 'binary_cross_entropy'
  expect_status 1 run "$bad" --draw
  expect_text "$out" 'the loss pairs: [64, 64]'
  expect_status 1 run "$bad"
  expect_text "$out" '^ 64 where 1 is demanded'
  if "$shapefuzz" --version | grep -q 'LibTorch 1\.13'; then
    # Each block of README that begins with `$ shapefuzz run`, its command and what that prints.
    local block command
    for block in 1 2 3; do
      command=$(grep '^[$] shapefuzz run ' "$readme" | sed -n "${block}p")
      awk -v block="$block" '/^[$] shapefuzz run /{inside = ++seen == block; next} /^```$/{inside = 0} inside' \
        "$readme" >shown
      PATH=$(dirname "$(realpath "$shapefuzz")"):$PATH bash -c "${command#$ }" >printed || true
      check "  prints what README shows in block $block" cmp shown printed
    done
    check '  README has three such blocks' [ "$(grep -c '^[$] shapefuzz run ' "$readme")" = 3 ]
    running=$(sed -n 's/^[$] shapefuzz sweep /sweep /p' "$readme")
    awk '/^[$] shapefuzz sweep /{inside = 1; next} /^```$/{inside = 0} inside' "$readme" >shown
    # shellcheck disable=SC2086
    "$shapefuzz" $running >printed || true
    check '  the sweep prints what README shows of it' shows_parts_of shown printed
  fi
  expect_text "$out" 'mean of those: 2.85142'
  expect_status 0 emit "$good"
  for form in cpp python gtest issue; do
    expect_status 0 emit 'mse_loss@aten(input=f64[2,1], target=f64[2])' --as $form --round
    expect_text "$out" 'mse_loss@aten(input=f64[2,1]{-1.5,-1}, target=f64[2]{0.25,0.75})'
  done
  expect_status 0 emit 'mse_loss@module(input=f64[2,1], target=f64[2])' --as python
  expect_text "$out" "The finding is of the C++ module; Python's is code of its own"
  expect_status 2 emit "$bad" --as pascal
  expect_text "$err" "found 'pascal', expected cpp, python, gtest or issue"
  # What would be too large to compute has an answer all the same.
  expect_status 1 run 'mse_loss(input=f64[1000000,1], target=f64[1,1000000])'
  expect_text "$out" 'on its twin, not computed: mse_loss(input=f64[2,1], target=f64[1,2])'
  # What is too long to list is shown by a small case that behaves like it.
  expect_status 0 emit 'mse_loss(input=f64[64,64], target=f64[64,64])'
  expect_text "$err" 'the twin, which behaves alike: mse_loss(input=f64[2,2], target=f64[2,2])'
  expect_text "$out" 'mse_loss(input=f64[2,2], target=f64[2,2])'
  expect_status 0 "${small[@]}" --format github
  expect_text "$out" '::notice title=shapefuzz'
  expect_status 1 "${small[@]}" --baseline none --format github
  expect_text "$out" '::error title=new%3A the cause broadcasts::'
  expect_status 1 "${small[@]}" --baseline none --format junit --summary shapefuzz.json --out f.jsonl
  cp "$out" junit.xml
  check '  well-formed XML' is_xml junit.xml
  check '  a summary' grep -qE '"contract": [1-9]' shapefuzz.json
  expect_status 2 "${small[@]}" --format xml
  expect_status 0 report f.jsonl -o report.html
  check '  one page' grep -q 'forgot_unsqueeze' report.html
  echo '{"case": 1}' >broken.jsonl
  expect_status 2 report broken.jsonl -o broken.html
  expect_text "$err" 'broken.jsonl:1: '
  check '  no file' [ ! -e broken.html ]
}

# --- All of it -----------------------------------------------------------------------------------

sections=(answers cases case_files options outputs records baselines understanding pipes kills memory)
for section in "${sections[@]}"; do
  mkdir "$work/$section"
  (
    cd "$work/$section" || exit
    out=$PWD/.out # hidden, so that `ls` shows only what shapefuzz has written
    err=$PWD/.err
    running=''
    : >"$out"
    : >"$err"
    "$section"
    echo "# end"
  ) >"$work/$section.log" 2>&1 &
done
wait

checks=0
failed=0
for section in "${sections[@]}"; do
  echo "# $section"
  log=$work/$section.log
  grep -vxF '# end' "$log"
  checks=$((checks + $(grep -cE '^(ok|FAILED) ' "$log")))
  failed=$((failed + $(grep -c '^FAILED ' "$log")))
  [ "$(tail -n 1 "$log")" = '# end' ] && continue
  echo "FAILED  the section ended early"
  failed=$((failed + 1))
done
echo "$((checks - failed)) of $checks checks passed"
[ "$failed" -eq 0 ]
