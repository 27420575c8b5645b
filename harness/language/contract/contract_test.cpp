// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/contract/contract.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace shapefuzz {
namespace {

constexpr const char* kNll =
    "(input: logprob[C], target: index(C)[], weight?: weight[C]) -> []"
    " | (input: logprob[N,C,*d], target: index(C)[N,*d], weight?: weight[C]) -> [N,*d]";

TEST(Contract, ReadsOperandsKindsAndNames) {
  const Contract contract = parse_contract(kNll);
  ASSERT_EQ(contract.alternatives.size(), 2U);
  const Alternative& batched = contract.alternatives[1];
  ASSERT_EQ(batched.operands.size(), 3U);
  EXPECT_EQ(batched.names, (std::vector<std::string>{"N", "C", "d"}));
  EXPECT_EQ(batched.operands[1].name, "target");
  EXPECT_EQ(batched.operands[1].kind, Kind::kIndex);
  EXPECT_EQ(batched.operands[1].arguments, (std::vector<Dim>{{Dim::Type::kName, 0, 1}}));
  EXPECT_EQ(batched.operands[1].pattern,
            (Pattern{{Dim::Type::kName, 0, 0}, {Dim::Type::kPack, 0, 2}}));
  EXPECT_FALSE(batched.operands[1].optional);
  EXPECT_TRUE(batched.operands[2].optional);
  EXPECT_EQ(batched.result, batched.operands[1].pattern);
  EXPECT_TRUE(contract.operands()[1].pattern.empty());
}

TEST(Contract, ReadsNumbersAndConstraints) {
  const Contract contract =
      parse_contract("(a: real[N,3], b: real[L]) -> [1] where N >= 1, N <= L, L = 7");
  const Alternative& only = contract.alternatives[0];
  EXPECT_EQ(only.operands[0].pattern[1], (Dim{Dim::Type::kNumber, 3, 0}));
  EXPECT_EQ(only.result, (Pattern{{Dim::Type::kNumber, 1, 0}}));
  ASSERT_EQ(only.constraints.size(), 3U);
  EXPECT_EQ(only.constraints[0].op, Constraint::Op::kAtLeast);
  EXPECT_EQ(only.constraints[1].op, Constraint::Op::kAtMost);
  EXPECT_EQ(only.constraints[1].right, (Dim{Dim::Type::kName, 0, 1}));
  EXPECT_EQ(only.constraints[2].op, Constraint::Op::kEqual);
  EXPECT_EQ(only.constraints[2].right, (Dim{Dim::Type::kNumber, 7, 0}));
}

TEST(Contract, NumbersTheNamesOfOptionsFirst) {
  const Contract contract =
      parse_contract("(x: real[N,in], y: label(C,blank)[N,C]) -> [N]", {"blank", "in"});
  EXPECT_EQ(contract.options, (std::vector<std::string>{"blank", "in"}));
  EXPECT_EQ(contract.alternatives[0].names, (std::vector<std::string>{"blank", "in", "N", "C"}));
  EXPECT_EQ(contract.alternatives[0].operands[1].arguments,
            (std::vector<Dim>{{Dim::Type::kName, 0, 3}, {Dim::Type::kName, 0, 0}}));
}

TEST(Contract, PrintsOneCanonicalSpelling) {
  EXPECT_EQ(to_string(parse_contract(kNll)), kNll);
  EXPECT_EQ(to_string(parse_contract(" ( a:real [ N , *d ],b? :index ( N )[ ] )->[] where N>=2,N=N"
                                     "|(a:prob[*d],b?:sign[2])->[*d]\t")),
            "(a: real[N,*d], b?: index(N)[]) -> [] where N >= 2, N = N"
            " | (a: prob[*d], b?: sign[2]) -> [*d]");
}

// ---- A generator of contracts, for the property below.

using Words = std::vector<std::string>;

struct Part {  // a Dim whose name has no number yet
  Dim::Type type;
  std::int64_t number;
  std::string name;
  std::int64_t factor = 1;
};
using Parts = std::vector<Part>;

Parts pick_pattern(const Words& names, const Words& packs) {
  Parts parts;
  bool has_pack = false;
  for (int left = *rc::gen::inRange(0, 5); left > 0; --left) {
    const int choice = *rc::gen::inRange(0, 4);
    if (choice == 0) {
      parts.push_back({Dim::Type::kNumber, *rc::gen::inRange<std::int64_t>(0, 1 << 24), ""});
    } else if (choice == 1 && !has_pack && !packs.empty()) {
      parts.push_back({Dim::Type::kPack, 0, *rc::gen::elementOf(packs)});
      has_pack = true;
    } else if (!names.empty()) {
      const std::int64_t added = *rc::gen::elementOf(std::vector<std::int64_t>{0, 0, -1, 2});
      const std::int64_t factor = *rc::gen::elementOf(std::vector<std::int64_t>{1, 1, 2});
      parts.push_back({Dim::Type::kName, added, *rc::gen::elementOf(names), factor});
    }
  }
  return parts;
}

// Names get their numbers where they first stand in the text, so they are asked for in that order.
std::size_t number_of(const std::string& name, Words& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  const auto index = static_cast<std::size_t>(found - names.begin());
  if (found == names.end()) names.push_back(name);
  return index;
}

Pattern numbered(const Parts& parts, Words& names) {
  Pattern pattern;
  for (const Part& part : parts) {
    const bool named = part.type != Dim::Type::kNumber;
    pattern.push_back(
        {part.type, part.number, named ? number_of(part.name, names) : 0, part.factor});
  }
  return pattern;
}

Constraint pick_constraint(const Words& bound, Words& names) {
  Constraint constraint;
  constraint.left = number_of(*rc::gen::elementOf(bound), names);
  constraint.op = static_cast<Constraint::Op>(*rc::gen::inRange(0, 3));
  if (*rc::gen::arbitrary<bool>()) {
    constraint.right = {Dim::Type::kNumber, *rc::gen::inRange<std::int64_t>(0, 100), 0};
  } else {
    constraint.right = {Dim::Type::kName, 0, number_of(*rc::gen::elementOf(bound), names)};
  }
  return constraint;
}

Alternative pick_alternative(const Words& options, const std::vector<bool>& optional) {
  // The words of the notation are names like any other.
  const Words pool = {"N", "C", "where", "real", "_x", "S1"};
  std::vector<Parts> patterns(optional.size());
  Words names = options;
  Words packs;
  for (std::size_t i = 0; i < optional.size(); ++i) {
    if (optional[i]) continue;
    patterns[i] = pick_pattern(pool, {"d", "S"});
    for (const Part& part : patterns[i]) {
      if (part.type == Dim::Type::kName) number_of(part.name, names);
      if (part.type == Dim::Type::kPack) number_of(part.name, packs);
    }
  }
  Alternative alternative;
  alternative.names = options;
  for (std::size_t i = 0; i < optional.size(); ++i) {
    OperandPattern operand;
    operand.name = (i == 0 ? "where" : "x") + std::to_string(i);
    operand.optional = optional[i];
    const KindInfo& kind = *rc::gen::elementOf(all_kinds());
    if (kind.least_arguments == 0 || !names.empty()) operand.kind = kind.value;
    const std::size_t arguments = names.empty()
                                      ? 0
                                      : *rc::gen::inRange(info(operand.kind).least_arguments,
                                                          info(operand.kind).most_arguments + 1);
    for (std::size_t j = 0; j < arguments; ++j) {
      operand.arguments.push_back(
          {Dim::Type::kName, 0, number_of(*rc::gen::elementOf(names), alternative.names)});
    }
    if (optional[i]) patterns[i] = pick_pattern(names, packs);
    operand.pattern = numbered(patterns[i], alternative.names);
    alternative.operands.push_back(operand);
  }
  alternative.result = numbered(pick_pattern(names, packs), alternative.names);
  for (int left = names.empty() ? 0 : *rc::gen::inRange(0, 3); left > 0; --left) {
    alternative.constraints.push_back(pick_constraint(names, alternative.names));
  }
  std::vector<std::size_t> missable;
  for (std::size_t i = 0; i < optional.size(); ++i) {
    if (optional[i]) missable.push_back(i);
  }
  if (missable.size() > 1 && *rc::gen::arbitrary<bool>()) {
    alternative.exclusive.emplace_back(missable.front(), missable.back());
  }
  return alternative;
}

Contract pick_contract() {
  Contract contract;
  contract.options =
      *rc::gen::elementOf(std::vector<Words>{{}, {"blank"}, {"p", "log_input", "in_features"}});
  std::vector<bool> optional =
      *rc::gen::resize(static_cast<int>(kMaxOperands) - 1, rc::gen::arbitrary<std::vector<bool>>());
  optional.insert(optional.begin(), false);
  const Fold fold = static_cast<Fold>(*rc::gen::inRange(0, 3));
  for (int left = *rc::gen::inRange(1, 4); left > 0; --left) {
    contract.alternatives.push_back(pick_alternative(contract.options, optional));
    contract.alternatives.back().fold = fold;
  }
  return contract;
}

bool same(const OperandPattern& a, const OperandPattern& b) {
  return a.name == b.name && a.optional == b.optional && a.kind == b.kind &&
         a.arguments == b.arguments && a.pattern == b.pattern;
}

bool same(const Constraint& a, const Constraint& b) {
  return a.left == b.left && a.op == b.op && a.right == b.right;
}

bool same(const Alternative& a, const Alternative& b);

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return same(x, y); });
}

bool same(const Alternative& a, const Alternative& b) {
  return a.names == b.names && same(a.operands, b.operands) && a.result == b.result &&
         same(a.constraints, b.constraints);
}

RC_GTEST_PROP(Contract, ReadsBackEveryContractThatItPrints, ()) {
  const Contract contract = pick_contract();
  const std::string text = to_string(contract);
  RC_LOG() << text << "\n";
  const Contract read = parse_contract(text, contract.options);
  RC_ASSERT(read.options == contract.options);
  RC_ASSERT(same(read.alternatives, contract.alternatives));
  RC_ASSERT(to_string(read) == text);
}

}  // namespace
}  // namespace shapefuzz
