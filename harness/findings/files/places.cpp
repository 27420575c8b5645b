// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/places.h"

#include <fmt/core.h>
#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <tuple>

#include "harness/findings/files/opened.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

// A file by its device and inode; one that does not exist yet by those of its directory, and its
// name.
using Identity = std::tuple<dev_t, ino_t, std::string>;

std::optional<Identity> identity_of(const std::string& path) {
  struct stat file = {};
  if (::stat(path.c_str(), &file) == 0) {
    if (!S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode)) return std::nullopt;
    return Identity{file.st_dev, file.st_ino, ""};
  }
  std::error_code error;
  const fs::path real = fs::weakly_canonical(follow_links(path), error);
  if (error) return std::nullopt;
  const fs::path directory = real.has_parent_path() ? real.parent_path() : fs::path(".");
  if (::stat(directory.c_str(), &file) != 0) return std::nullopt;
  return Identity{file.st_dev, file.st_ino, real.filename().string()};
}

bool is_same(const std::string& a, const std::string& b) {
  const auto x = identity_of(a);
  return x && x == identity_of(b);
}

// Whether it is a file of that ending in the directory, will be one, or is what a link there leads
// to.
bool lies_in(const std::string& path, const std::string& directory, const std::string& ending) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) return false;
  const fs::path real = fs::weakly_canonical(follow_links(path), error);
  const bool stands_there =
      !error && real.extension() == ending && is_same(real.parent_path().string(), directory);
  if (stands_there) return true;
  const std::vector<std::string> entries = entries_in(directory);
  return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) {
    return fs::path(entry).extension() == ending && is_same(entry, path);
  });
}

// What this process is made of: the program, and each library that it has loaded, by itself or
// because of an option.
std::vector<std::string> loaded_files() {
  std::vector<std::string> files = {"/proc/self/exe"};
  ::dl_iterate_phdr(
      [](dl_phdr_info* library, std::size_t /*size*/, void* paths) {
        const std::string path = library->dlpi_name;
        const bool is_file = path.find('/') != std::string::npos;  // the kernel's own is none
        if (is_file) static_cast<std::vector<std::string>*>(paths)->push_back(path);
        return 0;
      },
      &files);
  return files;
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
  const std::vector<std::string> loaded = loaded_files();
  for (std::size_t i = 0; i < written_.size(); ++i) {
    const Place& output = written_[i];
    const auto is_output = [&](const std::string& path) { return is_same(output.path, path); };
    if (std::any_of(loaded.begin(), loaded.end(), is_output)) {
      throw InputError(
          fmt::format("{}: found '{}', which is loaded and runs, expected another file",
                      output.option, printable_path(output.path)));
    }
    if (!source_file().empty() && is_output(source_file())) {
      throw InputError(fmt::format("{}: found '{}', which has the losses, expected another file",
                                   output.option, printable_path(output.path)));
    }
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
