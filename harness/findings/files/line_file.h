// SPDX-License-Identifier: BSD-3-Clause
// Files of lines that only grow: whole lines are appended, a line that a power cut has torn is cut
// off, and others may read along. No LibTorch in here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/findings/files/append_file.h"

namespace shapefuzz {

/// Appends lines to a file that belongs to one writer.
class LineWriter {
 public:
  /// Creates the file if need be. A last line without its end was never reported, and is cut off.
  /// Throws InputError if the file cannot be written.
  explicit LineWriter(std::string path);

  /// All of the line or nothing of it; throws HarnessError where the disk is full.
  void append(std::string_view line);
  /// Returns when the lines are on the disk.
  void sync() { file_.sync(); }

 private:
  AppendFile file_;
};

/// Reads the lines that have come to a file since the last time.
class LineReader {
 public:
  explicit LineReader(std::string path) : path_(std::move(path)) {}

  /// The new whole lines; none if there is no file. Throws InputError if it cannot be read or is
  /// larger than any that we write.
  std::vector<std::string> read_new();
  /// Returns when what the file has is on the disk. Throws HarnessError if it cannot be put there.
  void sync() const;
  /// Whether a torn line stands at the end.
  bool torn() const { return torn_; }
  const std::string& path() const { return path_; }
  /// The number of the first line that read_new() returned last.
  std::size_t first_line() const { return first_line_; }

 private:
  std::string path_;
  std::uint64_t offset_ = 0;
  std::size_t first_line_ = 1;
  std::size_t next_line_ = 1;
  bool torn_ = false;
};

}  // namespace shapefuzz
