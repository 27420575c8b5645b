// SPDX-License-Identifier: BSD-3-Clause
#include "shapefuzz/guard.h"

#include <fmt/core.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "harness/language/case/case.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/tell/guard/compile.h"
#include "harness/tell/shapes/refusal.h"

namespace shapefuzz {
namespace {

using guard_detail::OperandSizes;

Contract contract_of(std::string_view text) {
  try {
    return by_shapes(parse_without_options(text));
  } catch (const ParseError& error) {
    throw c10::Error("the contract of a guard: " + explain(error, text), /*backtrace=*/{});
  }
}

Shape shape_of(const OperandSizes& operand) {
  Shape shape;
  for (std::size_t i = 0; i < operand.rank; ++i) shape.push_back(operand.sizes[i]);
  return shape;
}

bool is_accepted(const Contract& contract, const Call& call, GuardPolicy policy) {
  const Zone zone = classify(contract, call);
  switch (policy) {
    case GuardPolicy::kStrict:
      return zone == Zone::kValid;
    case GuardPolicy::kExpand:
      return zone != Zone::kIncompatible;
    case GuardPolicy::kBroadcast:
      break;
  }
  return zone != Zone::kIncompatible || !tolerant_readings(contract, call).empty();
}

}  // namespace

struct Guard::Long {
  LossSpec spec;
  GuardPolicy policy;
  CompiledContract compiled;

  // The operands, each stored as the nearest alternative has its kind.
  Case case_of(const Call& call) const {
    const Reading reading = nearest_reading(spec.contract, call);
    Case c;
    c.loss = spec.name;
    for (std::size_t i = 0; i < spec.contract.operands().size(); ++i) {
      if (!call.operands[i].present) continue;
      Operand operand;
      operand.name = spec.contract.operands()[i].name;
      operand.shape = call.operands[i].shape;
      operand.dtype = default_dtype(reading.alternative->operands[i].kind);
      c.operands.push_back(std::move(operand));
    }
    return c;
  }
};

Guard::Guard(std::string_view contract, std::string name, GuardPolicy policy, bool in_python) {
  auto unpacked = std::make_shared<Long>();
  unpacked->spec.name = std::move(name);
  unpacked->spec.own = true;
  unpacked->spec.in_python = in_python;
  unpacked->spec.reduces = false;
  unpacked->spec.contract = contract_of(contract);
  unpacked->policy = policy;
  unpacked->compiled = compile(unpacked->spec.contract);
  program_ = unpacked->compiled.program();
  long_ = std::move(unpacked);
}

void Guard::take_the_long_way(const OperandSizes* operands, std::size_t count) const {
  const LossSpec& spec = long_->spec;
  const auto& patterns = spec.contract.operands();
  Call call;
  call.any_numbers = true;
  for (std::size_t i = 0; i < count; ++i) {
    if (operands[i].sizes == nullptr) continue;
    if (i >= patterns.size()) {
      throw ShapeError(fmt::format("{}: found {} operands, expected {}: the contract is {}\n",
                                   spec.name, count, patterns.size(), to_string(spec.contract)));
    }
    if (operands[i].rank > kMaxRank) {
      throw ShapeError(fmt::format("{}: {} has {} dimensions, expected at most {}\n", spec.name,
                                   patterns[i].name, operands[i].rank, kMaxRank));
    }
    call.operands[i] = {true, shape_of(operands[i]), NumberClass::kFloating};
  }
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (call.operands[i].present || patterns[i].optional) continue;
    throw ShapeError(fmt::format("{}: {} is missing: the contract is {}\n", spec.name,
                                 patterns[i].name, to_string(spec.contract)));
  }
  if (is_accepted(spec.contract, call, long_->policy)) return;
  throw ShapeError(refusal_of(long_->case_of(call), spec));
}

namespace {

// What stands for a guard that is kept: its contract and name.
using Key = std::pair<std::string_view, std::string_view>;
struct ByText {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): std::map asks for it
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return Key(a) < Key(b);
  }
};

}  // namespace

const Guard& guard_of(std::string_view contract, std::string_view name) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, std::string>, const Guard, ByText> guards;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto known = guards.find(Key(contract, name));
  if (known != guards.end()) return known->second;
  return guards
      .emplace(std::pair(std::string(contract), std::string(name)),
               Guard(contract, std::string(name)))
      .first->second;
}

}  // namespace shapefuzz
