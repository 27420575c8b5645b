// SPDX-License-Identifier: BSD-3-Clause
// How much memory the workers may use, and what to say of a case that wants more. No LibTorch in
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shapefuzz {

/// The bytes of `2G`, `512M`, `64K` or a plain number; none for another text, nor for 0.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// `1.2 GB`, by the powers of 1024 that `parse_size` reads.
std::string size_text(std::uint64_t bytes);

/// The addresses that the process may still take; none where nothing limits them.
std::optional<std::uint64_t> addresses_left();

/// A case that wants all of the memory must hear so before the system ends somebody for it.
class MemoryLimit {
 public:
  /// The limit of this process and of its workers.
  static MemoryLimit& instance();

  /// For all workers together; without it, half of what is free when the first ones start.
  void set_total(std::uint64_t bytes) { total_ = bytes; }

  /// In the parent, before it starts so many workers: each has its share. A worker's own workers
  /// have what it has itself.
  void divide(std::size_t workers);
  /// In a worker: the system refuses what goes beyond its share, or beyond an inherited limit.
  void enforce();
  /// Of one worker.
  std::uint64_t share() const { return share_; }

  /// Which limit was reached and what lifts it, in a sentence.
  std::string reason() const;

 private:
  std::uint64_t total_ = 0;  ///< 0: not known yet
  std::uint64_t share_ = 0;
  std::size_t workers_ = 0;      ///< 0: there are none, and nothing is limited
  std::uint64_t inherited_ = 0;  ///< a limit that is reached before the share; 0: none is
  char ulimit_ = 'v';            ///< the shell's name for it
  bool enforced_ = false;
};

}  // namespace shapefuzz
