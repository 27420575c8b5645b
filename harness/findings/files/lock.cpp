// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/lock.h"

#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "harness/findings/files/opened.h"
#include "harness/findings/files/temporary_file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {

FileLock::FileLock(const std::string& path, const std::string& place)
    : FileLock(open_our_own(path, place), place) {}

FileLock::FileLock(Descriptor file, const std::string& place) : file_(std::move(file)) {
  constexpr int kTries = 30;
  for (int tries = 0; ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0; ++tries) {
    // A file system of several machines may have none; what is at stake there has another check.
    if (errno == ENOLCK || errno == ENOTSUP || errno == ENOSYS) return;
    if (tries == kTries) {
      throw InputError(
          fmt::format("{}: another shapefuzz is at work there", printable_path(place)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

namespace {

// Whether the file that is open still stands under its path: who held it has removed it.
bool stands(int fd, const std::string& path) {
  struct stat open = {};
  struct stat there = {};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &there) == 0 &&
         open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

}  // namespace

std::string WriterLock::path_for(const std::string& file) { return follow_links(file) + ".lock"; }

WriterLock::WriterLock(const std::string& file) : path_(path_for(file)) {
  do lock_ = FileLock(path_, file);
  while (!stands(lock_.fd(), path_));
  if (::lseek(lock_.fd(), 0, SEEK_END) > 0) {
    throw InputError(
        fmt::format("{}: is there and is no lock of shapefuzz, so it is left alone; expected "
                    "another file than {}",
                    printable_path(path_), printable_path(file)));
  }
  remove_on_signal(path_.c_str());
}

// Removed while it is locked: whoever waits for it looks whether it still stands.
WriterLock::~WriterLock() {
  keep_on_signal(path_.c_str());
  ::unlink(path_.c_str());
}

}  // namespace shapefuzz
