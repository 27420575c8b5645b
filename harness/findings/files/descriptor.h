// SPDX-License-Identifier: BSD-3-Clause
// A file descriptor, and whole reads and writes of one, whatever signal comes between.
#pragma once

#include <cstddef>

namespace shapefuzz {

/// Closed with this object; below 0 it is none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return fd_; }
  /// From here on it is the caller's to close.
  int release();

 private:
  int fd_;
};

/// False at the end of the file or of the pipe, and where the system refuses (errno).
bool read_all(int fd, void* data, std::size_t size);
bool write_all(int fd, const void* data, std::size_t size);

}  // namespace shapefuzz
