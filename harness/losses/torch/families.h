// SPDX-License-Identifier: BSD-3-Clause
// LibTorch's losses, one family a file, and its operators. No LibTorch in here.
#pragma once

#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"

namespace shapefuzz {

/// The losses of the C++ frontend: together they are all_losses().
std::vector<Loss> elementwise_losses();
std::vector<Loss> class_losses();
std::vector<Loss> pair_losses();
std::vector<Loss> sequence_losses();

/// The operators of the dispatcher, by name. One that is an entry of a loss of `losses` has its
/// contract and formula; one that is the derivative of such a loss refers to it.
std::vector<Loss> operators_of(const std::vector<Loss>& losses);

/// An argument of an operator's schema.
struct OperatorArgument {
  std::string name;
  enum class Type { kTensor, kWhole, kReal, kFlag, kList, kOther } type = Type::kOther;
  bool needs_name = false;  ///< in Python: it stands behind the `*` of the schema
};
/// The arguments of `aten::ctc_loss.Tensor`, which at::ctc_loss takes too; empty if there is no
/// such operator.
std::vector<OperatorArgument> operator_arguments(const std::string& operator_name);

}  // namespace shapefuzz
