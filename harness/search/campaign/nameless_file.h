// SPDX-License-Identifier: BSD-3-Clause
// A file in memory, which only this process and its children see. No LibTorch in here.
#pragma once

#include <string>
#include <string_view>

namespace shapefuzz {

/// Lines for workers that read along, as of any file that grows.
class NamelessFile {
 public:
  /// Throws HarnessError where there is no memory for one.
  NamelessFile();
  ~NamelessFile();
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  /// Where this process and its children open it.
  std::string path() const;
  /// Throws HarnessError where there is no memory for it.
  void append(std::string_view text);

 private:
  int fd_;
};

}  // namespace shapefuzz
