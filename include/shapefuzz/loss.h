// SPDX-License-Identifier: BSD-3-Clause
// A loss of your own, put before the harness: a function and a contract line.
//
//   #include <shapefuzz/loss.h>
//
//   torch::Tensor dice(const torch::Tensor& output, const torch::Tensor& target, double smooth);
//
//   shapefuzz::Losses shapefuzz::losses() {
//     return {shapefuzz::loss("dice", dice,
//                             "(output: prob[N,C,*d], target: binary[N,C,*d]) -> mean[N]")
//                 .option("smooth", 1.0)};
//   }
//
// The function takes its tensors first, in the contract's order, and its options behind them. It
// returns a tensor, a pair whose first is the loss, or a number. docs/contracts.md has the
// notation.
#pragma once

#include <torch/types.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "shapefuzz/call.h"
#include "shapefuzz/formula.h"
#include "shapefuzz/option_value.h"

namespace shapefuzz {

/// What a loss may throw to refuse a call. Any other std::exception is a refusal too, but for
/// LibTorch's internal asserts.
class Refused : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// A loss and all that is said of it; `loss()` makes one.
class OwnLoss {
 public:
  /// A parameter behind the tensors.
  struct Option {
    std::string name;                  ///< in case lines and contracts
    OptionValue standard;              ///< its default
    std::vector<std::string> choices;  ///< of a word
  };
  /// A function that computes the loss.
  struct Entry {
    std::string name;                ///< behind the @ of a case line
    CallSignature signature;         ///< what it takes
    OwnCall call;                    ///< calls it
    std::string python_import = {};  ///< of Python: `from losses import dice`, where it can be
  };
  /// All that was said.
  struct Description {
    std::string name;                    ///< in case lines
    std::string contract;                ///< empty: unknown yet; `infer` finds one
    std::vector<std::string> operands;   ///< the tensors' names, where they are known
    std::vector<Entry> entries;          ///< the first one is the loss itself
    std::vector<Option> options;         ///< in the functions' order
    OwnFormula formula;                  ///< null: none
    std::vector<std::string> constants;  ///< operands that get no gradient
    bool own_gradient = false;           ///< the gradient is not the slope of the value
    bool in_python = false;              ///< what to write instead is Python
  };

  /// `loss()` is shorter.
  explicit OwnLoss(Description description) : description_(std::move(description)) {}

  /// Names the next parameter behind the tensors and its default. A word needs its `choices`, but
  /// for `reduction`, which is one of none, mean and sum.
  template <class Value>
  OwnLoss& option(std::string name, Value standard, std::vector<std::string> choices = {}) {
    description_.options.push_back(
        {std::move(name), option_value(std::move(standard)), std::move(choices)});
    return *this;
  }
  /// The losses in doubles, without LibTorch: a function of one number of each operand, or of a
  /// FormulaCall that returns the losses in row-major order (formula.h).
  template <class Function>
  OwnLoss& formula(Function function) {
    description_.formula = formula_of(std::move(function));
    return *this;
  }
  /// Another way to the same loss, as a fast kernel: it takes the same parameters, and is held
  /// against the first one.
  template <class Function>
  OwnLoss& entry(std::string name, Function function) {
    description_.entries.push_back(
        {std::move(name), signature_of_function<Function>(), call_of(std::move(function))});
    return *this;
  }
  /// The operand never gets a gradient.
  OwnLoss& constant(std::string operand) {
    description_.constants.push_back(std::move(operand));
    return *this;
  }
  /// The gradient is not the slope of the value, on purpose: a factor is detached, or a gradient
  /// goes straight through a rounding.
  OwnLoss& own_gradient() {
    description_.own_gradient = true;
    return *this;
  }

  /// All that was said.
  const Description& description() const { return description_; }

 private:
  Description description_;
};

/// A loss of that name: the function, and what it promises. Without a contract `infer` finds one.
template <class Function>
OwnLoss loss(std::string name, Function function, std::string contract = "") {
  OwnLoss::Description description;
  description.name = std::move(name);
  description.contract = std::move(contract);
  return OwnLoss(std::move(description)).entry("functional", std::move(function));
}

/// What losses() returns.
using Losses = std::vector<OwnLoss>;

/// You define it: the losses to judge. It is called once, before anything else.
Losses losses();

}  // namespace shapefuzz
