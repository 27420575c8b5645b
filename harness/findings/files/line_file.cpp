// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/line_file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "harness/findings/files/opened.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

// A campaign keeps some ten thousand lines of a hundred bytes.
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

HarnessError write_error(const std::string& path) {
  return HarnessError(
      fmt::format("{}: cannot be written: {}", printable_path(path), std::strerror(errno)));
}

}  // namespace

LineWriter::LineWriter(std::string path) : file_(std::move(path)) {
  const std::int64_t whole = file_.whole_lines();
  if (whole < file_.size()) file_.cut_off(whole);
}

void LineWriter::append(std::string_view line) {
  std::string text(line);
  text += '\n';
  file_.append(text);
}

std::vector<std::string> LineReader::read_new() {
  first_line_ = next_line_;
  const auto opened = open_if_there(path_);
  if (!opened) return {};
  struct stat file = {};
  const bool known = ::fstat(opened->get(), &file) == 0;
  if (known && static_cast<std::uint64_t>(file.st_size) > kMostBytes) {
    throw InputError(fmt::format("{}: {} bytes, expected at most {}", printable_path(path_),
                                 file.st_size, kMostBytes));
  }
  std::string text;
  std::string block(1 << 16, '\0');
  for (ssize_t count = 1; count > 0;) {
    count = ::pread(opened->get(), block.data(), block.size(),
                    static_cast<off_t>(offset_ + text.size()));
    if (count < 0 && errno == EINTR) {
      count = 1;
    } else if (count < 0) {
      throw InputError(
          fmt::format("{}: cannot be read: {}", printable_path(path_), std::strerror(errno)));
    }
    if (count > 0) text.append(block, 0, static_cast<std::size_t>(count));
  }
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  torn_ = start < text.size();
  offset_ += start;
  next_line_ += lines.size();
  return lines;
}

void LineReader::sync() const {
  if (::fdatasync(open_to_read(path_).get()) != 0) throw write_error(path_);
}

}  // namespace shapefuzz
