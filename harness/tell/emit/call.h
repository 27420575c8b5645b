// SPDX-License-Identifier: BSD-3-Clause
// A call of a loss as a text, in C++ or in Python: derived from the contract, the options and the
// operator's schema, so that a loss brings no text of its own. No LibTorch in here.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// How one language writes what a program is made of.
class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual std::string flag(bool value) const = 0;
  virtual std::string real(double value) const = 0;
  /// A list of numbers as one argument: `std::vector<int64_t>{2, 4}`, `[2, 4]`.
  virtual std::string list(const std::vector<std::int64_t>& values) const = 0;
  virtual std::string list(const std::vector<double>& values) const = 0;
  virtual std::string missing() const = 0;
  /// A tensor of these elements in the operand's layout, which needs no name.
  virtual std::string tensor(const Operand& operand, const std::vector<double>& values) const = 0;
  /// The statement that gives an expression a name.
  virtual std::string name(const std::string& name, const std::string& expression) const = 0;
  /// The operand expanded, or reshaped where only sizes of 1 differ.
  virtual std::string expanded(const std::string& operand, const Shape& from,
                               const Shape& to) const = 0;

  struct Named {
    std::string name;
    std::string value;
  };
  /// `reduction` is a word here: `none`.
  virtual std::string functional(const Loss& loss, const std::vector<std::string>& operands,
                                 const std::vector<Named>& options) const = 0;
  virtual std::string module(const Loss& loss, const std::vector<std::string>& operands,
                             const std::vector<Named>& options) const = 0;
  /// Of somebody's own function: all it takes, in its order; what is missing as `missing()`.
  virtual std::string own(const std::string& function, const std::vector<std::string>& operands,
                          const std::vector<Named>& options) const = 0;
  /// The declaration of such a function, or where it comes from.
  virtual std::string declaration(const Loss& loss, const std::string& entry,
                                  const std::string& function) const = 0;
  /// A word: `"none"`.
  virtual std::string word(const std::string& word) const = 0;
  /// The statements that make `module`; `constructor` are the arguments that it demands. All its
  /// parameters are in one tensor, behind each other.
  virtual std::string make_module(const Loss& loss, const std::vector<std::string>& constructor,
                                  const std::vector<Named>& options, DType dtype,
                                  const std::string& parameters) const = 0;
  /// The call of `module`.
  virtual std::string call_module(const std::vector<std::string>& operands, bool reduced) const = 0;
  virtual std::string reduction(const std::string& word) const = 0;
  /// The arguments of the schema; those that have a name need it in Python.
  virtual std::string aten(const std::string& operator_name,
                           const std::vector<Named>& arguments) const = 0;
  virtual std::string dispatched(const std::string& operator_name,
                                 const std::vector<Named>& arguments) const = 0;
};

const Dialect& cpp_dialect();
const Dialect& python_dialect();

/// The expression that calls an entry with the case's options. `operands` are expressions by place
/// in the contract; those of missing operands do not count.
std::string call_text(const Dialect& dialect, const Loss& loss, const Case& c,
                      const std::string& entry,
                      const std::array<std::string, kMaxOperands>& operands,
                      const std::string& reduction);

/// The function that an entry of somebody's own loss calls, as far as anybody can guess.
std::string own_function(const Loss& loss, const std::string& entry);

/// The statements that make the module of a loss that has parameters, from all their elements.
std::string module_text(const Dialect& dialect, const Loss& loss, const Case& c,
                        const std::vector<double>& parameters);

/// An expression for a contiguous tensor of these elements.
std::string literal_text(const Dialect& dialect, DType dtype, const Shape& shape,
                         const std::vector<double>& values);

/// `MSELoss`, `KLDivLoss`; what `torch::nn` calls the loss.
std::string module_name(const Loss& loss);
/// `mse_loss` -> `MSELoss`, `kl_div` -> `KLDiv`.
std::string pascal_case(const std::string& name);
/// The loss's name as LibTorch spells it in its classes, as in `NLLLoss` and `KLDiv`.
std::string pascal_name(const Loss& loss);
/// `mse_loss` of `aten::mse_loss` and of `aten::mse_loss.out`, and `out` or nothing.
std::string base_of(const std::string& operator_name);
std::string overload_of(const std::string& operator_name);
std::string namespace_of(const std::string& operator_name);
/// The elements of a tensor, at least one, as lists of lists: `[[1, 2], [3, 4]]`.
std::string nested(const std::vector<std::string>& numbers, const Shape& shape);
/// `2, 4`.
std::string joined(const std::vector<std::string>& parts);

}  // namespace shapefuzz
