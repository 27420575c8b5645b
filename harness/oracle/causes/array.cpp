// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/causes/array.h"

#include <numeric>

namespace shapefuzz {

Array expanded(const Array& array, const Shape& to) {
  if (array.shape == to) return array;
  if (!expands_to(array.shape, to)) throw Unpredictable("does not expand");
  return {to, expand_values(array.values, array.shape, to)};
}

Shape common_shape(const Shape& a, const Shape& b) {
  const auto shape = broadcast(a, b);
  if (!shape) throw Unpredictable("does not broadcast");
  return *shape;
}

Array sum(const Array& array, std::size_t dim) {
  return along(array, dim, [](const std::vector<double>& line) {
    return std::accumulate(line.begin(), line.end(), 0.0);
  });
}

Array sum_to(const Array& array, const Shape& shape) {
  if (!expands_to(shape, array.shape)) throw Unpredictable("is no expanded shape");
  Array result = array;
  while (result.shape.rank() > shape.rank()) result = sum(result, 0);
  for (std::size_t dim = 0; dim < shape.rank(); ++dim) {
    if (shape[dim] == result.shape[dim]) continue;
    const Shape whole = result.shape;
    result = sum(result, dim);
    result.shape = whole;
    result.shape[dim] = 1;
  }
  return result;
}

Array squeezed(const Array& array) {
  Array result = {{}, array.values};
  for (const std::int64_t size : array.shape) {
    if (size != 1) result.shape.push_back(size);
  }
  return result;
}

double sum_of(const Array& array) {
  return std::accumulate(array.values.begin(), array.values.end(), 0.0);
}

}  // namespace shapefuzz
