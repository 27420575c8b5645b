#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --load, --op and --contract: operators of a library as the losses of the command.
set -uo pipefail
shapefuzz=$1 operators=$2 throws=$3
contract='(input: real[*S], target: real[*S]) -> [*S]'
failures=0
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# NAME STATUS TEXT COMMAND...: the command exits so and says that.
check() {
  local name=$1 status=$2 text=$3 found
  shift 3
  "$@" >"$work/out" 2>&1
  found=$?
  if [[ $found != "$status" ]] || ! grep -qF -- "$text" "$work/out"; then
    echo "FAILED $name: status $found, expected $status and '$text'"
    head -20 "$work/out"
    failures=$((failures + 1))
  fi
}

load=("$shapefuzz" --load "$operators" --op)
check checked 0 'unexplained: 0' "${load[@]}" shapefuzz_test::checked_loss --contract "$contract" sweep
check broadcasting 1 'lets through' "${load[@]}" shapefuzz_test::broadcasting_loss --contract "$contract" sweep
check behind 1 'a hazard' "$shapefuzz" run 'shapefuzz_test::broadcasting_loss(input=f64[2,1], target=f64[2])' \
  --load="$operators" --op=shapefuzz_test::broadcasting_loss --contract="$contract"
check infer 0 '(input: real[*S], target: real[*S]) -> [*S]' "${load[@]}" shapefuzz_test::checked_loss infer
broadcast='shapefuzz_test::broadcasting_loss(input=f64[2,1], target=f64[2])'
check emit 0 'call_operator("shapefuzz_test::broadcasting_loss", "", {c10::IValue(input)' "${load[@]}" \
  shapefuzz_test::broadcasting_loss --contract "$contract" emit "$broadcast"
check emit-python 0 'torch.ops.shapefuzz_test.broadcasting_loss.default(input' "${load[@]}" \
  shapefuzz_test::broadcasting_loss --contract "$contract" emit --as python "$broadcast"
check emit-loads 0 'torch.ops.load_library("' "${load[@]}" shapefuzz_test::broadcasting_loss --contract "$contract" \
  emit --as python "$broadcast"
check no-contract 2 'has no contract' "${load[@]}" shapefuzz_test::checked_loss sweep
check misspelt 2 'did you mean shapefuzz_test::checked_loss' "${load[@]}" shapefuzz_test::chekced_loss sweep
check nowhere 2 'none is registered in that namespace' "${load[@]}" nowhere::loss sweep
check operand 2 "found the operand 'output', expected the tensors of" "${load[@]}" shapefuzz_test::checked_loss \
  --contract '(output: real[*S], target: real[*S]) -> [*S]' sweep
check too-few 2 "takes the tensor 'target' too" "${load[@]}" shapefuzz_test::checked_loss \
  --contract '(input: real[*S]) -> [*S]' sweep
check caret 2 '^' "${load[@]}" shapefuzz_test::checked_loss --contract '(input: reel[*S]) -> [*S]' sweep
check type 2 'which no case can have' "${load[@]}" shapefuzz_test::listed sweep
check no-op 2 'expected --op' "$shapefuzz" --load "$operators" sweep
check nameless 2 'did you mean shapefuzz_test::checked_loss?' "${load[@]}" shapefuzz_test::checked_loss \
  run 'checked_loss(input=f64[2], target=f64[2])'
check unknown 2 'expected a loss: shapefuzz_test::checked_loss' "${load[@]}" shapefuzz_test::checked_loss \
  run 'quantile(input=f64[2])'
check twice 2 'expected one of them' "${load[@]}" shapefuzz_test::checked_loss --op shapefuzz_test::listed sweep
check no-value 2 'expected a value' "$shapefuzz" sweep --load
check no-file 2 'cannot open shared object file' "$shapefuzz" --load "$work/none.so" --op a::b sweep
check throws 2 'ends the process while it is loaded' "$shapefuzz" --load "$throws" --op a::b sweep
echo 'no library' >"$work/text.so"
check text 2 '--load: ' "$shapefuzz" --load "$work/text.so" --op a::b sweep
cp "$operators" "$work/library.so" && ln -s library.so "$work/link.so"
"$shapefuzz" run 'mse_loss(input=f64[2,1], target=f64[2])' --json >"$work/records.jsonl"
for output in library.so link.so; do
  check "overwrites-$output" 2 'which is loaded and runs, expected another file' "$shapefuzz" --load "$work/library.so" \
    --op shapefuzz_test::checked_loss --contract "$contract" report "$work/records.jsonl" -o "$work/$output"
done
if ! cmp -s "$operators" "$work/library.so"; then
  echo 'FAILED overwrites: the library is another one'
  failures=$((failures + 1))
fi
check help 0 'An operator of your own' "$shapefuzz" --help
((failures == 0)) && echo "all passed"
exit $((failures > 0))
