#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Puts a libFuzzer target where OSS-Fuzz and ClusterFuzzLite look for it:
#   layout.sh TARGET OUT SEEDS DICT
# OUT has the target, its TARGET_seed_corpus.zip (a file for each line of SEEDS), TARGET.dict and
# TARGET.options, and in OUT/lib each library that the machine which runs it may not have: LibTorch
# with all that it needs, down to the C++ library. The target looks for them beside itself ($ORIGIN).
set -euo pipefail
target=$1 out=$2 seeds=$3 dict=$4
name=${target##*/}

mkdir -p "$out/lib"
cp "$target" "$out/$name"
# The C library and the loader are the machine's own: two of them do not go together.
ldd "$target" | awk '$2 == "=>" { print $1, $3 }' |
  while read -r library path; do
    case $library in
      libc.so.*|libm.so.*|libpthread.so.*|libdl.so.*|librt.so.*|libresolv.so.*|libutil.so.*|libanl.so.*) continue ;;
    esac
    [[ $path == /* ]] || {
      echo "layout: found no $library, which $name needs" >&2
      exit 1
    }
    [[ $out/lib/$library -nt $path ]] || cp -L "$path" "$out/lib/$library"
  done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
grep -v '^ *\(#.*\)\?$' "$seeds" |
  awk -v dir="$scratch" '{ name = dir "/seed-" NR; printf "%s", $0 > name; close(name) }'
rm -f "$out/${name}_seed_corpus.zip"
(cd "$scratch" && zip -q -X "$scratch.zip" seed-*)
mv "$scratch.zip" "$out/${name}_seed_corpus.zip"
cp "$dict" "$out/$name.dict"
cat >"$out/$name.options" <<EOF
[libfuzzer]
max_len = 4096
timeout = 60
rss_limit_mb = 2560
EOF
