// SPDX-License-Identifier: BSD-3-Clause
// The contract parser: what it reads, it prints and reads again as the same contract, and the
// questions that are asked of a contract have an answer.
#include "fuzz/property.h"
#include "harness/language/contract/contract.h"
#include "harness/language/contract/unify.h"

namespace shapefuzz {
namespace {

const std::vector<std::string>& options() {
  static const std::vector<std::string> names = {"ignore_index", "blank", "log_target", "p"};
  return names;
}

// The call that an alternative describes, every name at one size.
Call call_of(const Alternative& alternative, std::int64_t size) {
  Call call;
  call.options.fill(size);
  Bindings bindings;
  bindings.sizes.fill(size);
  for (Shape& pack : bindings.packs) pack = {size};
  for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
    const OperandPattern& operand = alternative.operands[i];
    call.operands[i].present = true;
    call.operands[i].shape = instantiate(operand.pattern, bindings);
    if (info(operand.kind).integral) call.operands[i].numbers = NumberClass::kIntegral;
  }
  return call;
}

void check_contract(const Contract& contract, std::string_view text) {
  const std::string printed = to_string(contract);
  const Contract again = parse_contract(printed, options());
  require(to_string(again) == printed, "a printed contract reads back as itself", text);
  require(again.alternatives.size() == contract.alternatives.size(),
          "no alternative is lost in printing", text);
  for (const Alternative& alternative : contract.alternatives) {
    require(alternative.operands.size() <= kMaxOperands, "no more operands than there may be",
            text);
    require(alternative.names.size() <= kMaxNames, "no more names than there may be", text);
    // A loss of many dims would exceed the rank that a Shape holds; no loss has that.
    const auto fits = [](const Pattern& pattern) { return pattern.size() < kMaxRank; };
    bool all_fit = fits(alternative.result);
    for (const OperandPattern& operand : alternative.operands) {
      all_fit = all_fit && fits(operand.pattern);
    }
    if (!all_fit) continue;
    const Call call = call_of(alternative, 2);
    Reading reading;
    const Zone zone = classify(contract, call, &reading);
    require(zone == classify(again, call), "a printed contract has the same zones", text);
    require(zone == Zone::kIncompatible || reading.alternative != nullptr,
            "a call that is read has a reading", text);
  }
}

}  // namespace
}  // namespace shapefuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapefuzz;
  return require_parser(
      as_text(data, size), [](Cursor& cursor) { return parse_contract(cursor, options()); },
      check_contract);
}
