// SPDX-License-Identifier: BSD-3-Clause
// Batches of LibTorch's own data loaders, and what goes wrong in them.
#include "shapefuzz/batches.h"

#include <gtest/gtest.h>
#include <torch/data/dataloader.h>
#include <torch/data/datasets/base.h>
#include <torch/data/datasets/map.h>
#include <torch/data/samplers/sequential.h>
#include <torch/data/transforms/stack.h>
#include <torch/types.h>

namespace shapefuzz {
namespace {

using at::Tensor;
using Samples = std::vector<torch::data::Example<>>;

constexpr const char* kImages = "(images: prob[N,1,2,2], labels: index(10)[N])";

struct Images : torch::data::datasets::Dataset<Images> {
  explicit Images(Samples given) : samples(std::move(given)) {}
  torch::data::Example<> get(std::size_t index) override { return samples[index]; }
  torch::optional<std::size_t> size() const override { return samples.size(); }
  Samples samples;
};

Samples ten_samples() {
  Samples samples;
  for (std::int64_t i = 0; i < 10; ++i)
    samples.emplace_back(torch::rand({1, 2, 2}), torch::tensor(i));
  return samples;
}

std::size_t check(const Samples& samples, std::size_t n = 3) {
  const auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      Images(samples).map(torch::data::transforms::Stack<>()), 4);
  return check_batches(loader, kImages, n);
}

std::string refusal(const Samples& samples, std::size_t n = 3) {
  try {
    check(samples, n);
  } catch (const BatchError& error) {
    return error.what_without_backtrace();
  }
  return "";
}

TEST(Batches, AreLookedAtFirstAndLast) {
  EXPECT_EQ(check(ten_samples()), 3U);
  EXPECT_EQ(check(ten_samples(), 1), 2U);
}

TEST(Batches, OfTheLastOneToo) {
  Samples samples = ten_samples();
  samples.back().target = torch::tensor(11);
  EXPECT_EQ(refusal(samples, 1),
            "the last batch, 2: labels holds 11 where the contract has a class index in [0, 10)\n"
            "  contract  (images: prob[N,1,2,2], labels: index(10)[N])\n");
}

TEST(Batches, SayWhatWentWrong) {
  Samples samples = ten_samples();
  for (auto& sample : samples) sample.target = sample.target.unsqueeze(0);
  EXPECT_NE(refusal(samples).find("batch 0: labels is [4, 1] where [4] is demanded"),
            std::string::npos)
      << refusal(samples);
  samples = ten_samples();
  for (auto& sample : samples) sample.target = sample.target.to(torch::kFloat);
  EXPECT_NE(refusal(samples).find("instead   labels.to(torch::kLong)"), std::string::npos)
      << refusal(samples);
  samples = ten_samples();
  for (auto& sample : samples) sample.data = sample.data * 255 + 2;
  EXPECT_NE(refusal(samples).find("divided by 255"), std::string::npos) << refusal(samples);
  samples = ten_samples();
  for (auto& sample : samples) sample.data = sample.data.permute({1, 2, 0});
  EXPECT_NE(refusal(samples).find("images is [4, 2, 2, 1]"), std::string::npos) << refusal(samples);
}

TEST(Batches, MayBeOfManyForms) {
  const Tensor x = torch::rand({2, 3});
  const Tensor y = torch::zeros({2}, torch::kLong);
  const char* const contract = "(x: real[N,3], y: index(5)[N])";
  const std::vector<std::pair<Tensor, Tensor>> pairs = {{x, y}};
  EXPECT_EQ(check_batches(pairs, contract), 1U);
  const std::vector<std::tuple<Tensor, Tensor>> tuples = {{x, y}};
  EXPECT_EQ(check_batches(tuples, contract), 1U);
  const std::vector<std::vector<Tensor>> vectors = {{x, y}};
  EXPECT_EQ(check_batches(vectors, contract), 1U);
  const std::vector<std::vector<Tensor>> short_ones = {{x}};
  EXPECT_THROW(check_batches(short_ones, contract), BatchError);
  const std::vector<std::pair<Tensor, Tensor>> none;
  EXPECT_THROW(check_batches(none, contract), BatchError);
  EXPECT_THROW(check_batches(pairs, "(x: reel[N])"), BatchError);
  EXPECT_THROW(check_batches(pairs, contract, 0), BatchError);
}

}  // namespace
}  // namespace shapefuzz
