// SPDX-License-Identifier: BSD-3-Clause
// Evidence: the numbers behind a judgement, as plain doubles, for whoever explains it or writes a
// program that shows it. The judge compares and forgets; this is made again for one case.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// A tensor's sizes and elements, in row-major order.
struct Numbers {
  Shape shape;
  std::vector<double> values;
};

/// One way to compute a case: its result and gradients, or what refused it.
struct Computed {
  bool accepted = false;
  std::string message;  ///< of the refusal, forward or backward
  std::optional<Numbers> value;
  bool backward_accepted = true;
  /// By operand, of the sum of the result's elements, each times its weight; none where there is
  /// none.
  std::array<std::optional<Numbers>, kMaxOperands> gradients;
};

struct Evidence {
  /// The elements of each operand as LibTorch sees them.
  std::array<std::vector<double>, kMaxOperands> operands;
  std::array<bool, kMaxOperands> differentiable{};
  /// The parameters of a module that has some, as far as it could be made.
  std::vector<std::vector<double>> parameters;
  Computed actual;
  std::vector<std::string> warnings;  ///< that LibTorch issued, each text once

  /// Where `expected` comes from.
  enum class Source {
    kNone,
    kExpandedCall,  ///< the unreduced call on operands expanded to `shapes`, reduced as documented
    kFormula,       ///< the documented formula, over doubles
    kOtherEntry,    ///< the loss's first entry
    kBase,          ///< of another device: what it is held against (device.h)
  };
  Source source = Source::kNone;
  Computed expected;
  /// What each operand is expanded to for `expected`, by operand.
  std::array<Shape, kMaxOperands> shapes;

  /// Of a case with a reduction: the result without it, as LibTorch has it on these operands.
  std::optional<Numbers> unreduced;
  /// Where one operand is out of shape and has the elements of the demanded one, or expands to it:
  /// the result with that operand put right, reduced and not.
  std::optional<Numbers> intended;
  std::optional<Numbers> intended_unreduced;
  /// The weight of each element of the expected unreduced result in the documented mean, where that
  /// is not the mean over the elements.
  std::vector<double> mean_weights;
  /// The weights of the result's elements in what is differentiated; empty for a scalar.
  std::vector<double> cotangent;
};

/// Runs a case again, and its reference. The case must not end the process. Of another device, but
/// `meta`, which has no numbers, `actual` is its own and `expected` that of the CPU: neither is
/// expected of the other, and the judgement says who is right.
Evidence gather(const Loss& loss, const Case& c, const Judgement& judgement,
                Device device = Device::kCpu);

/// What can be said of a case without running it: the operands and what they are expanded to.
Evidence evidence_of_death(const Loss& loss, const Case& c);

}  // namespace shapefuzz
