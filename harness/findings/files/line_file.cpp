// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/line_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "harness/findings/files/descriptor.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

// A campaign keeps some ten thousand lines of a hundred bytes.
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

InputError input_error(const std::string& path, const char* what) {
  return InputError(fmt::format("{}: {}: {}", printable_path(path), what, std::strerror(errno)));
}

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
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return {};
    throw input_error(path_, "cannot be read");
  }
  struct stat file = {};
  const bool known = ::fstat(fd, &file) == 0;
  if (known && static_cast<std::uint64_t>(file.st_size) > kMostBytes) {
    ::close(fd);
    throw InputError(fmt::format("{}: {} bytes, expected at most {}", printable_path(path_),
                                 file.st_size, kMostBytes));
  }
  std::string text;
  std::string block(1 << 16, '\0');
  for (ssize_t count = 1; count > 0;) {
    count = ::pread(fd, block.data(), block.size(), static_cast<off_t>(offset_ + text.size()));
    if (count < 0 && errno != EINTR) {
      const int error = errno;
      ::close(fd);
      errno = error;
      throw input_error(path_, "cannot be read");
    }
    if (count > 0) text.append(block, 0, static_cast<std::size_t>(count));
  }
  ::close(fd);
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
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fdatasync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  errno = error;
  if (!synced) throw write_error(path_);
}

}  // namespace shapefuzz
