// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/shapes/alignment.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "harness/tell/shapes/words.h"

namespace shapefuzz {
namespace {

// What all operands broadcast to, where the contract gives them one pattern: only then do their
// sizes meet from the right.
std::optional<Shape> common_shape(const Case& c, const Alternative& alternative) {
  std::optional<Shape> common = Shape{};
  for (const OperandPattern& pattern : alternative.operands) {
    const Operand* const operand = c.find_operand(pattern.name);
    if (operand == nullptr || !common) continue;
    if (!(pattern.pattern == alternative.operands[0].pattern)) return std::nullopt;
    common = broadcast(*common, operand->shape);
  }
  return common;
}

// A column for each name of a pattern, for a pack as many as it is long.
class Columns {
 public:
  // `places` of these sizes, as place() has given them.
  void widen(const std::vector<std::size_t>& places, const Shape& shape) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (widths_.size() <= places[i]) widths_.resize(places[i] + 1, 0);
      widths_[places[i]] = std::max(widths_[places[i]], std::to_string(shape[i]).size());
    }
  }

  std::string row(const std::vector<std::size_t>& places, const Shape& shape) const {
    std::string text;
    std::size_t next = 0;
    for (std::size_t column = 0; column < widths_.size(); ++column) {
      if (widths_[column] == 0) continue;
      const bool here = next < places.size() && places[next] == column;
      text += fmt::format("{:>{}}", here ? std::to_string(shape[next++]) : "", widths_[column] + 2);
    }
    return text;
  }

  // Up to the last character of a column.
  std::size_t end(std::size_t column) const {
    std::size_t length = 0;
    for (std::size_t i = 0; i <= column; ++i) length += widths_[i] == 0 ? 0 : widths_[i] + 2;
    return length;
  }

 private:
  std::vector<std::size_t> widths_;  // 0: nobody has a size there
};

// Where the sizes of a shape stand among the columns, by the names of its operand's pattern.
class Places {
 public:
  explicit Places(const Alternative& alternative) {
    for (const OperandPattern& operand : alternative.operands) {
      for (std::size_t i = 0; i < operand.pattern.size(); ++i) add(slot(operand.pattern[i], i));
    }
  }

  std::vector<std::size_t> of(const Shape& shape, const Pattern& pattern) const {
    const std::size_t pack = pack_position(pattern);
    std::vector<std::size_t> places;
    if (pack == kNoPack) {
      // What the pattern does not have stands behind it.
      for (std::size_t i = 0; i < shape.rank(); ++i) {
        places.push_back(i < pattern.size() ? first(pattern[i], i)
                                            : slots_.size() * kWidest + (i - pattern.size()));
      }
      return places;
    }
    // Sizes that are too few are those on the right, as in broadcasting.
    const std::size_t behind = std::min(pattern.size() - pack - 1, shape.rank());
    const std::size_t before = std::min(pack, shape.rank() - behind);
    const std::size_t in_pack = shape.rank() - before - behind;
    for (std::size_t i = 0; i < shape.rank(); ++i) {
      if (i < before) {
        places.push_back(first(pattern[i], i));
      } else if (i < before + in_pack) {
        places.push_back(last(pattern[pack]) - (in_pack - 1 - (i - before)));
      } else {
        places.push_back(first(pattern[pattern.size() - (shape.rank() - i)], i));
      }
    }
    return places;
  }

 private:
  static constexpr std::size_t kWidest = kMaxRank;
  using Slot = std::pair<Dim::Type, std::size_t>;

  static Slot slot(const Dim& dim, std::size_t position) {
    return {dim.type, dim.type == Dim::Type::kNumber ? position : dim.name};
  }
  void add(const Slot& slot) {
    if (std::find(slots_.begin(), slots_.end(), slot) == slots_.end()) slots_.push_back(slot);
  }
  std::size_t first(const Dim& dim, std::size_t position) const {
    const auto at = std::find(slots_.begin(), slots_.end(), slot(dim, position));
    return static_cast<std::size_t>(at - slots_.begin()) * kWidest;
  }
  std::size_t last(const Dim& pack) const { return first(pack, 0) + kWidest - 1; }

  std::vector<Slot> slots_;  // in the order of the output, then of who has more
};

// The place among the sizes of the demanded or the actual shape that is not as demanded, and what
// is wrong there.
struct Fault {
  std::size_t place = 0;
  bool in_demanded = false;
  std::string text;
};

bool is_without(const Shape& longer, std::size_t dim, const Shape& shorter) {
  if (longer.rank() != shorter.rank() + 1) return false;
  Shape rest = longer.slice(0, dim);
  rest.append(longer.slice(dim + 1, longer.rank() - dim - 1));
  return rest == shorter;
}

