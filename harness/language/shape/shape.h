// SPDX-License-Identifier: BSD-3-Clause
// Shapes: the list of sizes of a tensor, and what broadcasting makes of two of them.
//
//   Shape output = parse_shape("[64, 1]");
//   Shape target = {64};
//   broadcast(output, target)   // [64, 64]: every prediction meets every target
//   expands_to(target, output)  // false: no `target.expand(64, 1)` exists
//
// No LibTorch in here; `shape_libtorch_test.cpp` proves the rules equal to LibTorch's own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "harness/language/text/cursor.h"

namespace shapefuzz {

/// More dimensions than any loss has; LibTorch itself stops at 64 (c10 `kDimVectorStaticSize`
/// keeps 5 inline). A fixed bound keeps a Shape free of allocation.
constexpr std::size_t kMaxRank = 16;

/// The largest size of a dimension, and the most elements of a tensor: what LibTorch counts in.
constexpr std::int64_t kMaxSize = std::numeric_limits<std::int64_t>::max();

/// A list of at most kMaxRank sizes, each >= 0. `[]` is a scalar.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> sizes);

  std::size_t rank() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  std::int64_t operator[](std::size_t dim) const { return sizes_[dim]; }
  std::int64_t& operator[](std::size_t dim) { return sizes_[dim]; }
  /// The size `from_end` places from the right; 0 is the last dimension.
  std::int64_t from_right(std::size_t from_end) const { return sizes_[rank_ - 1 - from_end]; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }

  /// Appends a dimension; throws std::length_error beyond kMaxRank.
  void push_back(std::int64_t size);
  void append(const Shape& other);
  /// The `count` dimensions from `first` on.
  Shape slice(std::size_t first, std::size_t count) const;

  /// The number of elements: 1 for `[]`, 0 if any size is 0. What two operands broadcast to may
  /// have more than 63 bits can count; then it is kMaxSize.
  std::int64_t elements() const;
  /// Whether 63 bits count the elements of a tensor of this shape. An empty dimension counts as 1
  /// here, as it does in LibTorch's strides.
  bool is_countable() const;

  friend bool operator==(const Shape& a, const Shape& b);
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }

 private:
  std::array<std::int64_t, kMaxRank> sizes_{};
  std::size_t rank_ = 0;
};

/// Reads `[64, 1]`, `(64, 1)`, `(64,)`, `torch.Size([64, 1])` or `64x1`; the whole text.
/// Throws ParseError; a size below 0 or a tensor that is not countable is an error too.
Shape parse_shape(std::string_view text);
/// The same at a cursor, which is left behind the shape, or has failed.
Shape parse_shape(Cursor& cursor);

/// The canonical spelling `[64,1]`, read back by parse_shape.
std::string to_string(const Shape& shape);

/// Whether `tensor.expand(to)` is legal for a tensor of shape `from`: aligned from the right, only
/// sizes of 1 and missing leading dimensions grow (documentation of torch.Tensor.expand).
bool expands_to(const Shape& from, const Shape& to);

/// The common shape of two operands under NumPy's broadcasting rules (PyTorch documentation,
/// "Broadcasting semantics"); none if they do not broadcast.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);

}  // namespace shapefuzz
