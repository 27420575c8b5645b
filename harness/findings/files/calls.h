// SPDX-License-Identifier: BSD-3-Clause
// The system calls by which files are written, so that a test can make them fail.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace shapefuzz {

struct FileCalls {
  ssize_t (*write)(int fd, const void* data, std::size_t size);
  int (*sync)(int fd);
  int (*cut_off)(int fd, off_t size);
  int (*rename)(const char* from, const char* to);
};

/// Those of the system, unless a test has planted others.
const FileCalls& file_calls();

/// For tests: while it lives, files are written by `calls`.
class PlantedFileCalls {
 public:
  explicit PlantedFileCalls(const FileCalls& calls);
  ~PlantedFileCalls();
  PlantedFileCalls(const PlantedFileCalls&) = delete;
  PlantedFileCalls& operator=(const PlantedFileCalls&) = delete;

 private:
  FileCalls calls_;
};

}  // namespace shapefuzz
