// SPDX-License-Identifier: BSD-3-Clause
// Some of the cases of a sweep, where each takes seconds.
#pragma once

#include <cstdint>

namespace shapefuzz {

/// About `wanted` of `all` cases, each by a hash of its place, so that who judges it does not
/// matter.
class Sample {
 public:
  Sample() = default;  ///< all
  Sample(std::uint64_t wanted, std::uint64_t all, std::uint64_t seed)
      : share_(all == 0 ? 1 : static_cast<double>(wanted) / static_cast<double>(all)),
        seed_(seed) {}

  bool takes(std::uint64_t unit, std::uint64_t index) const {
    if (share_ >= 1) return true;
    const std::uint64_t hash = mixed(mixed(mixed(seed_) + unit) + index);
    constexpr double kRange = 18446744073709551616.0;  // 2^64
    return static_cast<double>(hash) < share_ * kRange;
  }

 private:
  // A step of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
  static std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
    return x ^ (x >> 31U);
  }

  double share_ = 1;
  std::uint64_t seed_ = 0;
};

}  // namespace shapefuzz
