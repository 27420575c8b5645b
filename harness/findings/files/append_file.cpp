// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/append_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/findings/files/calls.h"
#include "harness/findings/files/opened.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

std::string cannot_be_written(const std::string& path) {
  return fmt::format("{}: cannot be written: {}", printable_path(path), std::strerror(errno));
}

}  // namespace

AppendFile::AppendFile(std::string path)
    : path_(std::move(path)), file_(open_our_own(path_, path_)) {}

void AppendFile::lock() {
  Descriptor other(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  if (other.get() < 0) throw InputError(cannot_be_written(path_));
  lock_ = FileLock(std::move(other), path_);
}

std::int64_t AppendFile::size() const { return ::lseek(file_.get(), 0, SEEK_END); }

std::int64_t AppendFile::whole_lines() const {
  std::int64_t end = size();
  std::string block(4096, '\0');
  while (end > 0) {
    const std::int64_t start =
        std::max<std::int64_t>(0, end - static_cast<std::int64_t>(block.size()));
    const ssize_t count =
        ::pread(file_.get(), block.data(), static_cast<std::size_t>(end - start), start);
    if (count <= 0) return end;
    for (ssize_t i = count; i > 0; --i) {
      if (block[static_cast<std::size_t>(i - 1)] == '\n') return start + i;
    }
    end = start;
  }
  return 0;
}

void AppendFile::cut_off(std::int64_t size) {
  if (file_calls().cut_off(file_.get(), size) != 0) throw InputError(cannot_be_written(path_));
}

void AppendFile::append(std::string_view text) {
  const std::int64_t before = size();
  if (write_all(file_.get(), text.data(), text.size())) return;
  const std::string error = cannot_be_written(path_);
  // Where not even that is possible, the next one who opens the file cuts off what is torn.
  const int cut = file_calls().cut_off(file_.get(), before);
  static_cast<void>(cut);
  throw HarnessError(error);
}

void AppendFile::sync() const {
  if (file_calls().sync(file_.get()) != 0) throw HarnessError(cannot_be_written(path_));
}

}  // namespace shapefuzz
