// SPDX-License-Identifier: BSD-3-Clause
// The property, as a tester in C++ writes it: a loss refuses shapes that do not fit, or equals the
// call on explicitly expanded operands; on shapes that fit it is what is documented, and so are its
// gradients.
#pragma once

#include <ATen/ATen.h>

#include <optional>
#include <string>
#include <vector>

#include "bench/peers/contract_of_line.h"
#include "shapefuzz/loss.h"

namespace peers {

/// The loss under test, and what its documentation says.
struct Loss {
  explicit Loss(const shapefuzz::OwnLoss::Description& description);

  std::string name;
  Contract contract;
  std::vector<shapefuzz::OwnLoss::Option> options;
  shapefuzz::OwnFormula formula;
  shapefuzz::OwnCall call;
  bool is_strict;   ///< an operand that expands to its documented shape is not forgiven
  bool is_reduced;  ///< its last option is the reduction
};

/// The mutant of that name.
std::optional<Loss> loss_of(const std::string& name, bool twin);

/// One call.
struct Case {
  std::vector<at::Tensor> operands;             ///< undefined: missing
  std::vector<shapefuzz::OptionValue> options;  ///< in the function's order
  bool is_illegal = false;                      ///< a value is outside its kind
};

std::string to_string(const Case& c);
/// Sizes and elements, all added up.
std::int64_t size_of(const Case& c);

/// What is wrong, if anything is.
std::optional<std::string> broken_promise(const Loss& loss, const Case& c);

}  // namespace peers
