// SPDX-License-Identifier: BSD-3-Clause
// Options of a loss: reduction, margin, ignore_index, ...
#pragma once

#include <string>
#include <vector>

#include "harness/language/text/cursor.h"
#include "shapefuzz/option_value.h"

namespace shapefuzz {

/// An option that a loss has; its type is the default's type.
struct OptionSpec {
  std::string name;
  OptionValue standard;              ///< the default of the loss; its type is the option's
  std::vector<std::string> choices;  ///< of a word
  /// Other values worth a try, legal and illegal ones (LossSpec::illegal_option tells them apart).
  std::vector<OptionValue> samples = {};
};

struct Option {
  std::string name;
  OptionValue value;

  friend bool operator==(const Option& a, const Option& b);
};

/// Equality of what a case says, in which a NaN equals a NaN.
bool same_real(double a, double b);

bool same_value(const OptionValue& a, const OptionValue& b);

/// The spelling in a case line: `true`, `-100`, `0.5`, `mean`, `[2,4]`.
std::string to_string(const OptionValue& value);

/// Reads a value of the option's type at the cursor, which fails on anything else.
OptionValue parse_option_value(Cursor& cursor, const OptionSpec& spec);

/// Reads a real number (`inf` and `nan` too) at the cursor, which fails on anything else.
double parse_real(Cursor& cursor, std::string_view what);
/// The shortest text that parse_real reads back as the same double.
std::string to_string(double value);

}  // namespace shapefuzz
