#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Does bench/run say so where a figure is not as stated? With steps that measure what they are told.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/bench" "$root/docs"
cp "$here/run" "$root/bench/run"
touch "$root/README.md"
cd "$root"

figures() { printf 'a.time\t%s\t10\t-\tus\tdocs/a.md\na.share\t60\t10\t>=58\t%%\tdocs/a.md\n' "$1" >bench/figures.tsv; }
document() { echo "It takes $1<!--a.time--> us (10<!--a.time spread--> %), 60<!--a.share--> % of it ours." >docs/a.md; }
steps() { printf '%s\n' "a | printf 'for people\nfigure a.time $1\nfigure a.share $2\n' | -" >bench/steps; }

expect() { # STATUS TEXT ARGUMENTS...
  local status=0 said
  said=$(bench/run --bin . "${@:3}" 2>&1) || status=$?
  [[ $status == "$1" && $said == *"$2"* ]] || {
    echo "bench/run ${*:3}: expected status $1 and '$2', found $status and:"
    echo "$said"
    exit 1
  }
}

figures 1,000
document 1,000
steps 1050 61
expect 0 'quote all 2 figures' --check
expect 0 '2 of 2 figures are as stated'
steps 1101 61
expect 1 OUTSIDE
steps 1000 57
expect 1 'NOT >=58'
steps 1000 nan
expect 1 'NOT >=58'
printf '%s\n' "a | printf 'figure a.time 1000\n' | -" >bench/steps
expect 1 'not measured'
printf '%s\n' "a | printf 'nothing\n' | -" >bench/steps
expect 1 'has measured nothing'
echo "a | false | -" >bench/steps
expect 1 'has failed'
expect 2 'expected some of a' b

steps 2345.6 66.66
expect 0 '2 of 2 figures are as stated' --write
grep -q 'It takes 2,346<!--a.time--> us (10<!--a.time spread--> %), 66.7<!--a.share--> %' docs/a.md
printf '<!-- t.md from here -->\n\nold\n\n<!-- to here -->\n' >>docs/a.md
echo new >build/bench/t.md
expect 0 '2 of 2 figures are as stated' --kept
grep -q old docs/a.md
expect 0 '2 of 2 figures are as stated' --kept --write
[[ $(sed -n '/from here/,/to here/p' docs/a.md) == $'<!-- t.md from here -->\n\nnew\n\n<!-- to here -->' ]]
expect 2 'found --quick' --quick --write
rm build/bench/a.json
expect 1 'has not run yet' --kept
document 999
expect 1 'docs/a.md has 999 for a.time, bench/figures.tsv 2,346' --check
echo 'It takes 2,346<!--a.time--> us, 1<!--a.other-->.' >docs/a.md
expect 1 'quotes a.other, which bench/figures.tsv does not have' --check
expect 1 'docs/a.md does not quote a.share' --check
