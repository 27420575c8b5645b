// SPDX-License-Identifier: BSD-3-Clause
// What people call a loss.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shapefuzz {

/// The name in small letters, without underscores and without `loss` at its end: `MSELoss` and
/// `mse_loss` are both `mse`.
std::string folded_loss_name(std::string_view name);

/// did_you_mean() for the name of a loss, with what people call it: `bce_loss`, `mae`.
std::string losses_like(std::string_view name, const std::vector<std::string>& losses);

}  // namespace shapefuzz
