// SPDX-License-Identifier: BSD-3-Clause
// A campaign can fail too: from nothing, and soon, it finds whatever fault is planted in a loss,
// with a signature that is not known. Findings that the healthy loss shows as well do not count.
#include <gtest/gtest.h>

#include <optional>
#include <unordered_set>

#include "harness/findings/baseline/baseline.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/campaign/explorer.h"
#include "harness/search/shrink/shrink.h"
#include "harness/testing/faults.h"

namespace shapefuzz {
namespace {

constexpr int kMostSteps = 4000;  // a second

const Baseline& known_findings() {
  static const Baseline known = read_known(libtorch_version(), all_specs());
  return known;
}

// Explores a loss until something is found that is new and of the fault's making.
class Search : public ExplorerHost {
 public:
  Search(const Loss& loss, const Loss& healthy)
      : faulty_(loss), healthy_(healthy), explorer_({&loss}, Policy::kExpand, 1, *this) {}

  bool finds_the_fault() {
    for (int i = 0; i < kMostSteps && !found_; ++i) explorer_.step();
    return found_.has_value();
  }
  // The smallest case of what was found, as a triage looks for it: is it still news, or has it
  // become what LibTorch does anyway?
  testing::AssertionResult stays_new_when_shrunk() {
    const Signature wanted = signature_of(*found_, judge_.judge(faulty_, *found_));
    const auto shows = [&](const Case& smaller) -> std::optional<Signature> {
      const bool is_deadly = is_unchecked(healthy_, find_mistakes(smaller, healthy_.spec));
      if (is_deadly) return std::nullopt;
      return signature_of(smaller, judge_.judge(faulty_, smaller));
    };
    const ShrinkLimits soon = {500, 2};
    const Case smallest = shrink(*found_, faulty_.spec, wanted, shows, soon).smallest;
    const Judgement judgement = judge_.judge(faulty_, smallest);
    if (!judgement.cause.empty() || known_findings().knows(signature_of(smallest, judgement))) {
      return testing::AssertionFailure()
             << to_string(*found_) << " shrinks to " << to_string(smallest) << ", which is "
             << to_string(signature_of(smallest, judgement)) << " by " << judgement.cause;
    }
    return testing::AssertionSuccess();
  }
  std::size_t judged() const { return judged_; }

  void about_to_run(const Case& /*c*/) override { ++judged_; }
  void has_run() override {}
  // A campaign leaves crashes to its workers; here is only one process.
  std::int64_t one_in(const Case& c, const LocatedMistake& /*mistake*/) override {
    constexpr std::int64_t kAsGoodAsNever = std::int64_t{1} << 60;
    // LibTorch 1.13 reads a class of nll_loss([0], [0]) where there is none, which ends one process
    // in twenty.
    const bool is_empty = c.operands.front().shape.elements() == 0;
    return is_empty || is_unchecked(healthy_, find_mistakes(c, healthy_.spec)) ? kAsGoodAsNever : 1;
  }
  bool add_feature(std::uint64_t feature) override { return features_.insert(feature).second; }
  void on_interesting(const Case& /*c*/) override {}
  void on_finding(const Case& c, const LossSpec& /*spec*/, const Judgement& judgement) override {
    if (found_ || !is_finding(judgement.verdict)) return;
    // What some losses return of an empty batch is chance without a watch on the memory.
    if (c.operands.front().shape.elements() == 0) return;
    const Signature signature = signature_of(c, judgement);
    if (known_findings().knows(signature)) return;
    if (signature_of(c, judge_.judge(healthy_, c)) == signature) return;
    found_ = c;
  }

 private:
  const Loss& faulty_;
  const Loss& healthy_;
  Judge judge_;
  std::optional<Case> found_;
  std::size_t judged_ = 0;
  std::unordered_set<std::uint64_t> features_;
  Explorer explorer_;
};

class CampaignMutation : public ::testing::TestWithParam<const Loss*> {};

TEST_P(CampaignMutation, IsFoundAsNew) {
  const Loss& loss = *GetParam();
  for (const PlantedFault& fault : planted_faults(loss)) {
    Search search(fault.loss, loss);
    ASSERT_TRUE(search.finds_the_fault())
        << fault.name << ", after " << search.judged() << " cases";
    EXPECT_TRUE(search.stays_new_when_shrunk()) << fault.name;
  }
}

std::vector<const Loss*> losses() {
  std::vector<const Loss*> all;
  for (const Loss& loss : all_losses()) all.push_back(&loss);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, CampaignMutation, ::testing::ValuesIn(losses()),
                         [](const auto& info) { return info.param->spec.name; });

}  // namespace
}  // namespace shapefuzz
