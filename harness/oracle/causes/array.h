// SPDX-License-Identifier: BSD-3-Clause
// Tensors without LibTorch, for what its kernels compute: sizes, and elements in row-major order.
#pragma once

#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/language/shape/shape.h"
#include "harness/losses/gold/expand.h"

namespace shapefuzz {

/// A call that a kernel would refuse, or of which nothing can be said.
class Unpredictable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Array {
  Shape shape;
  std::vector<double> values;

  std::size_t size() const { return values.size(); }
};

/// Repeated to a shape that it expands to.
Array expanded(const Array& array, const Shape& to);
/// The common shape; throws Unpredictable where there is none.
Shape common_shape(const Shape& a, const Shape& b);
/// Summed over the dimensions in which a shape was expanded to the array's; throws Unpredictable.
Array sum_to(const Array& array, const Shape& shape);
/// Without its dimensions of size 1.
Array squeezed(const Array& array);
/// The sum of all elements.
double sum_of(const Array& array);

namespace detail {

template <class F, std::size_t... I>
Array each(F f, const std::vector<Array>& arrays, std::index_sequence<I...> /*places*/) {
  Array result = {arrays[0].shape, std::vector<double>(arrays[0].size())};
  for (std::size_t i = 0; i < result.size(); ++i) result.values[i] = f(arrays[I].values[i]...);
  return result;
}

}  // namespace detail

/// f of the elements of all arrays, which are broadcast; throws Unpredictable where they cannot be.
template <class F, class... Arrays>
Array each(F f, const Arrays&... arrays) {
  Shape shape;
  ((shape = common_shape(shape, arrays.shape)), ...);
  return detail::each(f, {expanded(arrays, shape)...}, std::index_sequence_for<Arrays...>());
}

/// f of the elements along a dimension, which is gone then; throws Unpredictable without it. Of a
/// scalar dimension 0 is its one element, as in LibTorch.
template <class F>
Array along(const Array& array, std::size_t dim, F f) {
  if (array.shape.empty() && dim == 0) return {{}, {f(array.values)}};
  if (dim >= array.shape.rank()) throw Unpredictable("no such dimension");
  const auto size = static_cast<std::size_t>(array.shape[dim]);
  const auto inner =
      static_cast<std::size_t>(array.shape.slice(dim + 1, array.shape.rank() - dim - 1).elements());
  Array result = {array.shape.slice(0, dim), {}};
  result.shape.append(array.shape.slice(dim + 1, array.shape.rank() - dim - 1));
  result.values.resize(static_cast<std::size_t>(result.shape.elements()));
  std::vector<double> line(size);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::size_t first = i / inner * inner * size + i % inner;
    for (std::size_t k = 0; k < size; ++k) line[k] = array.values[first + k * inner];
    result.values[i] = f(line);
  }
  return result;
}

/// The sum along a dimension.
Array sum(const Array& array, std::size_t dim);

}  // namespace shapefuzz
