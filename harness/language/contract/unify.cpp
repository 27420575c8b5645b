// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/contract/unify.h"

#include <algorithm>

namespace shapefuzz {
namespace {

// Whether legal values exist at all: no index into zero classes, no split of 3 into nothing.
bool has_values(const OperandPattern& operand, const Shape& shape, const Bindings& bindings) {
  const auto argument = [&](std::size_t i) { return bindings.size_or(operand.arguments[i], 0); };
  switch (operand.kind) {
    case Kind::kIndex:
      return shape.elements() == 0 || operand.arguments.empty() || argument(0) >= 1;
    case Kind::kBox:
      return !shape.empty() && shape.from_right(0) == kCornersOfBox;
    case Kind::kLabel:  // the blank itself must be one of the classes
      return (shape.elements() == 0 || argument(0) >= 2) && argument(1) >= 0 &&
             argument(1) < std::max<std::int64_t>(argument(0), 1);
    case Kind::kSplit:
      return shape.elements() > 0 || argument(0) == 0;
    case Kind::kReal:
    case Kind::kPositive:
    case Kind::kWeight:
    case Kind::kProb:
    case Kind::kLogProb:
    case Kind::kProbOrLog:
    case Kind::kRate:
    case Kind::kSign:
    case Kind::kBinary:
    case Kind::kClasses:
    case Kind::kLength:
      break;
  }
  return true;
}

// Whether a shape can hold the dimensions of a pattern.
bool rank_fits(const Pattern& pattern, const Bindings& bindings) {
  std::size_t rank = 0;
  for (const Dim& part : pattern) {
    rank += part.type == Dim::Type::kPack ? bindings.packs[part.name].rank() : 1;
  }
  return rank <= kMaxRank;
}

bool ranks_fit(const Reading& reading) {
  const Alternative& alternative = *reading.alternative;
  for (const OperandPattern& operand : alternative.operands) {
    if (!rank_fits(operand.pattern, reading.bindings)) return false;
  }
  return rank_fits(alternative.result, reading.bindings);
}

// An option may be below 0, and then it is no size.
bool has_sizes(const Pattern& pattern, const Bindings& bindings) {
  for (const Dim& part : pattern) {
    if (part.type == Dim::Type::kName && bindings.size_or(part, 0) < 0) return false;
  }
  return true;
}

enum class Values { kMustExist, kMayBeIllegal };

bool finish(const Call& call, Values values, Reading& reading) {
  const Alternative& alternative = *reading.alternative;
  if (!ranks_fit(reading)) return false;
  for (const Constraint& constraint : alternative.constraints) {
    if (!holds(constraint, reading.bindings)) return false;
  }
  for (const auto& [left, right] : alternative.exclusive) {
    if (call.operands[left].present && call.operands[right].present) return false;
  }
  for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    if (!has_sizes(alternative.operands[i].pattern, reading.bindings)) return false;
    reading.shapes[i] = instantiate(alternative.operands[i].pattern, reading.bindings);
    if (values == Values::kMustExist &&
        !has_values(alternative.operands[i], reading.shapes[i], reading.bindings)) {
      return false;
    }
  }
  reading.result = instantiate(alternative.result, reading.bindings);
  return true;
}

bool read_exactly(const Call& call, Reading& reading) {
  const auto& operands = reading.alternative->operands;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    if (!match(operands[i].pattern, call.operands[i].shape, reading.bindings)) return false;
  }
  return finish(call, Values::kMustExist, reading);
}

// Names that are not bound yet are open: they take the broadcast of the operands that carry them.
std::array<bool, kMaxNames> open_names(const Bindings& bindings) {
  std::array<bool, kMaxNames> open{};
  for (std::size_t i = 0; i < kMaxNames; ++i) open[i] = bindings.sizes[i] == kUnbound;
  return open;
}

bool is_pack_name(const Reading& reading, std::size_t name) {
  for (const OperandPattern& operand : reading.alternative->operands) {
    for (const Dim& dim : operand.pattern) {
      if (dim.type == Dim::Type::kPack && dim.name == name) return true;
    }
  }
  return false;
}

