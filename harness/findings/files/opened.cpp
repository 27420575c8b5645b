// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/opened.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

InputError error_of(const std::string& path, int error) {
  return InputError(fmt::format("{}: {}", printable_path(path), std::strerror(error)));
}

const char* kind_of(mode_t mode) {
  return S_ISDIR(mode)    ? "a directory"
         : S_ISFIFO(mode) ? "a pipe"
         : S_ISSOCK(mode) ? "a socket"
         : S_ISLNK(mode)  ? "a symbolic link"
                          : "a device";
}

InputError no_file(const std::string& path, mode_t mode) {
  return InputError(fmt::format("{}: is {}, expected a file", printable_path(path), kind_of(mode)));
}

// Whoever owns the directory may replace what is in it anyway. Some file systems of other machines
// give all that they have to one user.
bool is_of_owner(const std::string& path, uid_t owner) {
  if (owner == ::geteuid()) return true;
  const std::string directory = fs::path(path).parent_path().string();
  struct stat status = {};
  return ::stat(directory.empty() ? "." : directory.c_str(), &status) == 0 &&
         status.st_uid == owner;
}

// It is created where nothing stands, and not where a name is planted meanwhile. Below 0: errno.
int open_or_create(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  constexpr int kTries = 100;  // another process may remove it again each time
  int fd = -1;
  for (int i = 0; i < kTries; ++i) {
    fd = ::open(path.c_str(), kFlags);
    if (fd >= 0 || errno != ENOENT) return fd;
    fd = ::open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return fd;
}

}  // namespace

std::optional<Descriptor> open_if_there(const std::string& path, Input input) {
  // A pipe that nobody writes would keep the open waiting.
  const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (input == Input::kFile ? O_NONBLOCK : 0);
  Descriptor file(::open(path.c_str(), flags));
  if (file.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    throw error_of(path, errno);
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw error_of(path, errno);
  const bool is_readable =
      S_ISREG(status.st_mode) || (input == Input::kAnything && !S_ISDIR(status.st_mode));
  if (!is_readable) throw no_file(path, status.st_mode);
  return file;
}

Descriptor open_to_read(const std::string& path, Input input) {
  auto file = open_if_there(path, input);
  if (!file) throw error_of(path, ENOENT);
  return std::move(*file);
}

Descriptor open_our_own(const std::string& path, const std::string& place) {
  const auto refuse = [&](const std::string& found) {
    const std::string where = path == place ? "" : printable_path(path) + " ";
    return InputError(fmt::format(
        "{}: {}is {}, so it is left alone; expected a file of our own, or none: remove it",
        printable_path(place), where, found));
  };
  Descriptor file(open_or_create(path));
  struct stat status = {};
  if (file.get() < 0) {
    const int error = errno;
    // A link is told from what it leads to; a directory, a socket and what else cannot be opened.
    if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      throw refuse(kind_of(status.st_mode));
    }
    throw InputError(
        fmt::format("{}: cannot be written: {}", printable_path(place), std::strerror(error)));
  }
  if (::fstat(file.get(), &status) != 0) throw error_of(place, errno);
  if (!S_ISREG(status.st_mode)) throw refuse(kind_of(status.st_mode));
  if (status.st_nlink > 1) throw refuse("a file with another name too (a hard link)");
  if (!is_of_owner(path, status.st_uid)) throw refuse("a file of another user");
  return file;
}

std::string follow_links(const std::string& path) {
  fs::path end = path;
  std::error_code error;
  constexpr int kMostLinks = 40;  // as the kernel follows
  for (int i = 0; i < kMostLinks && fs::is_symlink(end, error); ++i) {
    const fs::path next = fs::read_symlink(end, error);
    if (error) break;
    end = end.parent_path() / next;  // an absolute one stands for itself
  }
  return end.string();
}

std::optional<std::vector<std::string>> entries_if_there(const std::string& directory) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  if (error == std::errc::no_such_file_or_directory) return std::nullopt;
  std::vector<std::string> paths;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path().string());
  }
  if (error) throw error_of(directory, error.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> entries_in(const std::string& directory) {
  auto paths = entries_if_there(directory);
  if (!paths) throw error_of(directory, ENOENT);
  return std::move(*paths);
}

std::vector<std::string> entries_below(const std::string& directory) {
  std::vector<std::string> paths;
  for (std::string& path : entries_in(directory)) {
    std::error_code error;
    // A link may lead back to where it stands.
    const bool goes_down = fs::symlink_status(path, error).type() == fs::file_type::directory;
    if (goes_down) {
      for (std::string& below : entries_below(path)) paths.push_back(std::move(below));
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace shapefuzz
