// SPDX-License-Identifier: BSD-3-Clause
// The operators of LibTorch's dispatcher, called by name and schema. Includes torch headers.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string>
#include <vector>

#include "harness/losses/loss/loss.h"
#include "harness/losses/torch/families.h"

namespace shapefuzz {

/// Calls one operator: its tensors are the operands of the same name (`self` is the first one,
/// whatever the loss calls it), its other arguments the options of the same name or, where the loss
/// has none, the schema's defaults. Of several results the first is taken.
class Operator {
 public:
  explicit Operator(c10::OperatorHandle handle) : handle_(std::move(handle)) {}

  at::Tensor operator()(const Arguments& a) const;
  const c10::FunctionSchema& schema() const { return handle_.schema(); }

 private:
  c10::OperatorHandle handle_;
};

/// What an argument of a schema is as an option of a loss; none for types that no case line writes.
std::optional<OptionSpec> option_of(const c10::Argument& argument);
OperatorArgument::Type type_of(const c10::Argument& argument);

/// The entry `op` of a loss: the operator of that name (`aten::ctc_loss.Tensor`). In a LibTorch
/// without it the entry has no call, and make_loss leaves it out.
Entry operator_entry(const std::string& name);

}  // namespace shapefuzz
