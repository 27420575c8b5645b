// SPDX-License-Identifier: BSD-3-Clause
// The suites can fail: whatever fault is planted in a loss, at least one judging property of each
// of its entries notices it. The oracle has to do so by itself, since every entry has the fault.
//
// The draws are those of the property suites in the profile dev, which pass on LibTorch as it is.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/testing/faults.h"
#include "properties/suite.h"

namespace shapefuzz {
namespace {

constexpr int kCases = 200;  // a property, as in the profile dev

const Baseline& known_findings() {
  static const Baseline known = read_known(libtorch_version(), all_specs());
  return known;
}

// What became of the judging properties of one (loss, entry).
struct SuiteResult {
  std::string failed;  // the first property that did; empty if none did
  std::size_t judged = 0;
};

SuiteResult check_suite(const Loss& loss, const std::string& entry) {
  SuiteResult result;
  for (const Property& property : all_properties()) {
    if (!property.judges) continue;
    Trial trial(loss, entry, known_findings(), {Policy::kExpand, MemoryMode::kFull},
                [](const Case& c, const Judgement& judgement) {
                  demand(false, c, to_string(signature_of(c, judgement)));
                });
    rc::detail::TestParams params;
    params.seed = 1;
    params.maxSuccess = kCases;
    params.disableShrinking = true;
    const auto checked = rc::detail::checkTestable([&] { check_drawn(property, trial); },
                                                   rc::detail::TestMetadata(), params);
    result.judged += trial.judged();
    if (checked.template is<rc::detail::SuccessResult>()) continue;
    result.failed = property.name;
    return result;
  }
  return result;
}

class Mutation : public ::testing::TestWithParam<const Loss*> {};

TEST_P(Mutation, IsNoticedByEverySuite) {
  const Loss& loss = *GetParam();
  const std::vector<PlantedFault> faults = planted_faults(loss);
  EXPECT_GE(faults.size(), 6U);
  for (const PlantedFault& fault : faults) {
    for (const std::string& entry : fault.entries) {
      const SuiteResult result = check_suite(fault.loss, entry);
      EXPECT_GT(result.judged, 0U);
      EXPECT_NE(result.failed, "")
          << fault.name << " of " << entry << " is not noticed in " << result.judged << " cases";
    }
  }
}

TEST_P(Mutation, OfExecuteIsNoticedByEverySuite) {
  const Loss& loss = *GetParam();
  double_what_execute_returns(true);
  for (const std::string& entry : loss.spec.entries) {
    const SuiteResult result = check_suite(loss, entry);
    EXPECT_NE(result.failed, "") << entry << ": not noticed in " << result.judged << " cases";
  }
  double_what_execute_returns(false);
}

std::vector<const Loss*> losses() {
  std::vector<const Loss*> all;
  for (const Loss& loss : all_losses()) all.push_back(&loss);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, Mutation, ::testing::ValuesIn(losses()),
                         [](const auto& info) { return info.param->spec.name; });

// A fault that no loss has a place for would prove nothing.
TEST(Mutations, AreAllPlantedSomewhere) {
  for (const std::string& name : fault_names()) {
    const auto has_it = [&](const Loss& loss) {
      const auto faults = planted_faults(loss);
      return std::any_of(faults.begin(), faults.end(),
                         [&](const PlantedFault& fault) { return fault.name == name; });
    };
    EXPECT_TRUE(std::any_of(all_losses().begin(), all_losses().end(), has_it)) << name;
  }
}

}  // namespace
}  // namespace shapefuzz
