// SPDX-License-Identifier: BSD-3-Clause
// Files that people write and scripts read: nothing half-written, every error with file and line.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/findings/files/opened.h"
#include "harness/findings/files/temporary_file.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {

struct Line {
  std::size_t number = 1;
  std::string text;
  bool ended = true;  ///< false of a last line without its end, which a power cut may have torn
};

/// Whether a line is empty or a comment, `#` first.
inline bool holds_nothing(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

/// The lines of a file that are neither empty nor a comment (`#` first). Throws InputError, also
/// for a file that is larger than any of cases, or is no such input.
std::vector<Line> read_lines(const std::string& path, Input input = Input::kFile);
/// Hands them over one after the other, of a file of any size: a sweep of all cases is 2 GB.
void for_each_line(const std::string& path, Input input,
                   const std::function<void(const Line&)>& use);

/// `path:line: ` and the explained error.
InputError error_in_file(const std::string& path, const Line& line, const ParseError& error);

/// A file that appears whole or not at all: written beside its place, then renamed; a signal that
/// ends the process (but for SIGKILL) leaves nothing. What is no regular file (a pipe, /dev/null)
/// is written directly.
class OutputFile {
 public:
  /// Opens it at once, so that a place that cannot be written fails before the work is done.
  explicit OutputFile(std::string path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes what was not committed.
  ~OutputFile();

  void write(std::string_view text);
  /// Makes the file appear; throws InputError if not all of it could be written.
  void commit();

 private:
  void flush();
  [[noreturn]] void fail(const char* what) const;

  std::string path_;
  std::unique_ptr<TemporaryFile> temporary_;  // null: what is no regular file is written directly
  int special_ = -1;
  std::string buffer_;
};

/// Puts a text in the place of a file, whole or not at all, whatever happens meanwhile; it is on
/// the disk before. Throws HarnessError where the disk is full.
void replace_file(const std::string& path, std::string_view text);

}  // namespace shapefuzz
