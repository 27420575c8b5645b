// SPDX-License-Identifier: BSD-3-Clause
// A campaign lives on when a worker of it does not.
#include "harness/search/campaign/campaign.h"

#include <gtest/gtest.h>

#include <new>

#include "harness/language/text/errors.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/process/worker.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

// The formula runs outside of the guarded call, as all that is ours: a worker whose memory a case
// has written over throws from there.
GoldLoss throws_for_a_rare_shape(const GoldCall& call) {
  if (call.operands[0].shape.elements() == 49) throw std::bad_array_new_length();
  return find_loss("mse_loss")->gold(call);
}

GoldLoss always_throws(const GoldCall& /*call*/) { throw std::bad_array_new_length(); }

CampaignStatus campaign_of(const GoldFormula& gold) {
  Loss loss = *find_loss("mse_loss");
  loss.gold = gold;
  const TestDirectory scratch;
  CampaignState state;
  state.memory = MemoryMode::kOff;
  CampaignDirectory directory = CampaignDirectory::start(scratch.file("campaign"), state);
  CampaignPlan plan;
  plan.losses = {&loss};
  plan.seconds = 30;
  plan.on_status = [](const CampaignStatus& status) { return status.executions > 20000; };
  return run_campaign(directory, plan);
}

TEST(Campaign, ReplacesAWorkerThatACaseHasDamaged) {
  const CampaignStatus status = campaign_of(throws_for_a_rare_shape);
  EXPECT_GT(status.executions, 20000U);
  // No case is to blame for what another one did.
  EXPECT_EQ(status.deaths, 0U);
}

TEST(Campaign, GivesUpWhereEveryWorkerFailsAtOnce) {
  EXPECT_THROW(campaign_of(always_throws), HarnessError);
}

}  // namespace
}  // namespace shapefuzz
