// SPDX-License-Identifier: BSD-3-Clause
// The operators of the dispatcher: that they are found, called, and judged like their losses.
#include <gtest/gtest.h>
#include <algorithm>
#include <set>

#include "harness/language/case/zone.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/search/sweep/deviations.h"
#include "harness/search/sweep/plan.h"
#include "harness/testing/mutants.h"

namespace shapefuzz {
namespace {

using Formula = GoldLoss (*)(const GoldCall&);

Formula formula_of(const Loss& loss) {
  const auto* const formula = loss.gold.target<Formula>();
  return formula == nullptr ? nullptr : *formula;
}

// The operator behind the loss's entry `op`, found by what the names have in common; null for none.
const Loss* find_operator_of(const Loss& loss) {
  const auto& entries = loss.spec.entries;
  if (std::find(entries.begin(), entries.end(), "op") == entries.end()) return nullptr;
  for (const char* suffix : {"", "_loss", "_nd", ".Tensor"}) {
    const Loss* const twin = find_loss("aten::" + loss.spec.name + suffix);
    if (twin != nullptr && !twin->spec.open && formula_of(*twin) == formula_of(loss)) return twin;
  }
  return nullptr;
}

bool is_a_loss(const Loss& loss) {
  return std::any_of(all_losses().begin(), all_losses().end(),
                     [&](const Loss& other) { return find_operator_of(other) == &loss; });
}

TEST(Operators, AreFoundByTheirNames) {
  for (const char* name : {"aten::mse_loss", "aten::nll_loss2d_backward", "aten::_ctc_loss.Tensor",
                           "aten::multi_margin_loss_backward", "aten::mse_loss.out"}) {
    ASSERT_NE(find_loss(name), nullptr) << name;
    EXPECT_EQ(find_loss(name)->spec.entries, std::vector<std::string>{"op"});
  }
  const Case c =
      parse_case("mse_loss_backward(self=f64[2], target=f64[2], grad_output=f64[])", all_specs());
  EXPECT_EQ(to_string(c),
            "aten::mse_loss_backward@op(self=f64[2], target=f64[2], grad_output=f64[])");
}

// Miscalculations of the operators that docs/findings.md has of their losses: an empty batch is
// uninitialised memory, exp(100) is an infinity.
bool is_known_of_operators(const Case& c, const LossSpec& spec) {
  if (c.loss == "aten::multilabel_margin_loss_forward") return c.operands[0].shape.elements() == 0;
  return c.loss == "aten::soft_margin_loss_backward" &&
         to_string(find_mistake(c, spec)) == "self:boundary_value";
}

// Whatever the dispatcher lists can be called: with a contract, its valid calls are accepted.
TEST(Operators, DoWhatTheirContractsSay) {
  std::size_t accepted = 0;
  for (const Loss& loss : all_operators()) {
    if (loss.spec.open) continue;
    Judge oracle;
    for (const Case& c : deviations_of(loss, {"op"}, {4, 4}, 0)) {
      if (zone_of(c, loss.spec) != Zone::kValid || to_string(c).find('~') != std::string::npos) {
        continue;
      }
      if (is_a_loss(loss)) continue;
      const Judgement judgement = oracle.judge(loss, c);
      // ctc_loss without a batch, since 2.14: docs/findings.md.
      if (judgement.message == "log_probs tensor must not be empty") continue;
      EXPECT_EQ(judgement.outcome, Outcome::kAccepted) << to_string(c) << judgement.message;
      ++accepted;
      if (is_known_of_operators(c, loss.spec)) continue;
      EXPECT_EQ(to_string(judgement.verdict), "pass") << to_string(c) << judgement.detail;
    }
  }
  EXPECT_GT(accepted, 100U);
}

// An operator that is a loss by another name has the loss's contract, and is judged as it is.
TEST(Operators, AreJudgedAsTheLossTheyAre) {
  std::size_t operators = 0;
  std::size_t cases = 0;
  for (const Loss& loss : all_losses()) {
    const Loss* const twin = find_operator_of(loss);
    if (twin == nullptr) continue;
    ++operators;
    EXPECT_FALSE(twin->spec.open) << twin->spec.name;
    EXPECT_EQ(formula_of(*twin), formula_of(loss)) << twin->spec.name;
    Judge oracle;
    Judge other;
    const std::string& own_name = twin->spec.contract.operands().front().name;
    for (const Case& c : deviations_of(loss, {"op"}, {2, 2}, 0)) {
      // The mean of an empty batch may be uninitialised memory (docs/findings.md).
      if (c.operands.front().shape.elements() == 0) continue;
      Case same = c;
      same.loss = twin->spec.name;
      same.operands.front().name = own_name;
      const Judgement expected = oracle.judge(loss, c);
      if (expected.verdict == Verdict::kEntryDisagreement) continue;  // with the functional
      const Judgement judgement = other.judge(*twin, same);
      EXPECT_EQ(to_string(judgement.verdict), to_string(expected.verdict)) << to_string(same);
      EXPECT_EQ(judgement.zone, expected.zone) << to_string(same);
      ++cases;
    }
  }
  EXPECT_GE(operators, 15U);
  EXPECT_GT(cases, 5000U);
}

// The valid zone of a backward operator has no other reference than the slopes of the formula.
TEST(Operators, AreCaughtWithAWrongBackward) {
  std::size_t backwards = 0;
  for (const Loss& loss : all_operators()) {
    if (loss.derivative_of == nullptr) continue;
    ++backwards;
    const Loss mutant = with_doubled_result(loss);
    Judge oracle;
    std::size_t caught = 0;
    for (const Case& c : deviations_of(loss, {"op"}, {4, 4}, 0)) {
      if (zone_of(c, loss.spec) != Zone::kValid) continue;
      if (oracle.judge(mutant, c).verdict == Verdict::kWrongValue) ++caught;
    }
    EXPECT_GE(caught, 10U) << loss.spec.name;
  }
  EXPECT_GE(backwards, 7U);
}

}  // namespace
}  // namespace shapefuzz
