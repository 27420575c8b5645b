// SPDX-License-Identifier: BSD-3-Clause
// One shapefuzz at a time.
#pragma once

#include <string>

#include "harness/findings/files/descriptor.h"

namespace shapefuzz {

/// Holds a file that says "somebody is at work here", until it is destroyed or the process ends.
class FileLock {
 public:
  FileLock() = default;
  /// Waits up to three seconds, since the workers of a parent that was just killed are still on
  /// their way out. Throws InputError where another process keeps the lock, or the file cannot be
  /// written or
  /// is not our own (see open_our_own); `place` is what the message calls it.
  FileLock(const std::string& path, const std::string& place);
  /// The same of a file that is open already.
  FileLock(Descriptor file, const std::string& place);

 private:
  Descriptor file_;
};

}  // namespace shapefuzz
