// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/edit.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "harness/language/text/table.h"

namespace shapefuzz {
namespace {

struct MethodRow {
  Method value;
  std::string_view name;
  bool takes_list;  // C++ has its numbers in braces
};

constexpr std::array<MethodRow, 8> kMethods = {{
    {Method::kTo, "to", false},
    {Method::kSqueeze, "squeeze", false},
    {Method::kUnsqueeze, "unsqueeze", false},
    {Method::kTranspose, "transpose", false},
    {Method::kPermute, "permute", true},
    {Method::kReshape, "reshape", true},
    {Method::kExpand, "expand", true},
    {Method::kArgmax, "argmax", false},
}};
static_assert(is_table_of<Method>(kMethods));

struct DTypeWords {
  DType value;
  std::string_view cpp;
  std::string_view python;
};

constexpr std::array<DTypeWords, 8> kWords = {{
    {DType::kF16, "kHalf", "half()"},
    {DType::kBF16, "kBFloat16", "bfloat16()"},
    {DType::kF32, "kFloat", "float()"},
    {DType::kF64, "kDouble", "double()"},
    {DType::kI32, "kInt", "int()"},
    {DType::kI64, "kLong", "long()"},
    {DType::kU8, "kByte", "byte()"},
    {DType::kBool, "kBool", "bool()"},
}};
static_assert(is_table_of<DType>(kWords));

// Of row-major elements: how far it is from one to the next, by dimension.
std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.rank(), 1);
  for (std::size_t i = shape.rank(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

// The elements of `shape` in row-major order, read from `values` with these strides.
std::vector<double> gather(const std::vector<double>& values, const Shape& shape,
                           const std::vector<std::int64_t>& strides) {
  std::vector<double> gathered;
  gathered.reserve(static_cast<std::size_t>(shape.elements()));
  Shape at = shape;
  for (std::size_t i = 0; i < at.rank(); ++i) at[i] = 0;
  for (std::int64_t k = 0; k < shape.elements(); ++k) {
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < at.rank(); ++i) offset += at[i] * strides[i];
    gathered.push_back(values[static_cast<std::size_t>(offset)]);
    for (std::size_t i = at.rank(); i-- > 0 && ++at[i] == shape[i];) at[i] = 0;
  }
  return gathered;
}

Shape with_sizes(const std::vector<std::int64_t>& sizes) {
  Shape shape;
  for (const std::int64_t size : sizes) shape.push_back(size);
  return shape;
}

std::size_t wrapped(std::int64_t dim, std::size_t rank) {
  return static_cast<std::size_t>(dim < 0 ? dim + static_cast<std::int64_t>(rank) : dim);
}

// A list of more values than these is left out, and drawn anew.
constexpr std::int64_t kMostListed = 1 << 16;

void squeeze(std::size_t dim, Operand& operand) {
  Shape shape = operand.shape.slice(0, dim);
  shape.append(operand.shape.slice(dim + 1, operand.shape.rank() - dim - 1));
  operand.shape = shape;
}

void unsqueeze(std::size_t dim, Operand& operand) {
  Shape shape = operand.shape.slice(0, dim);
  shape.push_back(1);
  shape.append(operand.shape.slice(dim, operand.shape.rank() - dim));
  operand.shape = shape;
}

void permute(const std::vector<std::size_t>& order, Operand& operand) {
  const std::vector<std::int64_t> strides = strides_of(operand.shape);
  std::vector<std::int64_t> moved;
  Shape shape;
  for (const std::size_t dim : order) {
    shape.push_back(operand.shape[dim]);
    moved.push_back(strides[dim]);
  }
  if (!operand.values.empty()) operand.values = gather(operand.values, shape, moved);
  operand.shape = shape;
}

void expand(const Shape& shape, Operand& operand) {
  const std::vector<std::int64_t> strides = strides_of(operand.shape);
  const std::size_t extra = shape.rank() - operand.shape.rank();
  std::vector<std::int64_t> repeated(shape.rank(), 0);
  for (std::size_t i = 0; i < operand.shape.rank(); ++i) {
    if (operand.shape[i] != 1) repeated[extra + i] = strides[i];
  }
  if (shape.elements() > kMostListed) operand.values.clear();
  if (!operand.values.empty()) operand.values = gather(operand.values, shape, repeated);
  operand.shape = shape;
}

void argmax(std::size_t dim, Operand& operand) {
  const std::int64_t size = operand.shape[dim];
  const std::vector<std::int64_t> strides = strides_of(operand.shape);
  std::vector<std::int64_t> rest = strides;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(dim));
  squeeze(dim, operand);
  operand.dtype = DType::kI64;
  if (operand.values.empty()) return;
  std::vector<double> places(operand.values.size());
  std::iota(places.begin(), places.end(), 0);
  std::vector<double> indices;
  for (const double first : gather(places, operand.shape, rest)) {
    const auto value = [&](std::int64_t k) {
      return operand
          .values[static_cast<std::size_t>(first) + static_cast<std::size_t>(k * strides[dim])];
    };
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < size && !std::isnan(value(best)); ++k) {
      if (value(k) > value(best) || std::isnan(value(k))) best = k;
    }
    indices.push_back(static_cast<double>(best));
  }
  operand.values = indices;
}

