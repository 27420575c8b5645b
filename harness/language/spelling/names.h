// SPDX-License-Identifier: BSD-3-Clause
// PyTorch's own names of losses, dtypes and reductions, as people type them. No LibTorch in here.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// `mse_loss` of `torch.nn.functional.mse_loss`, by Python's or C++'s separators.
std::string_view last_part(std::string_view name);
/// `torch.nn.functional` of the same; empty of a bare name.
std::string_view before_last_part(std::string_view name);

/// A loss and how it is called.
struct NamedLoss {
  const LossSpec* spec = nullptr;  ///< null: nobody knows the name
  std::string entry;
};

/// What `MSELoss`, `nn.MSELoss`, `F.mse_loss`, `torch::nn::functional::mse_loss` or `at::mse_loss`
/// means; an entry that the loss does not have is its first one.
NamedLoss find_named_loss(std::string_view name, const LossSpecs& specs);

/// `float32`, `float`, `torch.float32`, `torch::kFloat`, `LongTensor`, ...; or a case line's own.
std::optional<DType> find_named_dtype(std::string_view name);

/// `sum` of `'sum'`, `torch::kSum` or `at::Reduction::Sum`; `true` of `True`. Other words as they
/// are.
std::string option_word(std::string_view word);

/// Whether a list of names has that one.
template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace shapefuzz
