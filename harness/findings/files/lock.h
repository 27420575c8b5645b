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
  /// written or is not our own (see open_our_own); `place` is what the message calls it.
  FileLock(const std::string& path, const std::string& place);
  /// The same of a file that is open already.
  FileLock(Descriptor file, const std::string& place);

  int fd() const { return file_.get(); }

 private:
  Descriptor file_;
};

/// Excludes other writers of a file that is replaced as a whole, and so cannot be locked itself:
/// what is locked is FILE.lock, which goes with this object, and with a signal that ends the
/// process (but for SIGKILL).
class WriterLock {
 public:
  /// Throws InputError where another process keeps the lock, the directory cannot be written, or
  /// FILE.lock is something else.
  explicit WriterLock(const std::string& file);
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

  /// The path of FILE.lock, the same of a symbolic link and of the file that it leads to.
  static std::string path_for(const std::string& file);

 private:
  std::string path_;
  FileLock lock_;
};

}  // namespace shapefuzz