bool align_all(const Call& call, const std::array<bool, kMaxNames>& open, std::size_t first,
               Values values, Reading& reading) {
  const auto& operands = reading.alternative->operands;
  for (std::size_t i = first; i < operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    if (!align(operands[i].pattern, call.operands[i].shape, open, reading.bindings)) return false;
  }
  // A size that no operand carries is 1, as a missing dimension is in broadcasting; of an option
  // that nobody has declared nothing is known.
  for (std::size_t name = 0; name < reading.alternative->names.size(); ++name) {
    std::int64_t& size = reading.bindings.sizes[name];
    if (size != kUnbound || !open[name]) continue;
    const bool is_one = names_a_size(*reading.alternative, name) && !is_pack_name(reading, name);
    size = is_one ? 1 : 0;
  }
  return finish(call, values, reading);
}

bool read_by_expanding(const Call& call, Reading& reading) {
  const auto& operands = reading.alternative->operands;
  if (!match(operands[0].pattern, call.operands[0].shape, reading.bindings)) return false;
  if (!align_all(call, open_names(reading.bindings), 1, Values::kMustExist, reading)) return false;
  for (std::size_t i = 1; i < operands.size(); ++i) {
    const Call::Operand& operand = call.operands[i];
    if (operand.present && !expands_to(operand.shape, reading.shapes[i])) return false;
  }
  return true;
}

// How many operands a reading expands.
std::size_t changes(const Call& call, const Reading& reading) {
  std::size_t changed = 0;
  for (std::size_t i = 0; i < reading.alternative->operands.size(); ++i) {
    const Call::Operand& operand = call.operands[i];
    if (operand.present && operand.shape != reading.shapes[i]) ++changed;
  }
  return changed;
}

Shape without_ones(const Shape& shape) {
  Shape rest;
  for (const std::int64_t size : shape) {
    if (size != 1) rest.push_back(size);
  }
  return rest;
}

// Lets the operands from `first` on bind what is still open, one after the other; an operand that
// does not fit binds nothing.
void bind_open_names(const Call& call, std::size_t first, Reading& reading) {
  const auto& operands = reading.alternative->operands;
  for (std::size_t i = first; i < operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    const Bindings before = reading.bindings;
    const bool aligned = align(operands[i].pattern, call.operands[i].shape,
                               open_names(reading.bindings), reading.bindings);
    if (!aligned || !ranks_fit(reading)) reading.bindings = before;
  }
}

// The output fits, and every other operand expands to what it demands or has the same elements in
// the same order: [C,1] read as the weight [C].
bool read_by_reshaping(const Call& call, Reading& reading) {
  const auto& operands = reading.alternative->operands;
  if (!match(operands[0].pattern, call.operands[0].shape, reading.bindings)) return false;
  bind_open_names(call, 1, reading);
  if (!finish(call, Values::kMayBeIllegal, reading)) return false;
  for (std::size_t i = 1; i < operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    const Shape& shape = call.operands[i].shape;
    const Shape& demanded = reading.shapes[i];
    const bool same_elements =
        shape.elements() == demanded.elements() &&
        (shape.elements() == 0 || without_ones(shape) == without_ones(demanded));
    if (!same_elements && !expands_to(shape, demanded)) return false;
  }
  return true;
}

Reading start(const Contract& contract, const Alternative& alternative, const Call& call) {
  return Reading{&alternative, Bindings(contract, call.options), {}, {}};
}

// How little of the call an alternative explains; smaller is nearer. The output counts most.
std::size_t distance(const Call& call, const Reading& exact_output, bool output_matches) {
  const auto& operands = exact_output.alternative->operands;
  std::size_t mistakes = output_matches ? 0 : 2 * kMaxOperands * kMaxRank;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    const Pattern& pattern = operands[i].pattern;
    const std::size_t wanted = pattern.size();
    const std::size_t rank = call.operands[i].shape.rank();
    const auto packs = std::count_if(pattern.begin(), pattern.end(),
                                     [](const Dim& dim) { return dim.type == Dim::Type::kPack; });
    const bool pack = packs > 0;
    const std::size_t least = wanted - static_cast<std::size_t>(packs);
    if (rank < least) mistakes += least - rank;
    if (rank > wanted && !pack) mistakes += rank - wanted;
  }
  return mistakes;
}

}  // namespace

std::string_view to_string(Zone zone) {
  switch (zone) {
    case Zone::kValid:
      return "valid";
    case Zone::kExpandable:
      return "expandable";
    case Zone::kIncompatible:
      break;
  }
  return "incompatible";
}

