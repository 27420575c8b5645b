// SPDX-License-Identifier: BSD-3-Clause
// A file that is written beside its place and put there when it is whole.
#pragma once

#include <string>

namespace shapefuzz {

/// From here on a signal that ends this process (but for SIGKILL) removes the file, whose path must
/// live as long; until it is to be kept, or has been removed.
void remove_on_signal(const char* path);
void keep_on_signal(const char* path);

/// Removed when it is destroyed, and by every signal that ends the process but SIGKILL, unless it
/// was put in its place. Its name is one that nobody can have planted.
class TemporaryFile {
 public:
  /// Creates it in the directory of `target`, with the mode of the file that it will replace.
  /// Where that is not possible, fd() is below 0 and errno says why.
  explicit TemporaryFile(std::string target);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  int fd() const { return fd_; }
  /// Puts it in the place of the target; false, with errno, where that is not possible. With
  /// `on_disk` what it holds is on the disk before.
  bool put_in_place(bool on_disk);

 private:
  bool close();
  void forget();

  std::string target_;
  std::string path_;
  int fd_ = -1;
};

}  // namespace shapefuzz
