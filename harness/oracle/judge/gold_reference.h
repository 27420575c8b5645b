// SPDX-License-Identifier: BSD-3-Clause
// The gold formula of a loss, applied to the operands of a case. Includes no torch headers.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "harness/language/contract/unify.h"
#include "harness/losses/gold/expand.h"
#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// The elements of each operand in row-major order, as LibTorch sees them: rounded to the dtype.
using OperandValues = std::array<std::vector<double>, kMaxOperands>;

/// A call of the gold formula with the operands expanded as `reading` says.
GoldCall make_gold_call(const Loss& loss, const Case& c, const OperandValues& values,
                        const Reading& reading);

/// What the loss's formula gives. Throws FormulaError, which names the loss, where the formula
/// reads past an operand or does not give the losses of `reading`.
GoldLoss apply_formula(const Loss& loss, const GoldCall& call, const Reading& reading);

/// A derivative by one element.
struct Slope {
  double value = 0;
  bool smooth =
      false;  ///< two step sizes agree; at a kink, or where rounding wins, nothing is known
};

/// The derivative of `weighted` by each of the values, by central differences, of a function that
/// is right within `tolerance`. It raises `largest` to the largest number that it has met.
std::vector<Slope> slopes_of(
    const std::vector<double>& values,
    const std::function<double(const std::vector<double>& moved, double& largest)>& weighted,
    double tolerance);

/// That of sum_i cotangent_i * result_i by each element of an operand of the case, result being the
/// gold formula's.
std::vector<Slope> finite_differences(const Loss& loss, const Case& c, const OperandValues& values,
                                      const Reading& reading, std::size_t operand,
                                      const std::vector<double>& cotangent, double tolerance);

}  // namespace shapefuzz
