// SPDX-License-Identifier: BSD-3-Clause
#include "properties/generator.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "harness/language/case/ordinary.h"
#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/search/generate/draw.h"

namespace shapefuzz {
namespace {

// Uniform in [low, high). RapidCheck grows its ranges with the number of tests done; here all of
// the range is wanted from the first test on.
template <class Integer>
Integer pick(Integer low, Integer high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Integer>(low, high));
}

constexpr std::int64_t kNever = std::int64_t{1} << 40;

// Of somebody's own loss only ordinary cases, unless SHAPEFUZZ_THOROUGH is set.
bool is_left_plain(const Loss& loss) {
  static const bool thorough = std::getenv("SHAPEFUZZ_THOROUGH") != nullptr;
  return loss.spec.own && !thorough;
}

struct Drawn {
  Case c;
  Reading reading;
};

Drawn draw(const Loss& loss, const std::string& entry) {
  Drawn drawn;
  DrawBounds bounds;
  if (is_left_plain(loss)) bounds.zero_one_in = kNever;
  drawn.c = draw_case(loss.spec, entry, loss.sweep_options, pick<std::int64_t>, bounds);
  RC_PRE(zone_of(drawn.c, loss.spec, &drawn.reading) == Zone::kValid);
  return drawn;
}

const OperandPattern& pattern_of(const Drawn& drawn, const Operand& operand) {
  const auto& patterns = drawn.reading.alternative->operands;
  return *std::find_if(patterns.begin(), patterns.end(),
                       [&](const OperandPattern& pattern) { return pattern.name == operand.name; });
}

void add_shapes(const Drawn& drawn, std::size_t victim, std::vector<DrawnCase>& possible) {
  const Operand& operand = drawn.c.operands[victim];
  const OperandPattern& pattern = pattern_of(drawn, operand);
  std::optional<std::int64_t> classes;
  if (pattern.kind == Kind::kIndex) classes = bind_kind(pattern, drawn.reading.bindings).argument;
  const std::int64_t change = pick<std::int64_t>(1, 3);
  for (const Mistake mistake : applicable_mistakes()) {
    const auto shape = apply(mistake, operand.shape, change, classes);
    if (!shape) continue;
    possible.push_back({drawn.c, mistake, operand.name});
    possible.back().c.operands[victim].shape = *shape;
  }
}

void add_dtypes(const Drawn& drawn, std::size_t victim, std::vector<DrawnCase>& possible) {
  const DType dtype = *rc::gen::elementOf(all_dtypes());
  if (drawn.c.operands[victim].dtype == dtype) return;
  possible.push_back({drawn.c, Mistake::kOtherDtype, drawn.c.operands[victim].name});
  possible.back().c.operands[victim].dtype = dtype;
  // A whole model in half precision.
  if (dtype != DType::kF16 && dtype != DType::kBF16) return;
  possible.push_back({drawn.c, Mistake::kOtherDtype, drawn.c.operands[0].name});
  for (Operand& operand : possible.back().c.operands) {
    if (number_class(operand.dtype) == NumberClass::kFloating) operand.dtype = dtype;
  }
}

// The values that the operand has without being listed, the first one changed.
void change_value(const Loss& loss, const Drawn& drawn, Operand& operand, double value) {
  const auto& patterns = loss.spec.contract.operands();
  const auto index = static_cast<std::size_t>(
      std::find_if(patterns.begin(), patterns.end(),
                   [&](const OperandPattern& pattern) { return pattern.name == operand.name; }) -
      patterns.begin());
  const BoundKind kind = bind_kind(pattern_of(drawn, operand), drawn.reading.bindings);
  operand.values = effective_values(operand, kind, drawn.c.seed, index);
  operand.values.front() = value;
}

void add_values(const Loss& loss, const Drawn& drawn, std::size_t victim,
                std::vector<DrawnCase>& possible) {
  const Operand& operand = drawn.c.operands[victim];
  if (operand.shape.elements() == 0 || !loss.checks(operand.name)) return;
  const BoundKind kind = bind_kind(pattern_of(drawn, operand), drawn.reading.bindings);
  for (const double value : illegal_samples(kind)) {
    possible.push_back({drawn.c, Mistake::kIllegalValue, operand.name});
    change_value(loss, drawn, possible.back().c.operands[victim], value);
  }
}

// A value at the edge of its kind, in one of six valid cases.
Drawn at_boundary(const Loss& loss, Drawn drawn) {
  const bool wanted = pick(0, 6) == 5;
  Operand& operand = drawn.c.operands[pick<std::size_t>(0, drawn.c.operands.size())];
  const auto samples = legal_samples(bind_kind(pattern_of(drawn, operand), drawn.reading.bindings));
  const auto choice = pick<std::size_t>(0, 64);
  const bool possible =
      operand.shape.elements() > 0 && loss.checks(operand.name) && !is_left_plain(loss);
  if (wanted && possible && !samples.empty()) {
    change_value(loss, drawn, operand, samples[choice % samples.size()]);
  }
  return drawn;
}

void add_options(const Loss& loss, const Drawn& drawn, std::vector<DrawnCase>& possible) {
  if (loss.spec.illegal_option == nullptr) return;
  for (const OptionSpec& option : loss.spec.options) {
    if (!loss.checks(option.name)) continue;
    for (const OptionValue& value : option.samples) {
      Case c = drawn.c;
      c.set_option(loss.spec, option.name, value);
      if (!loss.spec.illegal_option(c, loss.spec)) continue;
      possible.push_back({std::move(c), Mistake::kIllegalOption, option.name});
    }
  }
}

DrawnCase draw_mistaken(const Loss& loss, const std::string& entry) {
  const Drawn drawn = draw(loss, entry);
  const std::size_t victim = pick<std::size_t>(0, drawn.c.operands.size());
  // Not every mistake can be made with every case.
  std::vector<DrawnCase> possible;
  add_shapes(drawn, victim, possible);
  add_dtypes(drawn, victim, possible);
  add_values(loss, drawn, victim, possible);
  add_options(loss, drawn, possible);
  if (is_left_plain(loss)) {
    possible.erase(std::remove_if(possible.begin(), possible.end(),
                                  [&](const DrawnCase& mistaken) {
                                    return !is_ordinary(mistaken.c, loss.spec);
                                  }),
                   possible.end());
    RC_PRE(!possible.empty());
  }
  return possible[pick<std::size_t>(0, possible.size())];
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const DrawnCase& drawn) {
  out << to_string(drawn.c);
  if (drawn.mistake == Mistake::kNone) return out;
  return out << "  (" << drawn.operand << ": " << to_string(drawn.mistake) << ")";
}

rc::Gen<DrawnCase> valid_case(const Loss& loss, const std::string& entry) {
  return rc::gen::exec([&loss, entry] {
    return DrawnCase{at_boundary(loss, draw(loss, entry)).c, Mistake::kNone, ""};
  });
}

rc::Gen<DrawnCase> mistaken_case(const Loss& loss, const std::string& entry) {
  return rc::gen::exec([&loss, entry] { return draw_mistaken(loss, entry); });
}

}  // namespace shapefuzz
