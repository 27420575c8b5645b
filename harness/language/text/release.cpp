// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/text/release.h"

#include <cstdint>

#include "harness/language/text/cursor.h"

namespace shapefuzz {

bool is_older(std::string_view a, std::string_view b) {
  constexpr std::int64_t kMost = 1000000;
  Cursor x(a);
  Cursor y(b);
  while (!x.at_end() || !y.at_end()) {
    const std::int64_t left = x.at_end() ? 0 : x.integer(0, kMost, "a version");
    const std::int64_t right = y.at_end() ? 0 : y.integer(0, kMost, "a version");
    x.finish();
    y.finish();
    if (left != right) return left < right;
    x.take(".");
    y.take(".");
  }
  return false;
}

}  // namespace shapefuzz
