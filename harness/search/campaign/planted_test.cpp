// SPDX-License-Identifier: BSD-3-Clause
// Planted bugs: what a campaign must find soon, from nothing. Each is one that a sweep of small
// shapes does not reach or a contract that promises too much.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "harness/losses/registry/registry.h"
#include "harness/search/campaign/explorer.h"

namespace shapefuzz {
namespace {

// On two cores two minutes are some two million cases.
constexpr int kMostSteps = 60000;
constexpr int kStepsWithoutBug = 3000;

// Stops at the first finding with the verdict in a case that `is_it` knows.
class Hunt : public ExplorerHost {
 public:
  Hunt(const Loss& loss, Verdict verdict, std::function<bool(const Case&)> is_it)
      : verdict_(verdict),
        is_it_(std::move(is_it)),
        explorer_({&loss}, Policy::kExpand, 1, *this) {}

  // The number of executions until it was found; 0: not found.
  std::size_t operator()(int most_steps = kMostSteps) {
    for (int i = 0; i < most_steps && !found_; ++i) explorer_.step();
    return found_ ? executions_ : 0;
  }

  void about_to_run(const Case& /*c*/) override { ++executions_; }
  void has_run() override {}
  std::int64_t one_in(const Case& /*c*/, const LocatedMistake& /*mistake*/) override { return 1; }
  bool add_feature(std::uint64_t feature) override { return features_.insert(feature).second; }
  void on_interesting(const Case& /*c*/) override {}
  void on_finding(const Case& c, const LossSpec& /*spec*/, const Judgement& judgement) override {
    found_ = found_ || (judgement.verdict == verdict_ && is_it_(c));
  }

 private:
  Verdict verdict_;
  std::function<bool(const Case&)> is_it_;
  bool found_ = false;
  std::size_t executions_ = 0;
  std::unordered_set<std::uint64_t> features_;
  Explorer explorer_;
};

// A loss that returns the double of what it should where `is_wrong`.
Loss doubled(std::string_view name, const std::function<bool(const Case&)>& is_wrong) {
  Loss loss = *find_loss(name);
  for (Entry& entry : loss.entries) {
    entry.call = [call = entry.call, is_wrong](const Arguments& arguments) {
      const at::Tensor result = call(arguments);
      return is_wrong(*arguments.c) ? result * 2 : result;
    };
  }
  return loss;
}

void expect_found(const Loss& loss, Verdict verdict,
                  const std::function<bool(const Case&)>& is_it) {
  const std::size_t executions = Hunt(loss, verdict, is_it)();
  EXPECT_GT(executions, 0U) << "not found in " << kMostSteps << " steps";
  ::testing::Test::RecordProperty("executions", static_cast<int>(executions));
}

TEST(Planted, a_loss_that_is_wrong_only_for_rank_5) {
  const auto is_it = [](const Case& c) { return c.operands[0].shape.rank() == 5; };
  expect_found(doubled("mse_loss", is_it), Verdict::kWrongValue, is_it);
}

TEST(Planted, a_loss_that_is_wrong_only_for_a_size_of_7_with_a_transposed_layout) {
  const auto is_it = [](const Case& c) {
    const Operand& output = c.operands[0];
    return output.layout == Layout::kTransposed && output.shape.rank() >= 2 &&
           std::find(output.shape.begin(), output.shape.end(), 7) != output.shape.end();
  };
  expect_found(doubled("l1_loss", is_it), Verdict::kWrongValue, is_it);
}

TEST(Planted, a_contract_that_calls_one_target_valid_for_many_predictions) {
  Loss loss = *find_loss("binary_cross_entropy");
  loss.spec.contract =
      parse_contract(to_string(loss.spec.contract) +
                     " | (input: prob[N], target: prob[1], weight?: real[N]) -> [N]");
  expect_found(loss, Verdict::kRejectedValid, [](const Case& c) {
    return c.operands[0].shape.rank() == 1 && c.operands[1].shape == Shape{1};
  });
}

TEST(Planted, nothing_is_found_where_nothing_is_wrong) {
  const auto never = [](const Case&) { return false; };
  const Loss healthy = doubled("mse_loss", never);
  Hunt hunt(healthy, Verdict::kWrongValue, [](const Case& c) {
    return c.operands[0].shape.rank() == 5 && c.operands[0].shape == c.operands[1].shape;
  });
  EXPECT_EQ(hunt(kStepsWithoutBug), 0U);
}

}  // namespace
}  // namespace shapefuzz
