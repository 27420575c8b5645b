// SPDX-License-Identifier: BSD-3-Clause
// Whole reads and writes of a file descriptor, whatever signal comes between.
#pragma once

#include <cstddef>

namespace shapefuzz {

/// False at the end of the file or of the pipe, and where the system refuses (errno).
bool read_all(int fd, void* data, std::size_t size);
bool write_all(int fd, const void* data, std::size_t size);

}  // namespace shapefuzz
