// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/gold/expand.h"

#include <array>

namespace shapefuzz {

std::vector<double> expand_values(const std::vector<double>& values, const Shape& from,
                                  const Shape& to) {
  if (from == to || (!expands_to(from, to) && from.elements() == to.elements())) return values;
  const std::size_t dropped = from.rank() > to.rank() ? from.rank() - to.rank() : 0;
  const Shape source = from.slice(dropped, from.rank() - dropped);
  // Row-major strides of the source, 0 where a size of 1 is repeated.
  std::array<std::int64_t, kMaxRank> strides{};
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < source.rank(); ++i) {
    const std::int64_t size = source.from_right(i);
    strides[to.rank() - 1 - i] = size == 1 ? 0 : stride;
    stride *= size;
  }
  std::vector<double> result(static_cast<std::size_t>(to.elements()));
  std::array<std::int64_t, kMaxRank> index{};
  std::int64_t at = 0;
  for (double& value : result) {
    value = values[static_cast<std::size_t>(at)];
    for (std::size_t dim = to.rank(); dim-- > 0;) {
      at += strides[dim];
      if (++index[dim] < to[dim]) break;
      at -= strides[dim] * to[dim];
      index[dim] = 0;
    }
  }
  return result;
}

}  // namespace shapefuzz