void convert(DType dtype, Operand& operand) {
  for (double& value : operand.values) {
    value = number_class(dtype) == NumberClass::kFloating ? rounded_to(dtype, value)
                                                          : std::trunc(value);
  }
  const bool fits = std::all_of(operand.values.begin(), operand.values.end(),
                                [&](double value) { return holds(dtype, value); });
  if (!fits) operand.values.clear();
  operand.dtype = dtype;
}

std::string call(const EditStep& step, const char* open, const char* close) {
  const bool takes_list = row_of(kMethods, step.method).takes_list;
  return fmt::format(".{}({}{}{})", row_of(kMethods, step.method).name, takes_list ? open : "",
                     fmt::join(step.numbers, ", "), takes_list ? close : "");
}

}  // namespace

Operand applied(const EditStep& step, Operand operand) {
  operand.layout = Layout::kContiguous;
  const std::size_t rank = operand.shape.rank();
  switch (step.method) {
    case Method::kTo:
      convert(step.dtype, operand);
      break;
    case Method::kSqueeze:
      squeeze(wrapped(step.numbers[0], rank), operand);
      break;
    case Method::kUnsqueeze:
      unsqueeze(wrapped(step.numbers[0], rank + 1), operand);
      break;
    case Method::kTranspose: {
      std::vector<std::size_t> order(rank);
      std::iota(order.begin(), order.end(), 0);
      std::swap(order[wrapped(step.numbers[0], rank)], order[wrapped(step.numbers[1], rank)]);
      permute(order, operand);
      break;
    }
    case Method::kPermute:
      permute({step.numbers.begin(), step.numbers.end()}, operand);
      break;
    case Method::kReshape:
      operand.shape = with_sizes(step.numbers);
      break;
    case Method::kExpand:
      expand(with_sizes(step.numbers), operand);
      break;
    case Method::kArgmax:
      argmax(wrapped(step.numbers[0], rank), operand);
      break;
  }
  return operand;
}

std::string to_cpp(const Edit& edit) {
  std::string text = edit.operand;
  for (const EditStep& step : edit.steps) {
    text += step.method == Method::kTo
                ? fmt::format(".to(torch::{})", row_of(kWords, step.dtype).cpp)
                : call(step, "{", "}");
  }
  return text;
}

std::string to_python(const Edit& edit) {
  std::string text = edit.operand;
  for (const EditStep& step : edit.steps) {
    const bool to_scalar = step.method == Method::kReshape && step.numbers.empty();
    text += step.method == Method::kTo ? fmt::format(".{}", row_of(kWords, step.dtype).python)
                                       : call(step, to_scalar ? "()" : "", "");
  }
  return text;
}

}  // namespace shapefuzz
