// SPDX-License-Identifier: BSD-3-Clause
// The contracts that are inferred of LibTorch's losses against those that are documented.
#include <gtest/gtest.h>

#include <iostream>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/infer/infer.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {
namespace {

// Sizes of 1 are left out: those that are documented nowhere else are no names of sizes.
std::vector<Shape> shapes_without_ones() {
  std::vector<Shape> shapes;
  for (const Shape& shape : all_shapes(3, 3, 2)) shapes.push_back(shape);
  return shapes;
}

// Whole numbers only where an alternative has an index: what else is taken for a number is no
// shape.
std::vector<NumberClass> numbers_of(const Contract& documented, std::size_t operand) {
  std::vector<NumberClass> numbers = {NumberClass::kFloating};
  for (const Alternative& alternative : documented.alternatives) {
    if (!info(alternative.operands[operand].kind).integral) continue;
    numbers.push_back(NumberClass::kIntegral);
    break;
  }
  return numbers;
}

// Whether two contracts take the same shapes of the required operands, by two at a time.
bool take_the_same(const Loss& loss, const Contract& documented, const Contract& inferred) {
  std::vector<std::size_t> required;
  const auto& operands = documented.operands();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].optional) required.push_back(i);
  }
  static const std::vector<Shape> shapes = shapes_without_ones();
  for (const Shape& output : shapes) {
    for (const Shape& other : shapes) {
      for (const NumberClass numbers : numbers_of(documented, required[1])) {
        for (const Shape& third : required.size() > 2 ? shapes : std::vector<Shape>{Shape{}}) {
          Call call;
          Case defaults;
          defaults.loss = loss.spec.name;
          bind_options(defaults, loss.spec, call);
          call.operands[required[0]] = {true, output, NumberClass::kFloating};
          call.operands[required[1]] = {true, other, numbers};
          if (required.size() > 2) {
            call.operands[required[1]].numbers = NumberClass::kFloating;
            call.operands[required[2]] = {true, third, NumberClass::kFloating};
          }
          const bool by_document = classify(documented, call) == Zone::kValid;
          const bool by_inference = classify(inferred, call) == Zone::kValid;
          if (by_document != by_inference) return false;
        }
      }
    }
  }
  return true;
}

TEST(Infer, GivesTheDocumentedShapesOfAtLeast18Losses) {
  int same = 0;
  for (const Loss& loss : all_losses()) {
    // Memory that is damaged by what these two do not check is this process's own.
    if (loss.spec.name == "ctc_loss" || loss.spec.name == "adaptive_log_softmax_with_loss")
      continue;
    const Inferred inferred = infer(loss);
    ASSERT_FALSE(inferred.contract.empty()) << loss.spec.name;
    const bool is_same = take_the_same(loss, loss.spec.contract, parse_contract(inferred.contract));
    std::cout << (is_same ? "the same: " : "another:  ") << loss.spec.name << " "
              << inferred.contract << "\n";
    same += is_same ? 1 : 0;
  }
  EXPECT_GE(same, 18);
}

TEST(Infer, LeavesBroadcastsOut) {
  const Inferred inferred = infer(*find_loss("mse_loss"));
  EXPECT_EQ(inferred.contract, "(input: real[*S], target: real[*S]) -> [*S]");
  ASSERT_FALSE(inferred.exceptions.empty());
  EXPECT_NE(inferred.exceptions.front().find("broadcasts"), std::string::npos);
}

}  // namespace
}  // namespace shapefuzz
