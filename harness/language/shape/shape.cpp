// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/shape/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace shapefuzz {
namespace {

void append_size(Cursor& cursor, Shape& shape) {
  cursor.skip_spaces();
  if (shape.rank() == kMaxRank) {
    cursor.fail(fmt::format("at most {} dimensions", kMaxRank));
  } else {
    shape.push_back(cursor.integer(0, kMaxSize, "a size"));
  }
}

// The sizes of a bracketed list, the opening bracket already read. A comma may follow the last
// size only in Python's one-element tuple, `(64,)`.
void parse_sizes(Cursor& cursor, std::string_view close, Shape& shape) {
  if (cursor.take(close)) return;
  do {
    if (close == ")" && shape.rank() == 1 && cursor.take(close)) return;
    append_size(cursor, shape);
  } while (cursor.take(","));
  cursor.expect(close, "or ','");
}

}  // namespace

Shape::Shape(std::initializer_list<std::int64_t> sizes) {
  for (const std::int64_t size : sizes) push_back(size);
}

void Shape::push_back(std::int64_t size) {
  if (rank_ == kMaxRank) throw std::length_error(fmt::format("more than {} dimensions", kMaxRank));
  sizes_[rank_++] = size;
}

void Shape::append(const Shape& other) {
  for (const std::int64_t size : other) push_back(size);
}

Shape Shape::slice(std::size_t first, std::size_t count) const {
  Shape result;
  for (std::size_t dim = first; dim < first + count; ++dim) result.push_back(sizes_[dim]);
  return result;
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  bool overflows = false;
  for (const std::int64_t size : *this) {
    if (size == 0) return 0;
    overflows = overflows || __builtin_mul_overflow(product, size, &product);
  }
  return overflows ? kMaxSize : product;
}

bool Shape::is_countable() const {
  std::int64_t product = 1;
  return std::none_of(begin(), end(), [&](std::int64_t size) {
    return __builtin_mul_overflow(product, std::max<std::int64_t>(size, 1), &product);
  });
}

bool operator==(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Shape parse_shape(Cursor& cursor) {
  cursor.skip_spaces();
  const std::size_t start = cursor.offset();
  Shape shape;
  if (cursor.take("torch.Size")) {
    cursor.expect("(");
    cursor.expect("[");
    parse_sizes(cursor, "]", shape);
    cursor.expect(")");
  } else if (cursor.take("[")) {
    parse_sizes(cursor, "]", shape);
  } else if (cursor.take("(")) {
    parse_sizes(cursor, ")", shape);
  } else if (cursor.peek() >= '0' && cursor.peek() <= '9') {
    do append_size(cursor, shape);
    while (cursor.take("x"));
  } else {
    cursor.fail("a shape like [64,1]");
  }
  if (!shape.is_countable()) {
    cursor.fail_at(start, fmt::format("at most {} elements in a tensor", kMaxSize));
  }
  return shape;
}

Shape parse_shape(std::string_view text) {
  return parse_text(text, [](Cursor& cursor) {
    const Shape shape = parse_shape(cursor);
    cursor.expect_end("the shape");
    return shape;
  });
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) {
    if (text.size() > 1) text += ',';
    text += fmt::format_int(size).c_str();
  }
  text += ']';
  return text;
}

bool expands_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (std::size_t i = 0; i < from.rank(); ++i) {
    if (from.from_right(i) != to.from_right(i) && from.from_right(i) != 1) return false;
  }
  return true;
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  for (std::size_t i = 0; i < shorter.rank(); ++i) {
    std::int64_t& size = result[result.rank() - 1 - i];
    const std::int64_t other = shorter.from_right(i);
    if (size == 1) {
      size = other;
    } else if (other != 1 && other != size) {
      return std::nullopt;
    }
  }
  return result;
}

}  // namespace shapefuzz
