#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The jobs of this folder under a Slurm of their own, on this machine alone: an array of four shards,
# one of them killed and requeued, the merge behind it; and a sweep in three parts.
#   slurm_test.sh PATH/TO/shapefuzz
# Exit status 77, skipped, where there is no Slurm or nobody who may start one.
set -euo pipefail
shapefuzz=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
for command in munged slurmctld slurmd sbatch; do
  PATH=$PATH:/usr/sbin command -v "$command" >/dev/null || {
    echo "skipped: no $command here (Debian has it in slurm-wlm and munge)"
    exit 77
  }
done
((EUID == 0)) || {
  echo "skipped: only root starts the daemons of Slurm"
  exit 77
}
PATH=$PATH:/usr/sbin
scratch=$(mktemp -d)
daemons=()
# By process id: somebody else's Slurm may run here.
stop() {
  local pid
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
    pid=${daemons[i]}
    kill "$pid" 2>/dev/null || true
    for ((tries = 0; tries < 50; tries++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap stop EXIT

fail() {
  echo "FAILED: $*" >&2
  tail -n 20 "$scratch"/*.log "$scratch"/*/logs/*.log >&2 || true
  exit 1
}
# Waits until a command succeeds, for so many seconds.
await() {
  local seconds=$1
  shift
  for ((tries = 0; tries < seconds * 5; tries++)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  fail "not within $seconds s: $*"
}
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
}

# munged looks at who may write to the folders above its socket.
chmod 755 "$scratch"
mkdir "$scratch/munge" "$scratch/state" "$scratch/spool"
head -c 1024 /dev/urandom >"$scratch/munge/key"
chmod 700 "$scratch/munge/key"
node=$(hostname -s)
export SLURM_CONF=$scratch/slurm.conf
cat >"$SLURM_CONF" <<EOF
ClusterName=shapefuzz
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$scratch/munge/socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=1
ReturnToService=2
JobRequeue=1
KillWait=5
MpiDefault=none
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
SlurmdParameters=config_overrides
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
EOF
munged --force --foreground --key-file="$scratch/munge/key" --socket="$scratch/munge/socket" \
  --pid-file="$scratch/munge/pid" --seed-file="$scratch/munge/seed" >"$scratch/munged.log" 2>&1 &
daemons+=($!)
await 10 test -S "$scratch/munge/socket"
slurmctld -D -f "$SLURM_CONF" >"$scratch/slurmctld.log" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -N "$node" >"$scratch/slurmd.log" 2>&1 &
daemons+=($!)
is_up() { [[ $(sinfo -h -o %t) == idle ]]; }
await 30 is_up
echo "Slurm is up."

cd "$scratch"
export SHAPEFUZZ=$shapefuzz
# The executions that a shard has saved.
executions() { sed -n 's/^executions //p' "$shared/shard-$1-of-4/campaign.txt"; }
has_run() { (($(executions "$1") > 1000)); }
state_of() { scontrol show job "$1" -o | sed 's/.* JobState=\([A-Z]*\).*/\1/'; }
is_done() { [[ $(state_of "$1") == @(COMPLETED|FAILED) ]]; }
# The findings of files of records, each once.
signatures() { cat "$@" | python3 -c '
import json, sys
for line in sys.stdin:
    record = json.loads(line)
    print(record["signature"], record["cause"])' | sort -u; }

shared=$scratch/campaign
until=@$(($(date +%s) + ${SECONDS_OF_CAMPAIGN:-45}))
read -r array merge < <("$here/submit" campaign "$shared" 4 --until "$until" mse_loss nll_loss ctc_loss --seeds none)
for shard in 1 2 3 4; do await 60 has_run "$shard"; done
echo "Four shards run."
before=$(executions 3)
scontrol requeue "${array}_3"
goes_on() { grep -q "goes on with" "$shared/logs/3.log" && (($(executions 3) > before)); }
await 60 goes_on
echo "The third was killed, and goes on."
await 120 is_done "$merge"
[[ $(state_of "$merge") == COMPLETED ]] || fail "the merge ended as $(state_of "$merge")"
grep -q "^unexplained: 0" "$shared/logs/merge.log" || fail "the triage of the merged campaign has something new"
[[ -s $shared/report.html ]] || fail "there is no report"
# Nothing is lost, and nothing is there twice.
signatures "$shared"/shard-*/findings-*.jsonl >shards.txt
signatures "$shared"/merged/findings-*.jsonl >merged.txt
cmp shards.txt merged.txt || fail "the merged findings are not those of the shards"
(($(wc -l <merged.txt) == $(cat "$shared"/merged/findings-*.jsonl | wc -l))) || fail "a finding is there twice"
echo "Merged, told apart and reported: $(wc -l <merged.txt) findings of $(cat "$shared"/shard-*/findings-*.jsonl | wc -l) records."

shared=$scratch/sweep
read -r array merge < <("$here/submit" sweep "$shared" 3 mse_loss --max-rank 2 --max-size 2)
await 120 is_done "$merge"
[[ $(state_of "$merge") == COMPLETED ]] || fail "the merge of the sweep ended as $(state_of "$merge")"
"$shapefuzz" sweep mse_loss --max-rank 2 --max-size 2 --baseline none --out whole.jsonl >/dev/null || true
cmp <(sort whole.jsonl) "$shared/sweep.jsonl" || fail "three parts of a sweep are another sweep"
echo "Three parts of a sweep are the sweep: $(wc -l <"$shared/sweep.jsonl") records."
