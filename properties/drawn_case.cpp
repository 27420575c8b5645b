// SPDX-License-Identifier: BSD-3-Clause
#include "properties/drawn_case.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "harness/language/case/ordinary.h"
#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/search/generate/draw.h"

namespace shapefuzz {
namespace {

std::size_t index_below(std::size_t count, const Pick& pick) {
  return static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(count)));
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

std::optional<Drawn> draw(const Loss& loss, const std::string& entry, const Pick& pick) {
  Drawn drawn;
  DrawBounds bounds;
  if (is_left_plain(loss)) bounds.zero_one_in = kNever;
  drawn.c = draw_case(loss.spec, entry, loss.sweep_options, pick, bounds);
  if (zone_of(drawn.c, loss.spec, &drawn.reading) != Zone::kValid) return std::nullopt;
  return drawn;
}

const OperandPattern& pattern_of(const Drawn& drawn, const Operand& operand) {
  const auto& patterns = drawn.reading.alternative->operands;
  return *std::find_if(patterns.begin(), patterns.end(),
                       [&](const OperandPattern& pattern) { return pattern.name == operand.name; });
}

void add_shapes(const Drawn& drawn, std::size_t victim, const Pick& pick,
                std::vector<DrawnCase>& possible) {
  const Operand& operand = drawn.c.operands[victim];
  const OperandPattern& pattern = pattern_of(drawn, operand);
  std::optional<std::int64_t> classes;
  if (pattern.kind == Kind::kIndex) classes = bind_kind(pattern, drawn.reading.bindings).argument;
  const std::int64_t change = pick(1, 3);
  for (const Mistake mistake : applicable_mistakes()) {
    const auto shape = apply(mistake, operand.shape, change, classes);
    if (!shape) continue;
    possible.push_back({drawn.c, mistake, operand.name});
    possible.back().c.operands[victim].shape = *shape;
  }
}

void add_dtypes(const Drawn& drawn, std::size_t victim, const Pick& pick,
                std::vector<DrawnCase>& possible) {
  const DType dtype = all_dtypes()[index_below(all_dtypes().size(), pick)];
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
Drawn at_boundary(const Loss& loss, Drawn drawn, const Pick& pick) {
  const bool wanted = pick(0, 6) == 5;
  Operand& operand = drawn.c.operands[index_below(drawn.c.operands.size(), pick)];
  const auto samples = legal_samples(bind_kind(pattern_of(drawn, operand), drawn.reading.bindings));
  const std::size_t choice = index_below(64, pick);
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

}  // namespace

std::ostream& operator<<(std::ostream& out, const DrawnCase& drawn) {
  out << to_string(drawn.c);
  if (drawn.mistake == Mistake::kNone) return out;
  return out << "  (" << drawn.operand << ": " << to_string(drawn.mistake) << ")";
}

std::optional<DrawnCase> draw_valid(const Loss& loss, const std::string& entry, const Pick& pick) {
  auto drawn = draw(loss, entry, pick);
  if (!drawn) return std::nullopt;
  return DrawnCase{at_boundary(loss, *std::move(drawn), pick).c, Mistake::kNone, ""};
}

std::optional<DrawnCase> draw_mistaken(const Loss& loss, const std::string& entry,
                                       const Pick& pick) {
  const auto drawn = draw(loss, entry, pick);
  if (!drawn) return std::nullopt;
  const std::size_t victim = index_below(drawn->c.operands.size(), pick);
  // Not every mistake can be made with every case.
  std::vector<DrawnCase> possible;
  add_shapes(*drawn, victim, pick, possible);
  add_dtypes(*drawn, victim, pick, possible);
  add_values(loss, *drawn, victim, possible);
  add_options(loss, *drawn, possible);
  if (is_left_plain(loss)) {
    possible.erase(std::remove_if(possible.begin(), possible.end(),
                                  [&](const DrawnCase& mistaken) {
                                    return !is_ordinary(mistaken.c, loss.spec);
                                  }),
                   possible.end());
  }
  if (possible.empty()) return std::nullopt;
  return possible[index_below(possible.size(), pick)];
}

}  // namespace shapefuzz
