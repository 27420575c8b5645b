// SPDX-License-Identifier: BSD-3-Clause
// How a C++ function becomes a loss that can be called with any operands and options: what it takes
// is read off its signature.
//
//   at::Tensor focal(const at::Tensor& input, const at::Tensor& target, double gamma);
//   shapefuzz::OwnCall call = shapefuzz::call_of(focal);
#pragma once

#include <functional>
#include <utility>

#include "shapefuzz/detail/function.h"
#include "shapefuzz/option_value.h"

namespace shapefuzz {

/// Operands that are missing are undefined tensors; the options stand in the function's order.
using OwnCall = std::function<at::Tensor(const at::Tensor* operands, const OptionValue* options)>;

/// What the function takes. The tensors, or optional ones, stand first; behind them options: bool,
/// numbers, strings, and lists of int64_t or double.
template <class Function>
CallSignature signature_of_function() {
  return call_detail::Deduced<std::decay_t<Function>>::signature();
}

/// The function, called with the operands and options that it takes.
template <class Function>
OwnCall call_of(Function function) {
  return call_detail::Deduced<std::decay_t<Function>>::call(std::move(function));
}

}  // namespace shapefuzz
