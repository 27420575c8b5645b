// SPDX-License-Identifier: BSD-3-Clause
// One of several parts of a sweep or a campaign, each for another machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace shapefuzz {

/// The part `index` of `count`, counted from 1: 2/4 is the second quarter. Of any list of cases the
/// parts are disjoint, and together they are all of it.
struct Shard {
  std::uint64_t index = 1;
  std::uint64_t count = 1;

  /// The first of `cases` that is in the part.
  std::uint64_t begin(std::uint64_t cases) const { return share(cases, index - 1); }
  /// The first of `cases` behind the part.
  std::uint64_t end(std::uint64_t cases) const { return share(cases, index); }
  bool is_all() const { return count == 1; }

 private:
  // cases * of / count, without overflow.
  std::uint64_t share(std::uint64_t cases, std::uint64_t of) const {
    return cases / count * of + cases % count * of / count;
  }
};

/// `2/4`; none of anything else, a part beyond the last among it.
std::optional<Shard> parse_shard(std::string_view text);

}  // namespace shapefuzz
