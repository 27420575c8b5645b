// SPDX-License-Identifier: BSD-3-Clause
// A directory for a test's files.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace shapefuzz {

/// A new, empty directory, which goes with this object. ctest runs tests at once, each in a process
/// of its own: two that write a file of one name must not write the same file.
/// Throws std::runtime_error where none can be made.
class TestDirectory {
 public:
  TestDirectory() : path_(::testing::TempDir() + "/shapefuzz_test.XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) {
      throw std::runtime_error("no directory for this test's files: " + path_);
    }
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  /// The path that a file `name` in it has.
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace shapefuzz
