// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/process/shard.h"

#include <charconv>

namespace shapefuzz {
namespace {

bool reads_as(std::string_view text, std::uint64_t& number) {
  const char* const last = text.data() + text.size();
  const auto [end, status] = std::from_chars(text.data(), last, number);
  return end == last && status == std::errc();
}

}  // namespace

std::optional<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  Shard shard;
  const bool reads = slash != std::string_view::npos &&
                     reads_as(text.substr(0, slash), shard.index) &&
                     reads_as(text.substr(slash + 1), shard.count);
  if (!reads || shard.index == 0 || shard.index > shard.count) return std::nullopt;
  return shard;
}

}  // namespace shapefuzz
