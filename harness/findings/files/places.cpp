// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/places.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <tuple>

#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

// A file by its device and inode; one that does not exist yet by those of its directory, and its
// name.
using Identity = std::tuple<dev_t, ino_t, std::string>;

std::optional<Identity> identity_of(fs::path path) {
  struct stat file = {};
  if (::stat(path.c_str(), &file) == 0) {
    if (!S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode)) return std::nullopt;
    return Identity{file.st_dev, file.st_ino, ""};
  }
  std::error_code error;
  constexpr int kMostLinks = 40;  // as the kernel follows
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, error); ++i) {
    path = path.parent_path() / fs::read_symlink(path, error);  // an absolute one stands for itself
  }
  const fs::path real = fs::weakly_canonical(path, error);
  if (error) return std::nullopt;
  const fs::path directory = real.has_parent_path() ? real.parent_path() : fs::path(".");
  if (::stat(directory.c_str(), &file) != 0) return std::nullopt;
  return Identity{file.st_dev, file.st_ino, real.filename().string()};
}

bool is_same(const std::string& a, const std::string& b) {
  const auto x = identity_of(a);
  return x && x == identity_of(b);
}

bool lies_in(const std::string& path, const std::string& directory, const std::string& ending) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(path, error);
  if (error || real.extension() != ending) return false;
  return is_same(real.parent_path().string(), directory);
}

}  // namespace

void Places::reads(const std::string& option, const std::string& path) {
  if (!path.empty()) read_.push_back({option, path, ""});
}

void Places::reads_all_in(const std::string& option, const std::string& directory,
                          const std::string& ending) {
  if (!directory.empty()) read_.push_back({option, directory, ending});
}

void Places::writes(const std::string& option, const std::string& path) {
  if (!path.empty()) written_.push_back({option, path, ""});
}

void Places::check() const {
  for (std::size_t i = 0; i < written_.size(); ++i) {
    const Place& output = written_[i];
    for (const Place& input : read_) {
      const bool clashes = input.ending.empty() ? is_same(output.path, input.path)
                                                : lies_in(output.path, input.path, input.ending);
      if (!clashes) continue;
      throw InputError(fmt::format("{}: found '{}', which {} reads, expected another file",
                                   output.option, printable_path(output.path), input.option));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (!is_same(output.path, written_[j].path)) continue;
      throw InputError(fmt::format("{}: found '{}', the file of {}, expected another file",
                                   output.option, printable_path(output.path), written_[j].option));
    }
  }
}

}  // namespace shapefuzz
