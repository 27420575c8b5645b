// SPDX-License-Identifier: BSD-3-Clause
// The dispatch target can fail: from the plainest case it finds, as new, whatever fault is planted
// in a loss. And it leaves no loss out. What libFuzzer does is done here in a few lines: mutate
// what has reached something new.
#include "fuzz/dispatch.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/generate/draw.h"
#include "harness/testing/faults.h"

namespace shapefuzz {
namespace {

constexpr int kMostInputs = 20000;  // most faults show within 100

const Baseline& known_findings() {
  static const Baseline known = read_known(libtorch_version(), all_specs());
  return known;
}

// Runs mutants of `parents` until `enough`.
void fuzz(Dispatch& dispatch, const Loss& loss, const std::function<bool()>& enough) {
  const Mutator mutator({{&loss.spec, loss.sweep_options, loss.unchecked}});
  std::vector<Case> parents = {mutator.plainest()};
  std::unordered_set<std::uint64_t> features;
  SeededPick pick(1);
  for (int i = 0; i < kMostInputs && !enough(); ++i) {
    Case c =
        mutator.mutate(parents[pick(0, static_cast<std::int64_t>(parents.size()))], pick.bits());
    if (!dispatch(c)) continue;
    bool interesting = false;
    for (const std::uint64_t feature : dispatch.observer().features()) {
      interesting = features.insert(feature).second || interesting;
    }
    if (interesting) parents.push_back(std::move(c));
  }
}

class DispatchMutation : public ::testing::TestWithParam<const Loss*> {};

// Findings that the healthy loss shows as well do not count.
TEST_P(DispatchMutation, IsReportedAsNew) {
  const Loss& loss = *GetParam();
  for (const PlantedFault& fault : planted_faults(loss)) {
    Judge healthy(Judging(Policy::kExpand, MemoryMode::kFull));
    bool found = false;
    Dispatch dispatch(
        {&fault.loss}, MemoryMode::kFull, known_findings(),
        [&](const Case& c, const Judgement& judgement) {
          found = found || !(signature_of(c, healthy.judge(loss, c)) == signature_of(c, judgement));
        });
    fuzz(dispatch, fault.loss, [&] { return found; });
    EXPECT_TRUE(found) << fault.name;
  }
}

std::vector<const Loss*> losses() {
  std::vector<const Loss*> all;
  for (const Loss& loss : all_losses()) all.push_back(&loss);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, DispatchMutation, ::testing::ValuesIn(losses()),
                         [](const auto& info) { return info.param->spec.name; });

TEST(Dispatch, JudgesEveryLoss) {
  Dispatch dispatch(losses(), MemoryMode::kFull, known_findings(),
                    [](const Case& /*c*/, const Judgement& /*judgement*/) {});
  for (const Loss* loss : losses()) {
    const std::uint64_t& judged = dispatch.judged().at(loss->spec.name);
    fuzz(dispatch, *loss, [&] { return judged >= 100; });
    EXPECT_GE(judged, 100U) << loss->spec.name;
  }
}

TEST(Dispatch, LeavesOutWhatEndsTheProcessAndNothingElse) {
  Dispatch dispatch(losses(), MemoryMode::kFull, known_findings(),
                    [](const Case& /*c*/, const Judgement& /*judgement*/) {});
  for (const char* line :
       {"ctc_loss(log_probs=f64[2,2,2], targets=i64[2,2], input_lengths=i64[2]{2,0}, "
        "target_lengths=i64[2])",
        "multi_margin_loss(input=f64[0,1], target=i64[0])",
        "multilabel_margin_loss(input=f64[0,1], target=i64[0,1])"}) {
    EXPECT_TRUE(dispatch(parse_case(line, all_specs()))) << line;
  }
  EXPECT_FALSE(
      dispatch(parse_case("adaptive_log_softmax_with_loss@module(input=f64[2], target=i64[], "
                          "in_features=2, n_classes=4, cutoffs=[], div_value=1)",
                          all_specs())));
}

}  // namespace
}  // namespace shapefuzz
