// SPDX-License-Identifier: BSD-3-Clause
// One shapefuzz at a time.
#pragma once

#include <string>

namespace shapefuzz {

/// Holds a file that says "somebody is at work here", until it is destroyed or the process ends.
class FileLock {
 public:
  FileLock() = default;
  /// Waits up to three seconds, since the workers of a parent that was just killed are still on
  /// their way out. Throws InputError where another process keeps the lock, or the file cannot be
  /// written; `place` is what the message calls it.
  FileLock(const std::string& path, const std::string& place);
  /// The same of a file that is open already, which it closes.
  FileLock(int fd, const std::string& place);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  int fd_ = -1;
};

}  // namespace shapefuzz
