// SPDX-License-Identifier: BSD-3-Clause
// What is known of the access that ended a process. The signal handler writes it, into memory that
// outlives the process; so it is plain bytes. No LibTorch in here.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace shapefuzz {

struct Fault {
  enum class Access : std::uint8_t { kUnknown, kRead, kWrite };
  enum class Place : std::uint8_t {
    kElsewhere,  ///< in nobody's memory, a null pointer for example
    kGuard,      ///< in the inaccessible memory around a tensor
    kStack,      ///< beyond the end of the stack
  };

  std::int32_t signal = 0;  ///< 0: there was no fault
  bool was_sent = false;    ///< by another process, which is no fault of what runs
  bool runs_case = false;   ///< kept up to date: the case itself runs, not what it is compared with
  bool on_device = false;   ///< kept up to date: another device than the CPU is asked
  bool in_harness = false;  ///< nobody had called the loss: a fault of ours, or of memory before it
  Access access = Access::kUnknown;
  Place place = Place::kElsewhere;
  bool in_reference = false;  ///< not in the case itself, but in the call it is compared with
  std::uint64_t address = 0;
  /// Of a device whose error outlives the case: what it said. The process is of no use afterwards.
  std::array<char, 160> said{};
  std::array<char, 64> running{};  ///< the innermost dispatched operator; empty: not known

  // The nearest tensor, of a fault in a guard:
  std::array<char, 32> operand{};  ///< empty: a tensor of LibTorch's own
  std::uint64_t number = 0;        ///< which tensor it was since the case began, from 1
  std::uint64_t size = 0;          ///< in bytes
  std::uint64_t element_size = 0;  ///< 0: not known
  std::int64_t offset = 0;         ///< of the address from the tensor's first byte

  bool is_out_of_bounds() const { return signal != 0 && place == Place::kGuard; }
};

/// The fault in a sentence that is the same for all its cases: `reads past the end of weight in
/// aten::multi_margin_loss`.
std::string message_of(const Fault& fault);

/// How far: `element 1 of weight, which has 1 (0 bytes after its 8 bytes)`.
std::string detail_of(const Fault& fault);

}  // namespace shapefuzz
