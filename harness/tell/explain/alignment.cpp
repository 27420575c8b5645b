// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/alignment.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "harness/tell/explain/explain.h"

namespace shapefuzz {
namespace {

std::optional<Shape> common_shape(const Case& c) {
  std::optional<Shape> common = Shape{};
  for (const Operand& operand : c.operands) {
    if (common) common = broadcast(*common, operand.shape);
  }
  return common;
}

// The columns, counted from the right.
class Columns {
 public:
  void widen(const Shape& shape) {
    for (std::size_t i = 0; i < shape.rank(); ++i) {
      if (widths_.size() <= i) widths_.push_back(1);
      widths_[i] = std::max(widths_[i], std::to_string(shape.from_right(i)).size());
    }
  }

  std::string row(const Shape& shape) const {
    std::string text;
    for (std::size_t i = widths_.size(); i-- > 0;) {
      const std::string size = i < shape.rank() ? std::to_string(shape.from_right(i)) : "";
      text += fmt::format("{:>{}}", size, widths_[i] + 2);
    }
    return text;
  }

  // Up to the last character of a column.
  std::size_t end(std::size_t from_right) const {
    std::size_t length = 0;
    for (std::size_t i = widths_.size(); i-- > from_right;) length += widths_[i] + 2;
    return length;
  }

 private:
  std::vector<std::size_t> widths_;
};

// The place from the right where a shape is not what is demanded, and what is wrong there.
struct Fault {
  std::size_t place = 0;
  std::string text;
};

std::optional<Fault> find_fault(const Shape& actual, const Shape& demanded) {
  const std::size_t shared = std::min(actual.rank(), demanded.rank());
  for (std::size_t i = 0; i < shared; ++i) {
    const std::int64_t came = actual.from_right(i);
    if (came == demanded.from_right(i)) continue;
    return Fault{i, fmt::format("{} where {} is demanded", came, demanded.from_right(i))};
  }
  if (actual.rank() > shared) return Fault{shared, "no dimension is demanded here"};
  if (demanded.rank() > shared) {
    return Fault{shared, fmt::format("missing: {} is demanded here", demanded.from_right(shared))};
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

std::vector<std::string> aligned_sizes(const Case& c, const LocatedMistake& mistake) {
  Columns columns;
  std::size_t width = std::string("together").size();
  for (const Operand& operand : c.operands) {
    columns.widen(operand.shape);
    width = std::max(width, operand.name.size());
  }
  const bool about_shapes =
      mistake.kind >= Mistake::kEmpty && mistake.kind <= Mistake::kOutputDoesNotFit;
  if (about_shapes) columns.widen(mistake.demanded);
  const auto common = common_shape(c);
  if (common) columns.widen(*common);
  std::vector<std::string> lines;
  const auto add = [&](const std::string& name, const std::string& text) {
    std::string line = fmt::format("{:<{}}{}", name, width, text);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    lines.push_back(std::move(line));
  };
  for (const Operand& operand : c.operands) {
    add(operand.name, operand.shape.empty() ? "  []" : columns.row(operand.shape));
    if (!about_shapes || operand.name != mistake.operand) continue;
    if (mistake.kind == Mistake::kOutputDoesNotFit) continue;
    if (const auto fault = find_fault(operand.shape, mistake.demanded)) {
      add("", std::string(columns.end(fault->place) - 1, ' ') + "^ " + fault->text);
    }
  }
  if (about_shapes && common) add("together", columns.row(*common));
  return lines;
}

}  // namespace shapefuzz
