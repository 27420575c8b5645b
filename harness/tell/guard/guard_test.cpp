// SPDX-License-Identifier: BSD-3-Clause
// The guard refuses what the contract refuses by its shapes, in the words of `run`, and its short
// way never says another thing than the long one.
#include "shapefuzz/guard.h"

#include <ATen/ATen.h>
#include <c10/util/Optional.h>
#include <gtest/gtest.h>

#include <thread>

#include "harness/losses/registry/registry.h"
#include "harness/search/sweep/plan.h"
#include "harness/tell/guard/compile.h"

namespace shapefuzz {
namespace {

using at::Tensor;
using guard_detail::OperandSizes;

constexpr const char* kElements = "(input: real[*S], target: real[*S]) -> [*S]";

std::string refusal(const Guard& guard, const std::vector<Tensor>& operands) {
  try {
    switch (operands.size()) {
      case 1:
        guard.demand(operands[0]);
        break;
      case 2:
        guard.demand(operands[0], operands[1]);
        break;
      default:
        guard.demand(operands[0], operands[1], operands[2]);
    }
  } catch (const ShapeError& error) {
    return error.what_without_backtrace();
  }
  return "";
}

Tensor of(at::IntArrayRef sizes) { return at::zeros(sizes); }

TEST(Guard, SaysWhatRunSays) {
  const Guard guard(kElements, "mse");
  EXPECT_EQ(refusal(guard, {of({64, 1}), of({64})}),
            "mse: target is [64] where [64, 1] is demanded (forgot_unsqueeze)\n"
            "  contract  (input: real[*S], target: real[*S]) -> [*S]\n"
            "            with *S = [64, 1]\n"
            "  sizes     input     64   1\n"
            "            target        64\n"
            "                           ^ 64 where 1 is demanded\n"
            "            together  64  64\n"
            "  instead   target.unsqueeze(-1)\n"
            "  or        input.squeeze(-1)\n");
  EXPECT_EQ(refusal(guard, {of({64, 1}), of({64, 1})}), "");
  EXPECT_EQ(refusal(guard, {of({}), of({})}), "");
  EXPECT_NE(refusal(guard, {of({64, 1}), Tensor()}).find("target is missing"), std::string::npos);
  EXPECT_NE(refusal(guard, {of({2}), of({2}), of({2})}).find("found 3 operands, expected 2"),
            std::string::npos);
  const std::vector<std::int64_t> many(20, 1);
  EXPECT_EQ(refusal(guard, {of(many), of(many)}), "");
  EXPECT_NE(refusal(guard, {of(many), of({1})}).find("20 dimensions"), std::string::npos);
}

TEST(Guard, IsAnErrorOfLibTorch) {
  EXPECT_THROW(demand(kElements, of({2, 1}), of({2})), c10::Error);
  EXPECT_NO_THROW(demand(kElements, of({2, 1}), of({2, 1})));
  EXPECT_THROW(Guard("(input: reel[N]) -> [N]"), c10::Error);
}

TEST(Guard, ForgivesWhatItsPolicyForgives) {
  const auto verdict = [](GuardPolicy policy, at::IntArrayRef input, at::IntArrayRef target) {
    return refusal(Guard(kElements, "mse", policy), {of(input), of(target)}).empty();
  };
  EXPECT_FALSE(verdict(GuardPolicy::kStrict, {4, 3}, {3}));
  EXPECT_TRUE(verdict(GuardPolicy::kExpand, {4, 3}, {3}));
  EXPECT_FALSE(verdict(GuardPolicy::kExpand, {3}, {4, 3}));
  EXPECT_TRUE(verdict(GuardPolicy::kBroadcast, {3}, {4, 3}));
  EXPECT_FALSE(verdict(GuardPolicy::kBroadcast, {3}, {4, 2}));
}

TEST(Guard, ReadsContractsWithoutTheirOptions) {
  const Guard entropy("(input: real[N,C], target: index(C,ignore_index)[N]) -> [N]");
  EXPECT_EQ(refusal(entropy, {of({4, 3}), of({4})}), "");
  EXPECT_NE(refusal(entropy, {of({4, 3}), of({4, 1})}), "");
  const Guard taus("(prediction: real[N,len(taus)], target: real[N]) -> [N]");
  EXPECT_EQ(refusal(taus, {of({4, 3}), of({4})}), "");
  const Guard modes(
      "(x: real[N], y: real[N]) -> [N] where mode = soft | (x: real[N,C], y: real[N]) -> [N] where "
      "mode = hard, C >= 2");
  EXPECT_EQ(refusal(modes, {of({4}), of({4})}), "");
  EXPECT_EQ(refusal(modes, {of({4, 2}), of({4})}), "");
  EXPECT_NE(refusal(modes, {of({4, 1}), of({3})}), "");
}

TEST(Guard, StandsBeforeAFunction) {
  int calls = 0;
  const auto mse = guarded(
      [&](const Tensor& input, const Tensor& target, double scale) {
        ++calls;
        return at::mse_loss(input, target) * scale;
      },
      kElements);
  EXPECT_EQ(mse(at::ones({2, 1}), of({2, 1}), 3.0).item<double>(), 3);
  EXPECT_THROW(mse(of({2, 1}), of({2}), 3.0), ShapeError);
  EXPECT_EQ(calls, 1);
}

TEST(Guard, LooksAtTensorsThatMayBeMissing) {
  using Optional = c10::optional<Tensor>;
  const auto weighted = guarded(
      [](const Tensor& input, const Tensor& target, const Optional& weight) {
        return (input - target).abs() * weight.value_or(at::ones({}));
      },
      "(input: real[N], target: real[N], weight?: weight[N]) -> [N]");
  EXPECT_EQ(weighted(of({3}), of({3}), Optional()).numel(), 3);
  EXPECT_EQ(weighted(of({3}), of({3}), Optional(of({3}))).numel(), 3);
  EXPECT_THROW(weighted(of({3}), of({3}), Optional(of({3, 1}))), ShapeError);
  EXPECT_THROW(demand("(a: real[N], b?: real[N]) -> [N]", of({3}), Optional(of({2}))), ShapeError);
}

TEST(Guard, SaysWhichConstraintDoesNotHold) {
  const Guard guard("(input: real[N,C], target: index(C)[N]) -> [N] where C >= 2", "two");
  EXPECT_EQ(refusal(guard, {of({4, 1}), of({4})}).substr(0, 40),
            "two: C is 1 where C >= 2 is demanded\n  c");
  EXPECT_THROW(Guard("(input: real[N], target: real[M]) -> [N]"), c10::Error);
  EXPECT_NO_THROW(Guard("(input: real[N],\n\ttarget: real[N])\n-> [N]"));
}

TEST(Guard, IsParsedOnceByWhateverThread) {
  std::vector<std::thread> threads;
  std::array<const Guard*, 8> guards{};
  for (const Guard*& guard : guards)
    threads.emplace_back([&guard] { guard = &guard_of(kElements); });
  for (std::thread& thread : threads) thread.join();
  for (const Guard* const guard : guards) EXPECT_EQ(guard, guards[0]);
}

// The operands of a case as the guard sees them.
struct Sizes {
  std::vector<std::vector<std::int64_t>> sizes;
  std::array<OperandSizes, guard_detail::kMostOperands> operands{};

