// SPDX-License-Identifier: BSD-3-Clause
// A process that ends while nobody calls the loss: a fault of ours is never said of LibTorch.
#include "harness/search/isolate/death.h"

#include <gtest/gtest.h>

#include <csignal>

#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/isolate/isolated_judge.h"

namespace shapefuzz {
namespace {

GoldLoss crashing_formula(const GoldCall& /*call*/) {
  std::raise(SIGSEGV);
  return {};
}

// A loss that is right, with a formula of ours that is not.
const Loss& well_behaved_loss() {
  static const Loss loss = [] {
    Loss made = *find_loss("mse_loss");
    made.gold = crashing_formula;
    return made;
  }();
  return loss;
}

TEST(Death, OfTheHarnessIsNotTheLosss) {
  const Loss& loss = well_behaved_loss();
  const Case c = parse_case("mse_loss(input=f64[2], target=f64[2])", {&loss.spec});
  IsolatedJudge judge(Policy::kExpand, MemoryMode::kFull);
  const Judgement judgement = judge.judge(loss, c);
  EXPECT_EQ(judgement.verdict, Verdict::kNotJudged);
  EXPECT_NE(judgement.detail.find("shapefuzz itself failed"), std::string::npos)
      << judgement.detail;
}

}  // namespace
}  // namespace shapefuzz
