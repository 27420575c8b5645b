// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/emit/tensor_text.h"

#include <fmt/ranges.h>

#include <utility>

namespace shapefuzz {
namespace {

bool is_whole(DType dtype) { return number_class(dtype) == NumberClass::kIntegral; }

Stored transposed(const Operand& operand, const std::vector<double>& values) {
  Stored stored = {operand.shape, values, ".transpose(-1, -2)"};
  const std::size_t rank = operand.shape.rank();
  std::swap(stored.shape[rank - 1], stored.shape[rank - 2]);
  const auto rows = static_cast<std::size_t>(operand.shape[rank - 2]);
  const auto columns = static_cast<std::size_t>(operand.shape[rank - 1]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t matrix = i / (rows * columns) * (rows * columns);
    stored.values[matrix + i % columns * rows + i / columns % rows] = values[i];
  }
  return stored;
}

// Every other element, with zeros between them.
Stored strided(const Operand& operand, const std::vector<double>& values) {
  Stored stored = {operand.shape, {}, ".select(-1, 0)"};
  stored.shape.push_back(2);
  for (const double value : values) {
    stored.values.push_back(value);
    stored.values.push_back(0);
  }
  return stored;
}

}  // namespace

std::string sizes_text(const Shape& shape) {
  return fmt::format("{}", fmt::join(shape.begin(), shape.end(), ", "));
}

std::string decimal(double value) {
  std::string text = to_string(value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

Stored stored_as(const Words& words, const Operand& operand, const std::vector<double>& values) {
  const Shape& shape = operand.shape;
  Stored stored = {shape, values, ""};
  if (shape.empty()) return stored;
  switch (operand.layout) {
    case Layout::kContiguous:
      return stored;
    case Layout::kTransposed:
      return shape.rank() < 2 ? stored : transposed(operand, values);
    case Layout::kStrided:
      return strided(operand, values);
    case Layout::kExpanded:
      if (shape[0] == 0) return stored;
      stored.shape[0] = 1;
      stored.values.resize(values.size() / static_cast<std::size_t>(shape[0]));
      stored.view =
          fmt::format(".expand({}{}{})", words.open_sizes, sizes_text(shape), words.close_sizes);
      return stored;
    case Layout::kSliced:
      break;
  }
  std::string repeats = "3";
  for (std::size_t dim = 1; dim < shape.rank(); ++dim) repeats += ", 1";
  stored.view = fmt::format(".repeat({0}{1}{2}).narrow(0, {3}, {3})", words.open_sizes, repeats,
                            words.close_sizes, shape[0]);
  return stored;
}

std::string viewed(const Words& words, const Stored& stored, const std::string& elements,
                   const std::string& dtype) {
  if (stored.values.empty()) {
    return fmt::format("{}empty({}{}{}{}){}", words.torch, words.open_sizes,
                       sizes_text(stored.shape), words.close_sizes, dtype, stored.view);
  }
  return fmt::format("{}tensor({}{}){}", words.torch, elements, dtype, stored.view);
}

std::vector<std::string> numbers_of(const Dialect& dialect, DType dtype,
                                    const std::vector<double>& values) {
  std::vector<std::string> numbers;
  for (const double value : values) {
    numbers.push_back(is_whole(dtype) ? std::to_string(static_cast<std::int64_t>(value))
                                      : dialect.real(value));
  }
  return numbers;
}

std::string expansion(const Words& words, const std::string& operand, const Shape& from,
                      const Shape& to) {
  if (from == to) return operand;
  const auto call = [&](const char* name, const Shape& shape) {
    return fmt::format(".{}({}{}{})", name, words.open_sizes, sizes_text(shape), words.close_sizes);
  };
  if (expands_to(from, to)) return operand + call("expand", to);
  if (from.elements() == to.elements()) return operand + call("reshape", to);
  const std::size_t extra = from.rank() - to.rank();
  return operand + call("reshape", from.slice(extra, to.rank())) + call("expand", to);
}

std::string nested(const std::vector<std::string>& numbers, const Shape& shape) {
  std::vector<std::string> rows = numbers;
  for (std::size_t dim = shape.rank(); dim-- > 0;) {
    const auto size = static_cast<std::size_t>(shape[dim]);
    std::vector<std::string> outer;
    for (std::size_t first = 0; first < rows.size(); first += size) {
      const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
      outer.push_back("[" + joined({begin, begin + static_cast<std::ptrdiff_t>(size)}) + "]");
    }
    rows = std::move(outer);
  }
  return rows.front();
}

}  // namespace shapefuzz
