// SPDX-License-Identifier: BSD-3-Clause
// parse(print(c)) == c: what the sweep, the campaign and the corpus all rely on.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "harness/language/case/case.h"
#include "harness/testing/shape_gen.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

double pick_real() {
  using Limits = std::numeric_limits<double>;
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return *rc::gen::element(0.0, -0.0, 1.0, Limits::infinity(), -Limits::infinity(),
                               Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::denorm_min(),
                               Limits::max(), Limits::lowest(), 1e16, 1e-5, 0.1);
    case 1:
      return static_cast<double>(*rc::gen::inRange(-1000, 1000));
    default:  // any bits at all
      const auto bits = *rc::gen::arbitrary<std::uint64_t>();
      return std::ldexp(static_cast<double>(bits), static_cast<int>(bits % 2000) - 1060);
  }
}

double pick_whole(DType dtype) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  std::int64_t low = -kExact;
  std::int64_t high = kExact;
  if (dtype == DType::kBool) {
    low = 0, high = 1;
  } else if (dtype == DType::kU8) {
    low = 0, high = 255;
  } else if (dtype == DType::kI32) {
    low = std::numeric_limits<std::int32_t>::min(), high = std::numeric_limits<std::int32_t>::max();
  }
  return static_cast<double>(*rc::gen::oneOf(rc::gen::inRange(low, high + 1),
                                             rc::gen::element(low, high),
                                             rc::gen::inRange<std::int64_t>(0, 2)));
}

Operand pick_operand(const std::string& name) {
  Operand operand;
  operand.name = name;
  operand.dtype = *rc::gen::elementOf(all_dtypes());
  operand.shape = *shapes(4, 3);
  operand.layout = *rc::gen::elementOf(all_layouts());
  operand.constant = *rc::gen::arbitrary<bool>();
  if (*rc::gen::inRange(0, 3) > 0) return operand;
  for (std::int64_t i = 0; i < operand.shape.elements(); ++i) {
    const bool integral = number_class(operand.dtype) == NumberClass::kIntegral;
    operand.values.push_back(integral ? pick_whole(operand.dtype) : pick_real());
  }
  return operand;
}

OptionValue pick_option(const OptionSpec& spec, bool size) {
  // Two sizes of 1000 are within the cap on elements; any 64 bits are refused.
  if (size) return *rc::gen::inRange<std::int64_t>(-1000, 1000);
  switch (spec.standard.index()) {
    case 0:
      return *rc::gen::arbitrary<bool>();
    case 1:
      return *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                             rc::gen::inRange<std::int64_t>(-1, 6));
    case 2:
      return pick_real();
    case 3:
      return *rc::gen::elementOf(spec.choices);
    default:
      return *rc::gen::resize(64, rc::gen::arbitrary<std::vector<std::int64_t>>());
  }
}

Case pick_case() {
  const LossSpec& spec = **rc::gen::elementOf(test_specs());
  Case c;
  c.loss = spec.name;
  c.entry = *rc::gen::elementOf(spec.entries);
  for (const OperandPattern& pattern : spec.contract.operands()) {
    if (pattern.optional && *rc::gen::arbitrary<bool>()) continue;
    c.operands.push_back(pick_operand(pattern.name));
  }
  for (const OptionSpec& option : spec.options) {
    if (*rc::gen::arbitrary<bool>()) {
      c.set_option(spec, option.name, pick_option(option, is_size(spec.contract, option.name)));
    }
  }
  c.seed = *rc::gen::element<std::uint64_t>(0, 1, *rc::gen::arbitrary<std::uint64_t>(), ~0ULL);
  return c;
}

RC_GTEST_PROP(CaseRoundtrip, ReadsBackEveryCaseThatItPrints, ()) {
  const Case c = pick_case();
  const std::string text = to_string(c);
  RC_LOG() << text << "\n";
  const Case read = test_case(text);
  RC_ASSERT(read == c);
  RC_ASSERT(to_string(read) == text);
}

// The sign of a zero is no difference of values, but it is one of a result.
RC_GTEST_PROP(CaseRoundtrip, ReadsBackEveryRealNumberToTheLastBit, ()) {
  const double value = pick_real();
  const std::string text = to_string(value);
  Cursor cursor(text);
  const double read = parse_real(cursor, "a number");
  RC_ASSERT(cursor.at_end());
  RC_ASSERT(std::signbit(read) == std::signbit(value));
  RC_ASSERT(read == value || (std::isnan(read) && std::isnan(value)));
}

// Whatever stands in a line, it is a case or a ParseError, and never anything else.
RC_GTEST_PROP(CaseRoundtrip, RefusesOrReadsEveryDamagedLine, ()) {
  std::string text = to_string(pick_case());
  for (int left = *rc::gen::inRange(1, 4); left > 0 && !text.empty(); --left) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto count = *rc::gen::inRange<std::size_t>(0, 6);
    const auto inserted = *rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(),
        rc::gen::element<std::string>("[", ")", "{", ",", "#", "~", "-1", "99999999999", "=f64"));
    text = text.substr(0, at) + inserted + text.substr(std::min(text.size(), at + count));
  }
  try {
    const Case c = test_case(text);
    RC_ASSERT(test_case(to_string(c)) == c);
  } catch (const ParseError& error) {
    RC_ASSERT(error.offset() <= text.size());
    RC_ASSERT(explain(error, text).size() < 2000U);
  }
}

}  // namespace
}  // namespace shapefuzz
