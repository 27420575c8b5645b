#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What OSS-Fuzz and ClusterFuzzLite call to build the targets, with $CC, $CXX, $CFLAGS, $CXXFLAGS,
# $LIB_FUZZING_ENGINE and $OUT in the environment, and $WORK for what is only needed on the way. The
# image has the packages of `scripts/setup --list`, clang and zip.
#
# Of $CXXFLAGS `-stdlib=libc++` is left out: LibTorch is built with libstdc++, and a std::string of
# the one is none of the other, so that nothing could be linked. The fuzzing engine brings a C++
# library of its own and does not mind. It also means that MemorySanitizer cannot be used: it wants
# everything built with it, LibTorch and its libraries too.
set -euo pipefail
source=$(realpath "$(dirname "$0")/../..")
: "${CC:?}" "${CXX:?}" "${OUT:?}" "${LIB_FUZZING_ENGINE:?}"
export CXXFLAGS=${CXXFLAGS//-stdlib=libc++/}
case " ${CXXFLAGS} ${SANITIZER-} " in
  *memory*)
    echo "build: MemorySanitizer wants a LibTorch that is built with it; use address or undefined" >&2
    exit 1
    ;;
esac
build=${WORK:-$source/build}/shapefuzz-oss-fuzz
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
  -DSHAPEFUZZ_WERROR=OFF -DSHAPEFUZZ_PORTABLE_TARGETS=ON
cmake --build "$build" --target shapefuzz_fuzz
for target in shape contract case records dispatch; do
  "$source/fuzz/oss-fuzz/layout.sh" "$build/bin/shapefuzz_fuzz_$target" "$OUT" \
    "$source/corpus/seeds/fuzz/$target.lines" "$source/fuzz/oss-fuzz/cases.dict"
done
