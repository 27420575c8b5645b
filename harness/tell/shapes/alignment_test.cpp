// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/shapes/alignment.h"

#include <gtest/gtest.h>

#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

std::vector<std::string> sizes_of(std::string_view line, const LossSpec& spec) {
  const Case c = test_case(line);
  return aligned_sizes(c, nearest_reading(spec.contract, to_call(c, spec)), find_mistakes(c, spec));
}

TEST(Alignment, PutsBroadcastSizesUnderEachOtherFromTheRight) {
  EXPECT_EQ(
      sizes_of("mse_loss(input=f64[64,1], target=f64[64])", mse_spec()),
      (std::vector<std::string>{"input     64   1", "target        64",
                                "               ^ 64 where 1 is demanded", "together  64  64"}));
}

TEST(Alignment, LeavesTheColumnOfTheClassesOut) {
  EXPECT_EQ(sizes_of("nll_loss(input=f64[64,10], target=i64[32])", nll_spec()),
            (std::vector<std::string>{"input     64  10", "target    32",
                                      "           ^ 32 where 64 is demanded"}));
  EXPECT_EQ(sizes_of("nll_loss(input=f64[8,5,28,28], target=i64[8,1,28,28])", nll_spec()),
            (std::vector<std::string>{"input     8  5     28  28", "target    8     1  28  28",
                                      "                ^ no dimension is demanded here"}));
  EXPECT_EQ(sizes_of("nll_loss(input=f64[8,5,28], target=i64[8])", nll_spec()),
            (std::vector<std::string>{"input     8  5  28", "target    8",
                                      "                 ^ missing: 28 is demanded here"}));
}

}  // namespace
}  // namespace shapefuzz
