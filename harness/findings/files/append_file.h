// SPDX-License-Identifier: BSD-3-Clause
// A file that only grows, and of which every part is there whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/findings/files/descriptor.h"
#include "harness/findings/files/lock.h"

namespace shapefuzz {

class AppendFile {
 public:
  /// Creates the file if need be. Throws InputError if it cannot be written, or is not our own (see
  /// open_our_own).
  explicit AppendFile(std::string path);
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  const std::string& path() const { return path_; }
  /// One writer at a time: throws InputError where another process has it (see FileLock).
  void lock();
  std::int64_t size() const;
  /// Where the last whole line ends.
  std::int64_t whole_lines() const;
  /// Forgets everything from `size` on. Throws InputError if the file cannot be written.
  void cut_off(std::int64_t size);
  /// All of the text or nothing of it; throws HarnessError where the disk is full.
  void append(std::string_view text);
  /// Returns when the file is on the disk; throws HarnessError if it cannot be put there.
  void sync() const;

 private:
  std::string path_;
  Descriptor file_;
  FileLock lock_;
};

}  // namespace shapefuzz
