// SPDX-License-Identifier: BSD-3-Clause
// A plain main for a fuzz target: runs it on files, and on every file below a directory, and says
// how many there were. In a file `*.lines` every line is an input of its own.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/property.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(place)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// The number of inputs in the file.
std::size_t replay(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  if (path.extension() != ".lines") {
    run({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
    return 1;
  }
  std::size_t inputs = 0;
  for (std::string line; std::getline(file, line); ++inputs) run(line);
  return inputs;
}

int replay_all(int argc, char** argv) {
  std::size_t files = 0;
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& path : files_in(argv[i])) {
      inputs += replay(path);
      ++files;
    }
  }
  fmt::print("{} inputs in {} files\n", inputs, files);
  if (inputs > 0) return 0;
  fmt::print(stderr, "{}: nothing to replay, expected files or directories\n", argv[0]);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return replay_all(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", argv[0], error.what());
    return 2;
  }
}
