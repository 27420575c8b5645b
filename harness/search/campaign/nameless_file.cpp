// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/campaign/nameless_file.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "harness/language/text/errors.h"

namespace shapefuzz {

NamelessFile::NamelessFile() : fd_(::memfd_create("shapefuzz", MFD_CLOEXEC)) {
  if (fd_ < 0) throw HarnessError("no file in memory can be made");
}

NamelessFile::~NamelessFile() { ::close(fd_); }

std::string NamelessFile::path() const { return fmt::format("/proc/self/fd/{}", fd_); }

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the file
void NamelessFile::append(std::string_view text) {
  while (!text.empty()) {
    const ::ssize_t some = ::write(fd_, text.data(), text.size());
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) throw HarnessError("there is no memory for a file in memory");
    text.remove_prefix(static_cast<std::size_t>(some));
  }
}

}  // namespace shapefuzz
