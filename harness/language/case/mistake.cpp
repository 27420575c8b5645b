// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/mistake.h"

#include <algorithm>
#include <array>

#include "harness/language/case/padding.h"
#include "harness/language/case/values.h"
#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

Shape without(const Shape& shape, std::size_t dim) {
  Shape result;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (i != dim) result.push_back(shape[i]);
  }
  return result;
}

// None where a Shape holds no further dimension.
std::optional<Shape> with(const Shape& shape, std::size_t at, std::int64_t size) {
  if (shape.rank() == kMaxRank) return std::nullopt;
  Shape result = shape.slice(0, at);
  result.push_back(size);
  result.append(shape.slice(at, shape.rank() - at));
  return result;
}

// Where the class dimension stands in the output that belongs to an index: behind the batch.
std::size_t class_dim(const Shape& index) { return index.empty() ? 0 : 1; }

bool drops(const Shape& longer, const Shape& shorter, std::size_t dim) {
  return longer.rank() == shorter.rank() + 1 && without(longer, dim) == shorter;
}

bool only_ones_differ(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  const std::size_t extra = longer.rank() - shorter.rank();
  return std::count(longer.begin(), longer.begin() + extra, 1) ==
             static_cast<std::ptrdiff_t>(extra) &&
         longer.slice(extra, shorter.rank()) == shorter;
}

bool is_transposed(const Shape& a, const Shape& b) {
  std::vector<std::size_t> differ;
  for (std::size_t i = 0; i < a.rank(); ++i) {
    if (a[i] != b[i]) differ.push_back(i);
  }
  return differ.size() == 2 && a[differ[0]] == b[differ[1]] && a[differ[1]] == b[differ[0]];
}

Mistake relate_same_rank(const Shape& demanded, const Shape& actual) {
  if (is_transposed(demanded, actual)) return Mistake::kTransposed;
  bool first_only = true;
  bool ones_in_actual = true;
  bool ones_in_demanded = true;
  for (std::size_t i = 0; i < actual.rank(); ++i) {
    if (actual[i] == demanded[i]) continue;
    first_only = first_only && i == 0;
    ones_in_actual = ones_in_actual && actual[i] == 1;
    ones_in_demanded = ones_in_demanded && demanded[i] == 1;
  }
  if (ones_in_actual) return first_only ? Mistake::kOneSample : Mistake::kSizeOne;
  if (ones_in_demanded) return Mistake::kSizeOneDemanded;
  if (first_only && actual.rank() > 0) {
    return actual[0] < demanded[0] ? Mistake::kShorterBatch : Mistake::kLongerBatch;
  }
  return Mistake::kOtherSize;
}

// What a person makes the mistake in. `change`, 1 or more, chooses where there is a choice.
struct Making {
  const Shape& demanded;
  std::int64_t change = 1;
  std::optional<std::int64_t> classes;
};

// The shape that comes of the demanded one; none where the mistake is not possible.
using Made = std::optional<Shape>;
using Make = Made (*)(const Making& m);

Made with_size(const Shape& demanded, std::size_t dim, std::int64_t size) {
  if (dim >= demanded.rank()) return std::nullopt;
  Shape shape = demanded;
  shape[dim] = size;
  return shape;
}
std::size_t last_of(const Shape& shape) { return shape.rank() - 1; }  // of [] none that there is

Made without_batch(const Making& m) {
  if (m.demanded.empty()) return std::nullopt;
  return without(m.demanded, 0);
}
Made without_last(const Making& m) {
  if (m.demanded.empty()) return std::nullopt;
  return without(m.demanded, last_of(m.demanded));
}
Made without_last_one(const Making& m) {
  if (m.demanded.empty() || m.demanded.from_right(0) != 1) return std::nullopt;
  return without_last(m);
}
Made with_batch(const Making& m) { return with(m.demanded, 0, 1 + m.change); }
Made with_last(const Making& m) { return with(m.demanded, m.demanded.rank(), 1 + m.change); }
Made with_last_one(const Making& m) { return with(m.demanded, m.demanded.rank(), 1); }
Made as_scalar(const Making& m) { return m.change % 2 == 0 ? Shape{} : Shape{1}; }
Made as_one_hot(const Making& m) {
  if (!m.classes) return std::nullopt;
  return with(m.demanded, class_dim(m.demanded), *m.classes);
}
Made transposed(const Making& m) {
  if (m.demanded.rank() < 2) return std::nullopt;
  Shape shape = m.demanded;
  std::swap(shape[0], shape[1]);
  return shape;
}
Made one_sample(const Making& m) { return with_size(m.demanded, 0, 1); }
Made shorter_batch(const Making& m) {
  if (m.demanded.empty() || m.demanded[0] < 2) return std::nullopt;
  return with_size(m.demanded, 0, m.demanded[0] - 1);
}
Made longer_batch(const Making& m) {
  if (m.demanded.empty()) return std::nullopt;
  return with_size(m.demanded, 0, m.demanded[0] + m.change);
}
Made last_of_one(const Making& m) {
  if (m.demanded.rank() < 2) return std::nullopt;
  return with_size(m.demanded, last_of(m.demanded), 1);
}
Made other_last(const Making& m) {
  if (m.demanded.empty()) return std::nullopt;
  return with_size(m.demanded, last_of(m.demanded), m.demanded.from_right(0) + m.change);
}
Made last_instead_of_one(const Making& m) {
  if (m.demanded.empty() || m.demanded.from_right(0) != 1) return std::nullopt;
  return other_last(m);
}
Made emptied(const Making& m) {
  if (m.demanded.elements() == 0 || m.demanded.empty()) return std::nullopt;
  return with_size(m.demanded, last_of(m.demanded), 0);
}