bool numbers_fit(const Alternative& alternative, const Call& call) {
  if (call.any_numbers) return true;
  for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    const KindInfo& kind = info(alternative.operands[i].kind);
    const bool integral = call.operands[i].numbers == NumberClass::kIntegral;
    if ((kind.integral && !integral) || (kind.floating && integral)) return false;
  }
  return true;
}

Zone classify(const Contract& contract, const Call& call, Reading* reading) {
  for (const Alternative& alternative : contract.alternatives) {
    if (!numbers_fit(alternative, call)) continue;
    Reading candidate = start(contract, alternative, call);
    if (!read_exactly(call, candidate)) continue;
    if (reading != nullptr) *reading = candidate;
    return Zone::kValid;
  }
  std::size_t fewest = kMaxOperands + 1;
  for (const Alternative& alternative : contract.alternatives) {
    if (!numbers_fit(alternative, call)) continue;
    Reading candidate = start(contract, alternative, call);
    if (!read_by_expanding(call, candidate)) continue;
    const std::size_t changed = changes(call, candidate);
    if (changed >= fewest) continue;
    fewest = changed;
    if (reading != nullptr) *reading = candidate;
    // One change is the least there is, and who does not ask for the reading needs no better one.
    if (changed <= 1 || reading == nullptr) break;
  }
  return fewest <= kMaxOperands ? Zone::kExpandable : Zone::kIncompatible;
}

std::vector<Reading> expanded_readings(const Contract& contract, const Call& call) {
  std::vector<Reading> readings;
  for (const Alternative& alternative : contract.alternatives) {
    if (!numbers_fit(alternative, call)) continue;
    Reading candidate = start(contract, alternative, call);
    if (read_by_expanding(call, candidate)) readings.push_back(candidate);
  }
  std::stable_sort(readings.begin(), readings.end(), [&](const Reading& a, const Reading& b) {
    return changes(call, a) < changes(call, b);
  });
  return readings;
}

std::vector<Reading> tolerant_readings(const Contract& contract, const Call& call) {
  std::vector<Reading> readings;
  for (const Alternative& alternative : contract.alternatives) {
    if (!numbers_fit(alternative, call)) continue;
    Reading candidate = start(contract, alternative, call);
    const auto open = open_names(candidate.bindings);
    // A second pass, because a pack that a later operand lengthened moves what stands left of it.
    bool fits = true;
    for (int pass = 0; pass < 2 && fits; ++pass) {
      fits = align_all(call, open, 0, Values::kMayBeIllegal, candidate);
    }
    if (fits) readings.push_back(candidate);
    Reading reshaped = start(contract, alternative, call);
    if (read_by_reshaping(call, reshaped)) readings.push_back(reshaped);
  }
  return readings;
}

bool options_fit(const Contract& contract, const Alternative& alternative, const Call& call) {
  const Bindings options(contract, call.options);
  return std::all_of(alternative.constraints.begin(), alternative.constraints.end(),
                     [&](const Constraint& constraint) {
                       const bool about_sizes = constraint.left >= contract.options.size() ||
                                                (constraint.right.type != Dim::Type::kNumber &&
                                                 constraint.right.name >= contract.options.size());
                       return about_sizes || holds(constraint, options);
                     });
}

Reading nearest_reading(const Contract& contract, const Call& call) {
  std::optional<Reading> nearest;
  std::size_t smallest = 0;
  for (const Alternative& alternative : contract.alternatives) {
    Reading candidate = start(contract, alternative, call);
    const bool output =
        match(alternative.operands[0].pattern, call.operands[0].shape, candidate.bindings) &&
        ranks_fit(candidate);
    if (!output) candidate.bindings = Bindings(contract, call.options);
    // Without an alternative for these numbers and options, one for others has to do.
    const bool fits = numbers_fit(alternative, call) && options_fit(contract, alternative, call);
    const std::size_t mistakes =
        distance(call, candidate, output) + (fits ? 0 : 4 * kMaxOperands * kMaxRank);
    if (nearest && mistakes >= smallest) continue;
    bind_open_names(call, output ? 1 : 0, candidate);
    for (std::size_t i = 0; i < alternative.operands.size(); ++i) {
      candidate.shapes[i] = instantiate(alternative.operands[i].pattern, candidate.bindings);
    }
    candidate.result = instantiate(alternative.result, candidate.bindings);
    nearest = candidate;
    smallest = mistakes;
  }
  return *nearest;
}

}  // namespace shapefuzz
