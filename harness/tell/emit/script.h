// SPDX-License-Identifier: BSD-3-Clause
// The body of an emitted program, the same steps in either language.
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
  /// A function without arguments.
  virtual std::string define(const std::string& name, const std::string& expression) const = 0;
  /// `weights` of a scalar result.
  virtual std::string no_weights() const = 0;
  /// `leaves`, the operands that have a gradient.
  virtual std::string leaves(const std::vector<std::string>& names) const = 0;
  virtual std::string say(const std::string& text) const = 0;
  /// Prints the name, and the result of a function or what refused it.
  virtual std::string show(const std::string& name, const std::string& what) const = 0;
  virtual std::string show_gradient(const std::string& name, const std::string& what,
                                    const std::string& operand) const = 0;
};

/// Makes the operands, defines `expected` where it can be computed and `actual`, prints both.
std::string body_of(const Exhibit& exhibit, const Syntax& syntax);

/// The statements that make `leaves`, and `weights`, what the result's elements are differentiated
/// with.
std::string gradient_statements(const Exhibit& exhibit, const Syntax& syntax);

/// The case, its verdict and what is wrong, for a comment at the head of a program.
std::string summary_of(const Exhibit& exhibit, const std::string& needed);
/// Where a literal number comes from.
std::string formula_source(const Exhibit& exhibit);

/// Every line that is not empty behind `by`.
std::string indented(const std::string& text, const std::string& by);

}  // namespace shapefuzz
