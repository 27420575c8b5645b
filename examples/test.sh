#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs a build into a prefix of its own, and builds and runs each example against that, as a
# stranger's project would: examples/test.sh BUILD
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")"
examples=$PWD
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"

source_directory=$(realpath ..)
if grep -rlF -e "$source_directory/" -e "$build" "$work/prefix" >"$work/leaks"; then
  echo "what is installed names the checkout: $(tr '\n' ' ' <"$work/leaks")"
  exit 1
fi

fail() {
  echo "FAILED $1"
  [[ ! -s $work/out ]] || tail -20 "$work/out"
  exit 1
}

# EXAMPLE RIGHT [WRONG TEXT]: the right form passes, and the wrong one is found with these words.
try() {
  local name=$1 right=$2 wrong=${3-} text=${4-}
  cp -r "$examples/$name" "$work/$name"
  cd "$work/$name"
  cmake -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/out" 2>&1 ||
    fail "$name does not configure"
  cmake --build build >"$work/out" 2>&1 || fail "$name does not build"
  "build/$name" sweep "$right" >"$work/out" 2>&1 || fail "$name: $right has findings"
  grep -q '^unexplained: 0$' "$work/out" || fail "$name: $right has findings"
  ctest --test-dir build -R "$name.*$right\." --output-on-failure >"$work/out" 2>&1 ||
    fail "$name: the suite of $right"
  grep -q '100% tests passed' "$work/out" || fail "$name: no test of $right was run"
  if [[ $wrong ]]; then
    if "build/$name" sweep "$wrong" >"$work/out" 2>&1; then fail "$name: nothing is found in $wrong"; fi
    grep -qF "$text" "$work/out" || fail "$name: '$text' is not said of $wrong"
    if ctest --test-dir build -R "$name.*$wrong\." >"$work/out" 2>&1; then
      fail "$name: the suite of $wrong passes"
    fi
    # What goes wrong with valid calls nobody lives with.
    [[ $name != q_learning ]] || return 0
    # What somebody lives with leaves CI green, and what is new turns it red again.
    "build/$name" sweep "$wrong" --write-baseline known.txt >"$work/out" 2>&1 || true
    "build/$name" sweep "$wrong" --baseline known.txt >"$work/out" 2>&1 || fail "$name: known.txt"
    SHAPEFUZZ_BASELINE=known.txt "build/${name}_properties" --gtest_filter="$wrong.*" \
      >"$work/out" 2>&1 || fail "$name: the suite of $wrong with what the sweep has found"
    grep -v '^[a-z]' known.txt >nothing.txt || true
    if "build/$name" sweep "$wrong" --baseline nothing.txt >"$work/out" 2>&1; then
      fail "$name: nothing is new beside an empty baseline"
    fi
  fi
}

# Without CMake.
pc=$(dirname "$(find "$work/prefix" -name shapefuzz.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs shapefuzz)
# shellcheck disable=SC2086  # flags are several words
g++ -O2 "$examples/dice/losses.cpp" $flags -o "$work/by_pkg_config" >"$work/out" 2>&1 ||
  fail "dice by pkg-config"
"$work/by_pkg_config" sweep dice >"$work/out" 2>&1 || fail "dice by pkg-config: findings"
echo "pkg-config: passed"
# The guard alone: nothing of the harness is linked.
cp -r "$examples/silent_regression" "$work/silent_regression"
cd "$work/silent_regression"
cmake -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/out" 2>&1 ||
  fail "silent_regression does not configure"
cmake --build build >"$work/out" 2>&1 || fail "silent_regression does not build"
build/silent_regression >"$work/out" 2>&1 || fail "silent_regression"
grep -q '^guarded: mse_loss: target is \[64\] where \[64, 1\] is demanded' "$work/out" || fail "silent_regression: nothing is thrown"
awk '/^as it/ && $NF < 0.2 { found = 1 } END { exit !found }' "$work/out" || fail "silent_regression: what is wrong"
awk '/^repaired/ && $NF > 0.99 { found = 1 } END { exit !found }' "$work/out" || fail "silent_regression: what is right"
echo "silent_regression: passed"
try custom_loss log_cosh
echo "custom_loss: passed"
try focal focal focal_broadcasting 'forgot_unsqueeze'
echo "focal: passed"
try dice dice dice_broadcasting 'lets through'
echo "dice: passed"
try ntxent ntxent ntxent_broadcasting 'longer_batch'
echo "ntxent: passed"
try quantile quantile quantile_broadcasting 'lets through'
echo "quantile: passed"
try q_learning q_learning q_learning_broadcasting 'pairs every sample of q and action'
echo "q_learning: passed"
