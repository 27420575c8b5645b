// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "harness/findings/files/descriptor.h"

namespace shapefuzz {
namespace {

// Millions of cases; what is longer is a device that never ends.
constexpr std::size_t kMostBytes = std::size_t{1} << 28;

// Whether standard output goes into this very file, as in `--out /dev/stdout >file`.
bool is_standard_output(const std::string& path) {
  struct stat file = {};
  struct stat output = {};
  return ::stat(path.c_str(), &file) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         file.st_dev == output.st_dev && file.st_ino == output.st_ino;
}

// What comes next, of a file or a pipe; 0 at its end.
std::size_t read_some(int fd, const std::string& path, std::string& block) {
  ssize_t count = 0;
  do count = ::read(fd, block.data(), block.size());
  while (count < 0 && errno == EINTR);
  if (count >= 0) return static_cast<std::size_t>(count);
  throw InputError(fmt::format("{}: {}", printable_path(path), std::strerror(errno)));
}

// Stops with an error behind `most` bytes of the file, and of a line.
void read(const std::string& path, Input input, std::uint64_t most,
          const std::function<void(const Line&)>& use) {
  const Descriptor file = open_to_read(path, input);
  Line line;
  const auto end_line = [&](bool ended) {
    line.ended = ended;
    if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
    if (!holds_nothing(line.text)) use(line);
    ++line.number;
    line.text.clear();
  };
  std::uint64_t bytes = 0;
  std::string block(1 << 16, '\0');
  while (const std::size_t count = read_some(file.get(), path, block)) {
    for (std::size_t i = 0; i < count; ++i) {
      if (++bytes > most || line.text.size() == kMostBytes) {
        throw InputError(fmt::format("{}: more than {} bytes", printable_path(path), kMostBytes));
      }
      if (block[i] == '\n') {
        end_line(true);
      } else {
        line.text += block[i];
      }
    }
  }
  end_line(false);
}

}  // namespace

std::vector<Line> read_lines(const std::string& path, Input input) {
  std::vector<Line> lines;
  read(path, input, kMostBytes, [&](const Line& line) { lines.push_back(line); });
  return lines;
}

void for_each_line(const std::string& path, Input input,
                   const std::function<void(const Line&)>& use) {
  read(path, input, std::numeric_limits<std::uint64_t>::max(), use);
}

InputError error_in_file(const std::string& path, const Line& line, const ParseError& error) {
  return InputError(
      fmt::format("{}:{}: {}", printable_path(path), line.number, explain(error, line.text)));
}

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  std::error_code status;
  const auto type = std::filesystem::status(path_, status).type();
  const bool regular = type == std::filesystem::file_type::regular;
  if (type == std::filesystem::file_type::directory) {
    throw InputError(fmt::format("{}: is a directory, expected a file", printable_path(path_)));
  }
  if (regular && is_standard_output(path_)) {
    throw InputError(fmt::format("{}: standard output goes there, expected another file",
                                 printable_path(path_)));
  }
  if (!regular && type != std::filesystem::file_type::not_found) {
    special_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (special_ < 0) fail("cannot be written");
    return;
  }
  // A symbolic link stays; what it leads to is replaced, or made.
  temporary_ = std::make_unique<TemporaryFile>(follow_links(path_));
  if (temporary_->fd() < 0) fail("cannot be written");
}

OutputFile::~OutputFile() {
  if (special_ >= 0) ::close(special_);
}

void OutputFile::write(std::string_view text) {
  constexpr std::size_t kBuffer = 1 << 16;
  buffer_.append(text);
  if (buffer_.size() >= kBuffer) flush();
}

void OutputFile::commit() {
  flush();
  if (temporary_ && !temporary_->put_in_place(false)) fail("cannot be put in its place");
}

void OutputFile::flush() {
  const int fd = temporary_ ? temporary_->fd() : special_;
  if (!write_all(fd, buffer_.data(), buffer_.size())) fail("cannot be written");
  buffer_.clear();
}

void OutputFile::fail(const char* what) const {
  throw InputError(fmt::format("{}: {}: {}", printable_path(path_), what, std::strerror(errno)));
}

void replace_file(const std::string& path, std::string_view text) {
  TemporaryFile file(path);
  const bool replaced =
      file.fd() >= 0 && write_all(file.fd(), text.data(), text.size()) && file.put_in_place(true);
  if (replaced) return;
  throw HarnessError(
      fmt::format("{}: cannot be written: {}", printable_path(path), std::strerror(errno)));
}

}  // namespace shapefuzz
