// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/lock.h"

#include <fmt/core.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "harness/findings/files/opened.h"
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

}  // namespace shapefuzz
