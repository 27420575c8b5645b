#include "harness/campaign/line_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "harness/sweep/pool.h"
#include "harness/text/file.h"

namespace shapefuzz {
namespace {

// A campaign keeps some ten thousand lines of a hundred bytes.
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

InputError input_error(const std::string& path, const char* what) {
  return InputError(fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
}

HarnessError write_error(const std::string& path) {
  return HarnessError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Where the last whole line ends.
off_t whole_lines(int fd, off_t size) {
  std::string block(4096, '\0');
  while (size > 0) {
    const off_t start = std::max<off_t>(0, size - static_cast<off_t>(block.size()));
    const ssize_t count = ::pread(fd, block.data(), static_cast<std::size_t>(size - start), start);
    if (count <= 0) return size;
    for (ssize_t i = count; i > 0; --i) {
      if (block[static_cast<std::size_t>(i - 1)] == '\n') return start + i;
    }
    size = start;
  }
  return 0;
}

}  // namespace

LineWriter::LineWriter(std::string path) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd_ < 0) throw input_error(path_, "cannot be written");
  const off_t size = ::lseek(fd_, 0, SEEK_END);
  const off_t whole = whole_lines(fd_, size);
  if (whole < size && ::ftruncate(fd_, whole) != 0) throw input_error(path_, "cannot be written");
}

LineWriter::~LineWriter() { ::close(fd_); }

void LineWriter::append(std::string_view line) {
  const off_t before = ::lseek(fd_, 0, SEEK_END);
  std::string text(line);
  text += '\n';
  if (write_all(fd_, text)) return;
  const int error = errno;
  static_cast<void>(::ftruncate(fd_, before) == 0);  // else the next writer cuts it off
  errno = error;
  throw write_error(path_);
}

void LineWriter::sync() {
  if (::fdatasync(fd_) != 0) throw write_error(path_);
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
    throw InputError(
        fmt::format("{}: {} bytes, expected at most {}", path_, file.st_size, kMostBytes));
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

void replace_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) throw write_error(path);
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (written && ::rename(temporary.c_str(), path.c_str()) == 0) return;
  const int reason = written ? errno : error;
  ::unlink(temporary.c_str());
  errno = reason;
  throw write_error(path);
}

}  // namespace shapefuzz
