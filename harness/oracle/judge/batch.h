// SPDX-License-Identifier: BSD-3-Clause
// The dimension over which the samples of a call are independent, by the names of its contract.
// Includes torch headers.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <optional>

#include "harness/language/contract/unify.h"
#include "harness/oracle/judge/execute.h"

namespace shapefuzz {

/// In a concatenation no dimension is the batch, so lengths that sum up have none.
class Batch {
 public:
  /// The first dimension of the result. Without one there is no batch.
  static Batch of_result(const Reading& reading);
  /// Of a loss that is one number for all samples, which may be coupled: the first dimension of the
  /// output, if the contract calls it N or B.
  static Batch of_output(const Reading& reading);

  std::int64_t size() const { return size_; }  ///< 0 without a batch

  /// The operands that `change` makes of those that have the batch, for each place of it.
  template <class Change>
  Tensors each(const Tensors& operands, Change change) const {
    Tensors changed = operands;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!operands[i].defined()) continue;
      for (const std::int64_t dim : dims_[i]) changed[i] = change(changed[i], dim);
    }
    return changed;
  }

 private:
  void find(const Dim& wanted, const Reading& reading);

  std::array<std::vector<std::int64_t>, kMaxOperands> dims_;
  std::int64_t size_ = 0;
};

}  // namespace shapefuzz
