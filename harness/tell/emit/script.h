// SPDX-License-Identifier: BSD-3-Clause
// The body of an emitted program, the same few steps in either language: as short as the report
// that somebody would write by hand, so without functions of its own.
#pragma once

#include <string>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/program.h"

namespace shapefuzz {

/// How a language writes a step.
class Syntax {
 public:
  virtual ~Syntax() = default;

  virtual const Dialect& dialect() const = 0;
  /// Whether the language calls the functionals and modules of C++; Python has its own.
  virtual bool has_cpp_frontends() const = 0;
  virtual std::string comment(const std::string& text) const = 0;
  virtual std::string say(const std::string& text) const = 0;
  /// Prints the name and these elements as `print` does those of a tensor.
  virtual std::string say(const std::string& name, const Numbers& numbers) const = 0;
  /// Gives the result of a call a name.
  virtual std::string name_result(const std::string& name, const std::string& call) const = 0;
  /// Prints the name and the elements of a tensor.
  virtual std::string print(const std::string& name, const std::string& tensor,
                            bool is_scalar) const = 0;
  /// The gradients of a result by operands, as an expression for a list of tensors; `weights` are
  /// those of the result's elements, empty for a scalar.
  virtual std::string gradients(const std::string& result, const std::vector<std::string>& operands,
                                const std::string& weights) const = 0;
};

/// Makes the operands, prints what is expected, where a number is, and what is computed.
std::string body_of(const Exhibit& exhibit, const Syntax& syntax);

/// The case, its verdict and what is wrong, for a comment at the head of a program.
std::string summary_of(const Exhibit& exhibit);
/// Where a literal number comes from.
std::string formula_source(const Exhibit& exhibit);

/// Every line that is not empty behind `by`.
std::string indented(const std::string& text, const std::string& by);

}  // namespace shapefuzz