// The only dimension that is too many or too few.
std::optional<Fault> find_odd_dimension(const Shape& actual, const Shape& demanded) {
  for (std::size_t i = 0; i < std::max(actual.rank(), demanded.rank()); ++i) {
    if (is_without(actual, i, demanded)) return Fault{i, false, "no dimension is demanded here"};
    if (is_without(demanded, i, actual)) {
      return Fault{i, true, fmt::format("missing: {} is demanded here", demanded[i])};
    }
  }
  return std::nullopt;
}

// From the right, as broadcasting reads the sizes, or from the left, by their names.
std::optional<Fault> find_fault(const Shape& actual, const Shape& demanded, bool from_right) {
  if (!from_right) {
    if (auto odd = find_odd_dimension(actual, demanded)) return odd;
  }
  const std::size_t shared = std::min(actual.rank(), demanded.rank());
  for (std::size_t i = 0; i < shared; ++i) {
    const std::size_t here = from_right ? actual.rank() - 1 - i : i;
    const std::size_t there = from_right ? demanded.rank() - 1 - i : i;
    if (actual[here] == demanded[there]) continue;
    return Fault{here, false,
                 fmt::format("{} where {} is demanded", actual[here], demanded[there])};
  }
  if (actual.rank() > shared) {
    return Fault{from_right ? actual.rank() - 1 - shared : shared, false,
                 "no dimension is demanded here"};
  }
  if (demanded.rank() > shared) {
    const std::size_t there = from_right ? demanded.rank() - 1 - shared : shared;
    return Fault{there, true, fmt::format("missing: {} is demanded here", demanded[there])};
  }
  return std::nullopt;
}

}  // namespace

std::string bindings_text(const Reading& reading) {
  const auto& names = reading.alternative->names;
  std::vector<bool> is_pack(names.size(), false);
  for (const OperandPattern& operand : reading.alternative->operands) {
    for (const Dim& dim : operand.pattern) {
      if (dim.type == Dim::Type::kPack) is_pack[dim.name] = true;
    }
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (reading.bindings.sizes[i] == kUnbound) continue;
    texts.push_back(is_pack[i]
                        ? fmt::format("*{} = {}", names[i], pretty(reading.bindings.packs[i]))
                        : fmt::format("{} = {}", names[i], reading.bindings.sizes[i]));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::vector<std::string> aligned_sizes(const Case& c, const Reading& reading,
                                       const std::vector<LocatedMistake>& mistakes) {
  const Alternative& alternative = *reading.alternative;
  const Places places(alternative);
  Columns columns;
  const auto widen = [&](const Shape& shape, const Pattern& pattern) {
    columns.widen(places.of(shape, pattern), shape);
  };
  std::size_t width = std::string("together").size();
  bool about_shapes = false;
  for (const OperandPattern& pattern : alternative.operands) {
    const Operand* const operand = c.find_operand(pattern.name);
    if (operand == nullptr) continue;
    width = std::max(width, operand->name.size());
    widen(operand->shape, pattern.pattern);
    for (const LocatedMistake& mistake : mistakes) {
      if (mistake.operand != operand->name || !is_about_shapes(mistake.kind)) continue;
      about_shapes = true;
      widen(mistake.demanded, pattern.pattern);
    }
  }
  const auto common = common_shape(c, alternative);
  if (common) widen(*common, alternative.operands[0].pattern);
  std::vector<std::string> lines;
  const auto add = [&](const std::string& name, const std::string& text) {
    std::string line = fmt::format("{:<{}}{}", name, width, text);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    lines.push_back(std::move(line));
  };
  for (const OperandPattern& pattern : alternative.operands) {
    const Operand* const operand = c.find_operand(pattern.name);
    if (operand == nullptr) continue;
    const auto own = places.of(operand->shape, pattern.pattern);
    add(operand->name, operand->shape.empty() ? "  []" : columns.row(own, operand->shape));
    for (const LocatedMistake& mistake : mistakes) {
      const bool here = mistake.operand == operand->name && is_about_shapes(mistake.kind) &&
                        mistake.kind != Mistake::kOutputDoesNotFit;
      if (!here) continue;
      const bool from_right = pack_position(pattern.pattern) == 0;
      const auto fault = find_fault(operand->shape, mistake.demanded, from_right);
      if (!fault) continue;
      const auto demanded = places.of(mistake.demanded, pattern.pattern);
      const std::size_t column = (fault->in_demanded ? demanded : own)[fault->place];
      add("", std::string(columns.end(column) - 1, ' ') + "^ " + fault->text);
    }
  }
  if (about_shapes && common) {
    add("together", columns.row(places.of(*common, alternative.operands[0].pattern), *common));
  }
  return lines;
}

}  // namespace shapefuzz
