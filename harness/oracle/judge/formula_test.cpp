// SPDX-License-Identifier: BSD-3-Clause
// Every loss of LibTorch with a fault in its formula, caught in the valid zone: the references do
// not only agree with LibTorch, they would disagree with something else.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/language/case/zone.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/search/sweep/deviations.h"
#include "harness/testing/mutants.h"

namespace shapefuzz {
namespace {

// Faults that change nothing: the losses are symmetric in these operands, or constant in them. Of
// ctc_loss LibTorch's own gradient is another one (docs/findings.md), so none is left to lose.
const std::set<std::string>& harmless() {
  static const std::set<std::string> names = {
      "l1_loss_output_swapped_with_target",
      "mse_loss_output_swapped_with_target",
      "smooth_l1_loss_output_swapped_with_target",
      "huber_loss_output_swapped_with_target",
      "cosine_embedding_loss_output_swapped_with_input2",
      "hinge_embedding_loss_no_gradient_of_target",
      "ctc_loss_no_gradient_of_log_probs",
      "cosine_embedding_loss_no_gradient_of_target",
  };
  return names;
}

// Valid cases in doubles that the healthy loss passes: what a fault then changes is the fault's.
std::vector<Case> healthy_cases(const Loss& loss, const std::string& entry) {
  std::vector<Case> cases;
  Judge judge;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (const Case& c : deviations_of(loss, {entry}, {4, 4}, seed)) {
      const bool contiguous =
          std::all_of(c.operands.begin(), c.operands.end(),
                      [](const Operand& o) { return o.layout == Layout::kContiguous; });
      if (!contiguous || zone_of(c, loss.spec) != Zone::kValid) continue;
      if (judge.judge(loss, c).verdict == Verdict::kPass) cases.push_back(c);
    }
  }
  return cases;
}

class Formula : public ::testing::TestWithParam<const Loss*> {};

TEST_P(Formula, CannotBeWrongUnnoticed) {
  const Loss& loss = *GetParam();
  // The functional entry of one loss ignores an option by itself.
  const auto& entries = loss.spec.entries;
  const bool has_aten = std::find(entries.begin(), entries.end(), "aten") != entries.end();
  const std::string entry = has_aten ? "aten" : entries.front();
  const std::vector<Case> cases = healthy_cases(loss, entry);
  ASSERT_GT(cases.size(), 10U);
  for (const Mutant& mutant : formula_mutants(loss)) {
    Judge judge;
    std::size_t caught = 0;
    for (const Case& c : cases) {
      const Verdict verdict = judge.judge(mutant.loss, c).verdict;
      if (verdict != Verdict::kPass) ++caught;
    }
    RecordProperty(mutant.name, static_cast<int>(caught));
    EXPECT_EQ(caught == 0, harmless().count(mutant.name) == 1)
        << mutant.name << " was caught in " << caught << " of " << cases.size() << " cases";
  }
}

std::vector<const Loss*> losses() {
  std::vector<const Loss*> all;
  for (const Loss& loss : all_losses()) all.push_back(&loss);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, Formula, ::testing::ValuesIn(losses()),
                         [](const auto& info) { return info.param->spec.name; });

}  // namespace
}  // namespace shapefuzz
