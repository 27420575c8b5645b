// SPDX-License-Identifier: BSD-3-Clause
// The arguments of a call as people write them in Python and C++: numbers in brackets one in
// another, `dtype=torch.long`, `torch::dtype(torch::kLong)`. No LibTorch in here.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/language/case/case.h"
#include "harness/language/text/cursor.h"

namespace shapefuzz {

/// Numbers in brackets, braces or parentheses, one in another as a tensor has them.
struct Literal {
  Shape shape;
  std::vector<double> values;
  bool is_real = false;
  bool is_flag = false;
};

/// An argument of a factory or a method.
struct Argument {
  std::string_view key;            ///< of `dtype=torch.long`
  std::optional<Literal> literal;  ///< a number is one without brackets
  std::optional<DType> dtype;      ///< that its words name
};

/// A word of letters, digits, dots and `::`; empty if none stands at the cursor.
std::string_view take_qualified_name(Cursor& cursor);

/// Reads the arguments with their parentheses; the cursor fails on anything else.
std::vector<Argument> parse_arguments(Cursor& cursor);

/// Goes on behind the parenthesis that closes the one in front of the cursor.
void skip_arguments(Cursor& cursor);

}  // namespace shapefuzz
