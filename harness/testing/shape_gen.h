// SPDX-License-Identifier: BSD-3-Clause
// For tests: shapes to try, and how a shape is shown when a test fails.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <vector>

#include "harness/language/shape/shape.h"

namespace shapefuzz {

inline void PrintTo(const Shape& shape, std::ostream* out) { *out << to_string(shape); }
inline void showValue(const Shape& shape, std::ostream& out) { out << to_string(shape); }

/// Random shapes of at most `max_rank` sizes, each in [0, max_size].
inline rc::Gen<Shape> shapes(std::size_t max_rank, std::int64_t max_size) {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, max_rank + 1), [=](std::size_t rank) {
    return rc::gen::map(rc::gen::container<std::vector<std::int64_t>>(
                            rank, rc::gen::inRange<std::int64_t>(0, max_size + 1)),
                        [](const std::vector<std::int64_t>& sizes) {
                          Shape shape;
                          for (const std::int64_t size : sizes) shape.push_back(size);
                          return shape;
                        });
  });
}

/// All of them: (n^(r+1) - 1) / (n - 1) shapes for n = max_size + 1.
inline std::vector<Shape> every_shape(std::size_t max_rank, std::int64_t max_size) {
  std::vector<Shape> shapes = {Shape{}};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].rank() == max_rank) break;
    for (std::int64_t size = 0; size <= max_size; ++size) {
      Shape longer = shapes[i];
      longer.push_back(size);
      shapes.push_back(longer);
    }
  }
  return shapes;
}

}  // namespace shapefuzz
