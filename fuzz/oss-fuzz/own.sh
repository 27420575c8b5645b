#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The layout of somebody's own target, whose seeds are cases of a small sweep of its losses:
#   own.sh COMMAND TARGET OUT
set -euo pipefail
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Findings are no failure here (exit status 1).
"$1" sweep --max-rank 2 --max-size 2 --cases 100 --baseline none --all --out "$scratch/records" >/dev/null || (($? == 1))
sed 's/^{"case":"\(\([^"\\]\|\\.\)*\)".*/\1/' "$scratch/records" >"$scratch/seeds"
"$here/layout.sh" "$2" "$3" "$scratch/seeds" "$here/cases.dict"