constexpr std::string_view kOfShapes =
    "{operand} is {actual} where {demanded} is demanded ({name})";

struct MistakeRow {
  Mistake value;
  std::string_view name;
  Make make;  // null: no shape alone is the mistake, or it has no single result
  std::string_view words = kOfShapes;
};

constexpr std::array<MistakeRow, 26> kMistakes = {{
    {Mistake::kNone, "none", nullptr, ""},
    {Mistake::kEmpty, "empty", emptied},
    {Mistake::kOnlyOnes, "only_ones", nullptr},
    {Mistake::kReducedToScalar, "reduced_to_scalar", as_scalar},
    {Mistake::kOneHotForIndex, "one_hot_for_index", as_one_hot},
    {Mistake::kForgotUnsqueeze, "forgot_unsqueeze", without_last_one},
    {Mistake::kMissingLast, "missing_last", without_last},
    {Mistake::kForgotSqueeze, "forgot_squeeze", with_last_one},
    {Mistake::kExtraLast, "extra_last", with_last},
    {Mistake::kMissingBatch, "missing_batch", without_batch},
    {Mistake::kExtraBatch, "extra_batch", with_batch},
    {Mistake::kTransposed, "transposed", transposed},
    {Mistake::kOneSample, "one_sample", one_sample},
    {Mistake::kSizeOne, "size_one", last_of_one},
    {Mistake::kSizeOneDemanded, "size_one_demanded", last_instead_of_one},
    {Mistake::kShorterBatch, "shorter_batch", shorter_batch},
    {Mistake::kLongerBatch, "longer_batch", longer_batch},
    {Mistake::kOtherSize, "other_size", other_last},
    {Mistake::kOtherRank, "other_rank", nullptr},
    {Mistake::kOutputDoesNotFit, "output_does_not_fit", nullptr,
     "no alternative has the shape {actual} for {operand}"},
    {Mistake::kOtherDtype, "other_dtype", nullptr, "{operand} has a dtype that must be converted"},
    {Mistake::kIllegalValue, "illegal_value", nullptr, "{operand} holds a value outside its kind"},
    {Mistake::kIllegalOption, "illegal_option", nullptr,
     "the option {operand} is outside its documented range"},
    {Mistake::kOtherOption, "other_option", nullptr, "the option {operand} is not at its default"},
    {Mistake::kBoundaryValue, "boundary_value", nullptr,
     "{operand} holds a value at the edge of its kind"},
    {Mistake::kOtherLayout, "other_layout", nullptr, "{operand} is not contiguous"},
}};
static_assert(is_table_of<Mistake>(kMistakes));

}  // namespace

std::string_view to_string(Mistake mistake) { return row_of(kMistakes, mistake).name; }

std::string_view words_of(Mistake mistake) { return row_of(kMistakes, mistake).words; }

bool is_of_valid_call(std::string_view mistake) {
  for (const Mistake kind :
       {Mistake::kNone, Mistake::kOtherOption, Mistake::kBoundaryValue, Mistake::kOtherLayout}) {
    if (to_string(kind) == mistake) return true;
  }
  return false;
}

const std::vector<Mistake>& all_mistakes() {
  static const std::vector<Mistake> mistakes = values_of_table(kMistakes);
  return mistakes;
}

const std::vector<Mistake>& applicable_mistakes() {
  static const std::vector<Mistake> mistakes = [] {
    std::vector<Mistake> all;
    for (const MistakeRow& row : kMistakes) {
      if (row.make != nullptr) all.push_back(row.value);
    }
    return all;
  }();
  return mistakes;
}

Mistake relate(const Shape& demanded, const Shape& actual, std::optional<std::int64_t> classes) {
  if (actual == demanded) return Mistake::kNone;
  if ((actual.elements() == 0) != (demanded.elements() == 0)) return Mistake::kEmpty;
  if (only_ones_differ(demanded, actual)) return Mistake::kOnlyOnes;
  if (actual.elements() == 1 && actual.rank() <= 1) return Mistake::kReducedToScalar;
  if (classes && actual == with(demanded, class_dim(demanded), *classes)) {
    return Mistake::kOneHotForIndex;
  }
  if (!demanded.empty() && drops(demanded, actual, demanded.rank() - 1)) {
    return demanded.from_right(0) == 1 ? Mistake::kForgotUnsqueeze : Mistake::kMissingLast;
  }
  if (!actual.empty() && drops(actual, demanded, actual.rank() - 1)) {
    return actual.from_right(0) == 1 ? Mistake::kForgotSqueeze : Mistake::kExtraLast;
  }
  if (!demanded.empty() && drops(demanded, actual, 0)) return Mistake::kMissingBatch;
  if (!actual.empty() && drops(actual, demanded, 0)) return Mistake::kExtraBatch;
  if (actual.rank() == demanded.rank()) return relate_same_rank(demanded, actual);
  return Mistake::kOtherRank;
}

