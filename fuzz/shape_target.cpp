// SPDX-License-Identifier: BSD-3-Clause
// The shape parser: what it reads, it prints and reads again as the same shape; what it refuses, it
// explains. What a text means is asked a second time, without the parser.
#include <vector>

#include "fuzz/property.h"
#include "harness/language/shape/shape.h"

namespace shapefuzz {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The numbers that stand in a text, in their order, without leading zeros.
std::vector<std::string> numbers_in(std::string_view text) {
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i])) continue;
    if (i == 0 || !is_digit(text[i - 1])) numbers.emplace_back();
    if (numbers.back() == "0") numbers.back().clear();
    numbers.back() += text[i];
  }
  return numbers;
}

bool every_comma_follows_a_size(std::string_view text) {
  bool size = false;
  for (const char c : text) {
    if (c == ',' && !size) return false;
    if (c == ',' || is_digit(c)) size = c != ',';
  }
  return true;
}

void check_shape(const Shape& shape, std::string_view text) {
  require(shape.is_countable(), "63 bits count the elements of every shape", text);
  require(parse_shape(to_string(shape)) == shape, "a printed shape reads back as itself", text);
  std::vector<std::string> sizes;
  for (const std::int64_t size : shape) sizes.push_back(std::to_string(size));
  require(sizes == numbers_in(text), "the sizes are the numbers in the text", text);
  require(every_comma_follows_a_size(text), "every comma follows a size", text);
  require(expands_to(shape, shape), "a shape expands to itself", text);
  require(broadcast(shape, {}) == shape, "a scalar broadcasts to every shape", text);
}

}  // namespace
}  // namespace shapefuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapefuzz;
  return require_parser(
      as_text(data, size),
      [](Cursor& cursor) {
        const Shape shape = parse_shape(cursor);
        cursor.expect_end("the shape");
        return shape;
      },
      check_shape);
}
