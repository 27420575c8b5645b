// SPDX-License-Identifier: BSD-3-Clause
// What is traced of a judged call: its forward operators, and neither its backward nor references.
#include "harness/oracle/libtorch/trace.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/language/text/hash.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"

namespace shapefuzz {
namespace {

std::vector<std::uint64_t> trace_of(Judge& judge, const std::string& line) {
  const Case c = parse_case(line, all_specs());
  EXPECT_EQ(to_string(judge.judge(*find_loss(c.loss), c).verdict), "pass");
  return traced_operators();
}

bool contains(const std::vector<std::uint64_t>& trace, const char* name) {
  return std::find(trace.begin(), trace.end(), hash_of(name)) != trace.end();
}

TEST(Trace, HasTheForwardOfTheJudgedCallAlone) {
  trace_operators();
  for (const MemoryMode memory : {MemoryMode::kOff, MemoryMode::kGuard, MemoryMode::kFull}) {
    Judge judge(Judging{Policy::kExpand, memory});
    const auto unreduced =
        trace_of(judge, "mse_loss@aten(input=f64[2,3], target=f64[2,3], reduction=none)#1");
    EXPECT_TRUE(contains(unreduced, "aten::mse_loss"));
    // The backward runs; so do calls for single samples, which narrow the operands.
    EXPECT_FALSE(contains(unreduced, "aten::mse_loss_backward"));
    EXPECT_FALSE(contains(unreduced, "aten::narrow"));
    EXPECT_EQ(std::count(unreduced.begin(), unreduced.end(), hash_of("aten::mse_loss")), 1);
    // The next call's replaces it.
    EXPECT_EQ(trace_of(judge, "mse_loss@aten(input=f64[2,3], target=f64[2,3], reduction=none)#2"),
              unreduced);
    EXPECT_NE(trace_of(judge, "l1_loss@aten(input=f64[2,3], target=f64[2,3])#2"), unreduced);
  }
}

}  // namespace
}  // namespace shapefuzz