  Sizes(const Case& c, const Contract& contract) : sizes(contract.operands().size()) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const Operand* const operand = c.find_operand(contract.operands()[i].name);
      if (operand == nullptr) continue;
      sizes[i].assign(operand->shape.begin(), operand->shape.end());
      sizes[i].push_back(0);  // never read, so that a scalar has an address too
      operands[i] = {sizes[i].data(), operand->shape.rank()};
    }
  }
};

// The cases of the standard sweep of a loss up to that rank, by their shapes: one reduction of one
// entry stands for all.
template <class Check>
void for_each_case(const Loss& loss, std::size_t max_rank, const Check& check) {
  const std::vector<Shape> shapes = all_shapes(max_rank, 3);
  for (const Variation& v : variations_of(loss, {loss.spec.entries.front()})) {
    for (const Shape& output : shapes) {
      for (const Shape& varied : shapes) {
        const Case c = v.make_case(output, varied, v.ways.front(), 0);
        Call call = to_call(c, loss.spec);
        call.any_numbers = true;
        check(c, call);
      }
    }
  }
}

Zone by_shapes_alone(const Contract& contract, Call call) {
  call.options.fill(kUnbound);
  return classify(contract, call);
}

TEST(GuardProgram, AgreesWithTheLongWayOnEveryShapeOfTheSweep) {
  std::uint64_t cases = 0;
  std::uint64_t short_ways = 0;
  for (const Loss& loss : all_losses()) {
    const Contract contract = by_shapes(loss.spec.contract);
    const CompiledContract compiled = compile(contract);
    const guard_detail::Program program = compiled.program();
    const bool has_all_words = compiled.alternatives.size() == contract.alternatives.size();
    for_each_case(loss, 3, [&](const Case& c, const Call& call) {
      const Sizes sizes(c, contract);
      const bool fits = program.fits(sizes.operands.data(), sizes.sizes.size());
      const bool valid = by_shapes_alone(contract, call) == Zone::kValid;
      ASSERT_TRUE(has_all_words ? fits == valid : !fits || valid) << to_string(c);
      ++cases;
      short_ways += fits ? 1 : 0;
    });
  }
  EXPECT_GT(cases, 200000U);
  EXPECT_GT(short_ways, 2000U);
}

// By its own options a loss may demand more than by its shapes alone; of most it makes no
// difference.
TEST(GuardProgram, RefusesWhatTheContractRefusesByItsShapes) {
  for (const Loss& loss : all_losses()) {
    if (loss.spec.name == "adaptive_log_softmax_with_loss") continue;  // its options are sizes
    const Contract contract = by_shapes(loss.spec.contract);
    for_each_case(loss, 2, [&](const Case& c, const Call& call) {
      ASSERT_EQ(by_shapes_alone(contract, call) == Zone::kIncompatible,
                classify(loss.spec.contract, call) == Zone::kIncompatible)
          << to_string(c);
    });
  }
}

}  // namespace
}  // namespace shapefuzz
