// SPDX-License-Identifier: BSD-3-Clause
// Calls as people type or paste them, translated into case lines:
//
//   MSELoss(input=float32[64,1], target=float32[64])
//   F.cross_entropy(torch.randn(3, 5), torch.randint(0, 5, (3,)), reduction='sum')
//   nn.CrossEntropyLoss(ignore_index=-1)(torch.randn(3, 5), torch.tensor([1, 0, 4]))
//   torch::mse_loss(torch::randn({64, 1}), torch::randn({64}))
//
// Records, baselines and printed lines have the one spelling of case.h. No LibTorch in here.
#pragma once

#include <string>
#include <string_view>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// The case line that a call means, for parse_case to read: names are translated, tensors written
/// out, everything else is copied. Throws ParseError where it says no shape, or names no loss.
std::string translated(std::string_view text, const LossSpecs& specs);

/// Whether the text is no case line by its look: PyTorch's names, or operands without names.
bool looks_pasted(std::string_view text, const LossSpecs& specs);

}  // namespace shapefuzz
