#!/bin/bash
# The command line as its users meet it: answers, exit statuses, errors.
#   cli_test.sh PATH/TO/shapefuzz
set -u

shapefuzz=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
checks=0
failures=0

check() { # what, 0 if it holds
  checks=$((checks + 1))
  if (($2 == 0)); then
    echo "ok    $1"
  else
    failures=$((failures + 1))
    echo "FAIL  $1"
    head -20 out err
  fi
}

run() { "$shapefuzz" "$@" >out 2>err </dev/null; }

expect_status() { # status, arguments
  local wanted=$1
  shift
  run "$@"
  local got=$?
  check "status $wanted: $(printf '%.70q ' "$@")" $((got == wanted ? 0 : 1))
}

expect_text() { # file, text
  grep -qF -- "$2" "$1"
  check "  $1 says: $2" $?
}

# Bad input: status 2, one error, nothing on standard output.
expect_error() { # text, arguments
  local text=$1
  shift
  expect_status 2 "$@"
  expect_text err "$text"
  [[ ! -s out ]]
  check "  nothing on standard output" $?
}

small=(--max-rank 2 --max-size 2)

expect_status 1 run 'mse_loss(input=f64[64,1], target=f64[64])'
for text in silent_broadcast '[64, 64]' 'target.unsqueeze(-1)'; do expect_text out "$text"; done
expect_status 0 run 'mse_loss(input=f64[64,1], target=f64[64,1])'
expect_status 1 run 'mse_loss@aten(input=f64[64,1], target=f64[64], reduction=mean)'
for text in wrong_gradient '64 times'; do expect_text out "$text"; done
expect_status 1 run 'mse_loss(input=f64[2], target=f64[2])' 'mse_loss(input=(64, 1), target=64)'
expect_text out 'mse_loss(input=f64[64,1], target=f64[64])'
expect_status 1 run --json 'mse_loss(input=f64[64,1], target=f64[64])'
expect_text out '"verdict":"silent_broadcast"'

expect_error 'did you mean mse_loss' run 'mse_los(input=f64[3], target=f64[3])'
expect_error 'did you mean input' run 'mse_loss(inpt=f64[3], target=f64[3])'
expect_error 'did you mean reduction' run 'mse_loss(input=f64[3], target=f64[3], reductio=sum)'
expect_error 'missing operand of mse_loss: target' run 'mse_loss(input=f64[3])'
expect_error 'column 23' run 'mse_loss(input=f64[64,, target=f64[3])'
expect_error 'a size in [0, 16777216]' run 'mse_loss(input=f64[-1], target=f64[3])'
expect_error 'column 20' run 'mse_loss(input=f64[99999999999999999999], target=f64[3])'
expect_error 'elements' run 'mse_loss(input=f64[1000000,1000000], target=f64[3])'
expect_error 'elements' run 'mse_loss(input=f64[1000000,1], target=f64[1000000])'
expect_error 'a dtype' run 'mse_loss(input=f65[3], target=f64[3])'
expect_error 'the end of the case' run 'mse_loss(input=f64[3], target=f64[3]) x'
expect_error 'column 1' run ''
head -c 1000000 /dev/zero | tr '\0' '[' >brackets
expect_error 'brackets:1' run --file brackets
printf 'mse_loss(input=f64[3],\0 target=f64[3])\n' >nul
expect_error 'nul:1' run --file nul
printf 'mse_loss(input=f64[3], target=f64[3])\nmse_loss(input=f64[3)\n' >second
expect_error 'second:2' run --file second
expect_error 'absent' run --file absent
expect_error '--policy' run --policy lax 'mse_loss(input=f64[3], target=f64[3])'
expect_error 'did you mean mse_loss' sweep mse_los
expect_error 'functional' sweep mse_loss@nowhere
expect_error '--all' sweep mse_loss --all
expect_error '--max-rank' sweep mse_loss --max-rank 99
expect_error 'absent/out' sweep mse_loss --out absent/out
[[ -z $(find . -name '*.tmp') ]]
check "no temporary file is left" $?

expect_status 1 sweep mse_loss@functional "${small[@]}" --all --baseline none --out all.jsonl
[[ $(wc -l <all.jsonl) == $((13 * 13 * 3)) && $(grep -c '"zone".*"outcome".*"result_shape".*"verdict"' all.jsonl) == $((13 * 13 * 3)) ]]
check "  a record for each pair and reduction" $?
[[ ! -s err ]]
check "  no progress in a pipe" $?

expect_status 0 sweep kl_div "${small[@]}" --write-baseline known
expect_status 0 sweep kl_div "${small[@]}" --baseline known
sed '0,/^kl_div/{/^kl_div/d}' known >known_less
expect_status 1 sweep kl_div "${small[@]}" --baseline known_less
expect_text out 'NEW    kl_div'
{
  cat known
  echo 'kl_div | functional | crash | target:transposed | - | kl_div(input=f64[1,2], target=f64[2,1])'
} >known_more
expect_status 1 sweep kl_div "${small[@]}" --baseline known_more
expect_text out 'STALE  kl_div | functional | crash'
echo 'kl_div | functional | crash' >bad
expect_error 'bad:1' sweep kl_div "${small[@]}" --baseline bad

expect_status 0 losses
expect_text out '(input: real[*S], target: real[*S]) -> [*S]'
expect_status 0 --version
expect_status 2 nonsense

echo "$((checks - failures)) passed, $failures failed"
((failures == 0))
