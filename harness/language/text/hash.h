// SPDX-License-Identifier: BSD-3-Clause
// A hash of a text for features and names of files: the same in every process and on every machine,
// which std::hash does not promise.
#pragma once

#include <cstdint>
#include <string_view>

namespace shapefuzz {

/// FNV-1a, 64 bits.
inline std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

}  // namespace shapefuzz
