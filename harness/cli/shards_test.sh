#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Tests of `shapefuzz fuzz --shard` and `--device`: campaigns that share a directory, and those of
# another device.
#   shards_test.sh SHAPEFUZZ
set -uo pipefail
shapefuzz=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=harness/cli/campaign_checks.sh
. "$(dirname "$0")/campaign_checks.sh"

echo "Shards of a campaign read each other, are started again, and are merged without loss."
shared=$scratch/shared
for shard in 1 2; do
  "$shapefuzz" fuzz mse_loss nll_loss --shard $shard/2 --dir "$shared" --for 9s --jobs 1 --seeds none \
    >"$scratch/shard$shard" 2>&1 &
  shards[shard]=$!
done
begun() { grep -qs "^executions [1-9]" "$shared/shard-2-of-2/campaign.txt"; }
for _ in $(seq 600); do begun && break; sleep 0.1; done
sleep 1
kill -9 "${shards[2]}"
wait "${shards[2]}" 2>/dev/null || true
run 0 "$shapefuzz" fuzz mse_loss nll_loss --shard 2/2 --dir "$shared" --for 6s --jobs 1 --seeds none
says err "goes on with"
wait "${shards[1]}" || fail "the first shard failed: $(cat "$scratch/shard1")"
grep -q "next: shapefuzz fuzz --merge" "$scratch/shard1" || fail "a shard does not say what comes next"
run 2 "$shapefuzz" fuzz mse_loss --shard 2/2 --dir "$shared" --for 30s
says err "is a shard with the losses mse_loss,nll_loss, this one has mse_loss; all need the same"
run 2 "$shapefuzz" fuzz mse_loss nll_loss --shard 1/3 --dir "$shared" --for 30s
says err "--shard: found 1/3, and $shared/shard-"
run 2 "$shapefuzz" fuzz mse_loss nll_loss --shard 1/2 --policy strict --dir "$shared" --for 30s
says err "with --policy expand, this one has strict"
run 2 "$shapefuzz" fuzz --shard 3/2 --dir "$shared" --for 3s
says err "found '3/2', expected a part and how many there are"
run 2 "$shapefuzz" fuzz --shard 1/2 --resume --dir "$shared" --for 3s
says err "a shard goes on of itself"
run 2 "$shapefuzz" triage "$shared"
says err "holds the shards of a campaign"
run 2 "$shapefuzz" fuzz --shard 1/2 --dir "$scratch/late" --until 2020-01-01T00:00
says err "--until: found 2020-01-01T00:00, and this machine's clock has 20"
[[ ! -e $scratch/late ]] || fail "a shard that comes too late leaves a directory"
run 2 "$shapefuzz" fuzz --dir "$scratch/late" --until tomorrow
says err "found 'tomorrow', expected a time like"
run 0 "$shapefuzz" fuzz mse_loss nll_loss --shard 1/2 --dir "$shared" --until 2020-01-01T00:00
says err "is over; nothing to do"
printf 'mse_loss(input=f64[2], tar' >>"$shared/shard-1-of-2/corpus-1.cases"
run 0 "$shapefuzz" fuzz --merge --dir "$shared"
says err "next: shapefuzz triage"
signatures() { sed 's/.*"signature":"\([^"]*\)".*"cause":"\([^"]*\)".*/\1 \2/' "$@"; }
cmp <(signatures "$shared"/shard-*/findings-*.jsonl | sort -u) \
  <(signatures "$shared"/merged/findings-*.jsonl | sort) || fail "merging loses or doubles a finding"
run 0 "$shapefuzz" triage "$shared/merged"
says out "unexplained: 0"
run 0 "$shapefuzz" report "$shared/merged" -o "$scratch/merged.html"
"$shapefuzz" fuzz mse_loss --shard 1/2 --dir "$scratch/gone" --for 20s --jobs 1 --seeds none >"$scratch/out" 2>"$scratch/err" &
gone=$!
sleep 3
rm -rf "$scratch/gone"
if wait "$gone"; then fail "a shard does not notice that its directory is gone"; fi
says err "$scratch/gone/shard-1-of-2"

echo "A campaign on a device goes on there, and the CPU under another name disagrees with itself nowhere."
device=$scratch/device
run 2 "$shapefuzz" fuzz mse_loss --device cuda --for 4s --dir "$device"
says err "there is no CUDA device here"
[[ ! -e $device ]] || fail "a campaign that cannot begin leaves a directory"
export SHAPEFUZZ_FAKE_CUDA=1
run 0 "$shapefuzz" fuzz mse_loss --device cuda --seeds none --for 4s --dir "$device"
says out "unexplained: 0"
grep -qx 'device cuda' "$device/campaign.txt" || fail "the campaign does not keep its device"
run 2 "$shapefuzz" fuzz mse_loss --device cpu --for 6s --resume --dir "$device"
says err "--device: found 'cpu', expected 'cuda'"
run 0 "$shapefuzz" fuzz mse_loss --seeds none --for 6s --resume --dir "$device"
run 0 "$shapefuzz" triage "$device"
run 0 "$shapefuzz" shrink --device cuda 'mse_loss(input=f64[3,1], target=f64[3])'
run 0 "$shapefuzz" sweep mse_loss nll_loss ctc_loss --device cuda --max-rank 2 --max-size 2 --baseline none
says out "unexplained: 0"
run 0 "$shapefuzz" run --device cuda 'mse_loss(input=f64[2,1], target=f64[2])'
says out "with CUDA: accepted"
says out "  numbers   CPU 3.01957"
run 0 "$shapefuzz" emit --device cuda 'mse_loss(input=f64[3,1], target=f64[3])'
says out 'for device in ("cpu", "cuda"):'
run 2 "$shapefuzz" emit --device cuda --as cpp 'mse_loss(input=f64[3,1], target=f64[3])'
says err "found cuda with --as cpp, expected python"
unset SHAPEFUZZ_FAKE_CUDA
run 0 "$shapefuzz" emit --device meta 'mse_loss(input=f64[3,1], target=f64[3])'
says out 'print(device, tuple(result.shape))'
run 2 "$shapefuzz" run --device compile 'mse_loss(input=f64[3], target=f64[3])'
says err "--device: found 'compile', and torch.compile is Python's: \`python3 -m shapefuzz\` has it"
run 2 "$shapefuzz" run --device gpu 'mse_loss(input=f64[3], target=f64[3])'
says err "--device: found 'gpu', expected cpu, meta, cuda or compile"

exit $failed
