// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/corpus/place.h"

#include <cstdlib>
#include <filesystem>

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

// Beside the program, wherever both have been put: `bin/shapefuzz` and `share/shapefuzz/corpus`, or
// the program somewhere below a checkout.
fs::path corpus_of_program() {
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  const fs::path installed = program.parent_path().parent_path() / "share/shapefuzz/corpus";
  if (fs::exists(installed, none)) return installed;
  constexpr int kMostLevels = 6;
  fs::path directory = program.parent_path();
  for (int level = 0; level < kMostLevels && directory.has_relative_path(); ++level) {
    if (fs::exists(directory / "corpus/baseline", none)) return directory / "corpus";
    directory = directory.parent_path();
  }
  return installed;
}

}  // namespace

std::string corpus_directory() {
  const char* const chosen = std::getenv("SHAPEFUZZ_CORPUS");
  return chosen != nullptr && *chosen != '\0' ? chosen : corpus_of_program().string();
}

}  // namespace shapefuzz
