// SPDX-License-Identifier: BSD-3-Clause
// The guards that are ready are those of the contracts that everything else is judged by, and there
// is one for each loss.
#include "harness/tell/guard/ready.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include "harness/findings/corpus/place.h"
#include "harness/losses/registry/registry.h"
#include "shapefuzz/guarded_losses.h"

namespace shapefuzz {
namespace {

using at::Tensor;

// After a contract has changed: SHAPEFUZZ_WRITE=1 build/release/bin/shapefuzz_search_tests
// --gtest_filter='ReadyGuards*'
TEST(ReadyGuards, AreThoseOfTheContracts) {
  std::vector<std::pair<std::string, Contract>> losses;
  for (const Loss& loss : all_losses()) losses.emplace_back(loss.spec.name, loss.spec.contract);
  const std::string expected = ready_guards(losses);
  const std::string path = corpus_directory() + "/../include/shapefuzz/detail/libtorch_contracts.h";
  if (std::getenv("SHAPEFUZZ_WRITE") != nullptr) std::ofstream(path) << expected;
  std::ifstream in(path);
  const std::string text = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, expected);
}

// A call of shapes that fit, and one of shapes that broadcast or are refused.
struct Calls {
  std::function<Tensor()> right;
  std::function<Tensor()> wrong;
};

std::map<std::string, Calls> calls() {
  const Tensor rows = torch::rand({4, 3});
  const Tensor column = torch::rand({4, 1});
  const Tensor signs = torch::ones({4, 3});
  const Tensor labels = torch::tensor({0, 2, 1, 1});
  const Tensor classes = torch::zeros({4, 3}, torch::kLong);
  const Tensor vector = torch::rand({4});
  const auto ctc = [](std::int64_t batch) {
    return guard::ctc_loss(torch::rand({5, 2, 3}).log_softmax(2), torch::ones({2, 2}, torch::kLong),
                           torch::full({batch}, 5, torch::kLong),
                           torch::full({batch}, 2, torch::kLong));
  };
  torch::nn::AdaptiveLogSoftmaxWithLoss adaptive(
      torch::nn::AdaptiveLogSoftmaxWithLossOptions(3, 4, {2}).div_value(1));
  return {
      {"l1_loss",
       {[=] { return guard::l1_loss(rows, rows); },
        [=] { return guard::l1_loss(column, vector); }}},
      {"mse_loss",
       {[=] { return guard::mse_loss(rows, rows); },
        [=] { return guard::mse_loss(column, vector); }}},
      {"smooth_l1_loss",
       {[=] { return guard::smooth_l1_loss(rows, rows, {}, 0.5); },
        [=] { return guard::smooth_l1_loss(column, vector); }}},
      {"huber_loss",
       {[=] { return guard::huber_loss(rows, rows); },
        [=] { return guard::huber_loss(column, vector); }}},
      {"kl_div",
       {[=] { return guard::kl_div(rows.log(), rows); },
        [=] { return guard::kl_div(column, vector); }}},
      {"poisson_nll_loss",
       {[=] { return guard::poisson_nll_loss(rows, rows); },
        [=] { return guard::poisson_nll_loss(column, vector); }}},
      {"hinge_embedding_loss",
       {[=] { return guard::hinge_embedding_loss(rows, signs); },
        [=] { return guard::hinge_embedding_loss(column, vector); }}},
      {"soft_margin_loss",
       {[=] { return guard::soft_margin_loss(rows, signs); },
        [=] { return guard::soft_margin_loss(column, vector); }}},
      {"binary_cross_entropy",
       {[=] { return guard::binary_cross_entropy(rows, rows); },
        [=] {
          return guard::binary_cross_entropy(
              column, column,
              torch::nn::functional::BinaryCrossEntropyFuncOptions().weight(vector));
        }}},
      {"binary_cross_entropy_with_logits",
       {[=] { return guard::binary_cross_entropy_with_logits(rows, rows); },
        [=] {
          return guard::binary_cross_entropy_with_logits(
              rows, rows,
              torch::nn::functional::BinaryCrossEntropyWithLogitsFuncOptions().pos_weight(
                  torch::rand({2})));
        }}},
      {"nll_loss",
       {[=] { return guard::nll_loss(rows, labels); },
        [=] { return guard::nll_loss(rows, labels.unsqueeze(1)); }}},
      {"cross_entropy",
       {[=] { return guard::cross_entropy(rows, labels); },
        [=] {
          return guard::cross_entropy(
              rows, labels, torch::nn::functional::CrossEntropyFuncOptions().weight(vector));
        }}},
      {"multi_margin_loss",
       {[=] { return guard::multi_margin_loss(rows, labels); },
        [=] { return guard::multi_margin_loss(rows, labels.unsqueeze(1)); }}},
      {"multilabel_margin_loss",
       {[=] { return guard::multilabel_margin_loss(rows, classes); },
        [=] { return guard::multilabel_margin_loss(rows, labels); }}},
      {"multilabel_soft_margin_loss",
       {[=] { return guard::multilabel_soft_margin_loss(rows, rows); },
        [=] { return guard::multilabel_soft_margin_loss(column, vector); }}},
      {"cosine_embedding_loss",
       {[=] { return guard::cosine_embedding_loss(rows, rows, torch::ones({4})); },
        [=] { return guard::cosine_embedding_loss(rows, rows, column); }}},
      {"margin_ranking_loss",
       {[=] { return guard::margin_ranking_loss(vector, vector, torch::ones({4})); },
        [=] { return guard::margin_ranking_loss(column, column, torch::ones({4})); }}},
      {"triplet_margin_loss",
       {[=] { return guard::triplet_margin_loss(rows, rows, rows); },
        [=] { return guard::triplet_margin_loss(column, rows, rows); }}},
      {"triplet_margin_with_distance_loss",
       {[=] { return guard::triplet_margin_with_distance_loss(rows, rows, rows); },
        [=] { return guard::triplet_margin_with_distance_loss(column, rows, rows); }}},
      {"ctc_loss", {[=] { return ctc(2); }, [=] { return ctc(3); }}},
      {"adaptive_log_softmax_with_loss",
       {[=]() mutable {
          return guard::adaptive_log_softmax_with_loss(adaptive, rows, labels).output;
        },
        [=]() mutable {
          return guard::adaptive_log_softmax_with_loss(adaptive, rows, labels.unsqueeze(1)).output;
        }}},
  };
}

TEST(GuardedLosses, AreAllOfThem) {
  const std::map<std::string, Calls> known = calls();
  EXPECT_EQ(known.size(), all_losses().size());
  for (const Loss& loss : all_losses()) {
    const auto found = known.find(loss.spec.name);
    ASSERT_NE(found, known.end()) << loss.spec.name;
    EXPECT_TRUE(found->second.right().defined()) << loss.spec.name;
    EXPECT_THROW(found->second.wrong(), ShapeError) << loss.spec.name;
    try {
      found->second.wrong();
    } catch (const ShapeError& error) {
      const std::string text = error.what_without_backtrace();
      EXPECT_EQ(text.substr(0, text.find(':')), loss.spec.name);
    }
  }
}

TEST(GuardedLosses, ComputeWhatTheyGuard) {
  const Tensor output = torch::rand({4, 1});
  const Tensor target = torch::rand({4, 1});
  EXPECT_TRUE(torch::equal(guard::mse_loss(output, target),
                           torch::nn::functional::mse_loss(output, target)));
  EXPECT_TRUE(torch::equal(guard::huber_loss(output, target, torch::kSum),
                           torch::nn::functional::huber_loss(output, target, torch::kSum)));
}

TEST(Guarded, LeavesOutTheOptionsOfAFunction) {
  const auto mse =
      guarded(torch::nn::functional::mse_loss, "(input: real[*S], target: real[*S]) -> [*S]");
  const Tensor output = torch::rand({4, 1});
  EXPECT_EQ(mse(output, output).item<double>(), 0);
  EXPECT_EQ(mse(output, output, torch::nn::functional::MSELossFuncOptions(torch::kNone)).numel(),
            4);
  EXPECT_THROW(mse(output, torch::rand({4})), ShapeError);
}

}  // namespace
}  // namespace shapefuzz
