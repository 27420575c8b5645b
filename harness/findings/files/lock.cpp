// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {

FileLock::FileLock(const std::string& path, const std::string& place)
    : FileLock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666), place) {}

FileLock::FileLock(int fd, const std::string& place) : fd_(fd) {
  if (fd_ < 0) {
    throw InputError(
        fmt::format("{}: cannot be written: {}", printable_path(place), std::strerror(errno)));
  }
  constexpr int kTries = 30;
  for (int tries = 0; ::flock(fd_, LOCK_EX | LOCK_NB) != 0; ++tries) {
    // A file system of several machines may have none; what is at stake there has another check.
    if (errno == ENOLCK || errno == ENOTSUP || errno == ENOSYS) return;
    if (tries == kTries) {
      ::close(fd_);
      throw InputError(
          fmt::format("{}: another shapefuzz is at work there", printable_path(place)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace shapefuzz
