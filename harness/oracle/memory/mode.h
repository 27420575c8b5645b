// SPDX-License-Identifier: BSD-3-Clause
// How closely a case's memory is watched. No LibTorch in here.
#pragma once

#include <optional>
#include <string_view>

namespace shapefuzz {

enum class MemoryMode {
  kOff,    ///< LibTorch's own allocator
  kGuard,  ///< every tensor ends where inaccessible memory begins; changed operands are noticed
  kFull,   ///< and the case runs again, on tensors that begin there, in memory filled otherwise
};

/// `off`, `guard` or `full`; none for another text.
std::optional<MemoryMode> parse_memory_mode(std::string_view text);
std::string_view to_string(MemoryMode mode);

}  // namespace shapefuzz