std::optional<Shape> apply(Mistake mistake, const Shape& demanded, std::int64_t change,
                           std::optional<std::int64_t> classes) {
  const Make make = row_of(kMistakes, mistake).make;
  if (make == nullptr) return std::nullopt;
  const auto shape = make({demanded, change, classes});
  if (shape == demanded) return std::nullopt;
  return shape;
}

namespace {

// Of an image's drawn values one is as legal as the other; only lengths that must sum up are looked
// at as a whole.
bool has_values_to_check(const Operand& operand, Kind kind) {
  constexpr std::int64_t kMostDrawn = 1 << 16;
  return !operand.values.empty() || kind == Kind::kSplit || operand.shape.elements() <= kMostDrawn;
}

void add_shapes(const Call& call, const Reading& reading, std::vector<LocatedMistake>& mistakes) {
  const auto& operands = reading.alternative->operands;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!call.operands[i].present) continue;
    std::optional<std::int64_t> classes;
    if (operands[i].kind == Kind::kIndex && !operands[i].arguments.empty()) {
      classes = bind_kind(operands[i], reading.bindings).argument;
    }
    Mistake mistake = relate(reading.shapes[i], call.operands[i].shape, classes);
    if (mistake == Mistake::kNone) continue;
    if (i == 0) mistake = Mistake::kOutputDoesNotFit;
    mistakes.push_back({mistake, operands[i].name, reading.shapes[i]});
  }
}

void add_illegal(const Case& c, const LossSpec& spec, const Reading& reading,
                 std::vector<LocatedMistake>& mistakes) {
  const auto& operands = reading.alternative->operands;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Operand* operand = c.find_operand(operands[i].name);
    if (operand == nullptr) continue;
    const BoundKind kind = bind_kind(operands[i], reading.bindings);
    if (!has_values_to_check(*operand, kind.kind)) continue;
    if (illegal_value(kind, operand->shape, read_values(c, reading, *operand, i))) {
      mistakes.push_back({Mistake::kIllegalValue, operands[i].name, reading.shapes[i]});
    }
  }
  if (spec.illegal_option == nullptr) return;
  if (const auto option = spec.illegal_option(c, spec)) {
    mistakes.push_back({Mistake::kIllegalOption, option->substr(0, option->find(':')), {}});
  }
}

}  // namespace

std::vector<LocatedMistake> find_mistakes(const Case& c, const LossSpec& spec) {
  const Call call = to_call(c, spec);
  Reading reading;
  const Zone zone = classify(spec.contract, call, &reading);
  if (zone == Zone::kIncompatible) reading = nearest_reading(spec.contract, call);
  const auto& operands = reading.alternative->operands;
  std::vector<LocatedMistake> mistakes;
  if (zone != Zone::kValid) add_shapes(call, reading, mistakes);
  const auto of_shapes = static_cast<std::ptrdiff_t>(mistakes.size());
  add_illegal(c, spec, reading, mistakes);
  // What only has to be expanded is allowed, what is illegal is not.
  if (zone == Zone::kExpandable) {
    std::rotate(mistakes.begin(), mistakes.begin() + of_shapes, mistakes.end());
  }
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Operand* operand = c.find_operand(operands[i].name);
    if (operand == nullptr) continue;
    if (needs_conversion(operands[i].kind, operand->dtype, c.operands[0].dtype)) {
      mistakes.push_back({Mistake::kOtherDtype, operands[i].name, reading.shapes[i]});
    }
  }
  for (const Option& option : c.options) {
    if (option.name != "reduction") mistakes.push_back({Mistake::kOtherOption, option.name, {}});
  }
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Operand* operand = c.find_operand(operands[i].name);
    if (operand == nullptr) continue;
    const BoundKind kind = bind_kind(operands[i], reading.bindings);
    if (std::any_of(operand->values.begin(), operand->values.end(),
                    [&](double value) { return is_boundary(kind, value); })) {
      mistakes.push_back({Mistake::kBoundaryValue, operands[i].name, reading.shapes[i]});
    }
  }
  for (const Operand& operand : c.operands) {
    if (operand.layout != Layout::kContiguous) {
      mistakes.push_back({Mistake::kOtherLayout, operand.name, operand.shape});
    }
  }
  return mistakes;
}

LocatedMistake find_mistake(const Case& c, const LossSpec& spec) {
  const std::vector<LocatedMistake> mistakes = find_mistakes(c, spec);
  return mistakes.empty() ? LocatedMistake() : mistakes.front();
}

std::string to_string(const LocatedMistake& mistake) {
  if (mistake.kind == Mistake::kNone) return "none";
  return mistake.operand + ":" + std::string(to_string(mistake.kind));
}

}  // namespace shapefuzz
