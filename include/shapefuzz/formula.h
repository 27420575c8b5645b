// SPDX-License-Identifier: BSD-3-Clause
// The formula of a loss, in doubles and without LibTorch: an independent word on its values.
//
//   .formula([](double output, double target) { return (output - target) * (output - target); })
//
//   .formula([](const shapefuzz::FormulaCall& a) {  // where the losses are not one an element
//     std::vector<double> losses(a[0].shape[0]);
//     for (std::size_t i = 0; i < losses.size(); ++i) losses[i] = a.real("margin") - a[0].at(i, 0);
//     return losses;
//   })
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "shapefuzz/option_value.h"

namespace shapefuzz {

/// An operand in the shape that the contract gives it, its elements in row-major order. What it
/// does not have throws std::out_of_range, which is told as a fault of the formula.
struct FormulaOperand {
  bool present = false;             ///< an operand may be missing
  std::vector<std::int64_t> shape;  ///< as the contract has it
  std::vector<double> values;       ///< row-major

  /// The i-th element.
  double operator[](std::size_t i) const { return values.at(i); }
  /// Of a matrix.
  double at(std::size_t row, std::size_t column) const {
    return values.at(row * static_cast<std::size_t>(shape.at(1)) + column);
  }
  /// How many elements there are.
  std::size_t size() const { return values.size(); }
};

/// One call: the operands in the contract's order, and the options by name.
struct FormulaCall {
  std::vector<FormulaOperand> operands;        ///< in the contract's order
  std::map<std::string, OptionValue> options;  ///< by name

  /// The i-th operand.
  const FormulaOperand& operator[](std::size_t i) const { return operands.at(i); }
  /// The option of that name, of that type.
  double real(const std::string& name) const { return std::get<double>(options.at(name)); }
  /// The option of that name, of that type.
  std::int64_t whole(const std::string& name) const {
    return std::get<std::int64_t>(options.at(name));
  }
  /// The option of that name, of that type.
  bool flag(const std::string& name) const { return std::get<bool>(options.at(name)); }
  /// The option of that name, of that type.
  const std::string& word(const std::string& name) const {
    return std::get<std::string>(options.at(name));
  }
};

/// The losses before any reduction, as many as the contract says.
using OwnFormula = std::function<std::vector<double>(const FormulaCall& call)>;

namespace formula_detail {

template <class Function, std::size_t... I>
double of_element(const Function& function, const FormulaCall& call, std::size_t element,
                  std::index_sequence<I...>) {
  return function(call[I][element]...);
}

template <class Function, class... Numbers>
std::vector<double> element_by_element(const Function& function, const FormulaCall& call) {
  constexpr std::size_t kMost = 4;
  if constexpr (std::is_invocable_r_v<double, const Function&, Numbers...>) {
    if (call.operands.size() != sizeof...(Numbers)) {
      throw std::out_of_range("takes another number of operands than the contract has");
    }
    std::vector<double> losses;
    for (std::size_t i = 0; i < call[0].size(); ++i) {
      losses.push_back(of_element(function, call, i, std::index_sequence_for<Numbers...>()));
    }
    return losses;
  } else {
    static_assert(sizeof...(Numbers) < kMost,
                  "shapefuzz: a formula takes a FormulaCall, or one double of each operand");
    return element_by_element<Function, Numbers..., double>(function, call);
  }
}

}  // namespace formula_detail

/// The formula as a function of a call: a function of one double of each operand is asked element
/// by element.
template <class Function>
OwnFormula formula_of(Function function) {
  if constexpr (std::is_invocable_v<const Function&, const FormulaCall&>) {
    return function;
  } else {
    return [function](const FormulaCall& call) {
      return formula_detail::element_by_element<Function, double>(function, call);
    };
  }
}

}  // namespace shapefuzz
