// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/own/declared.h"

#include <fmt/core.h>

#include "harness/language/text/errors.h"
#include "harness/losses/own/own.h"
#include "harness/losses/registry/registry.h"
#include "shapefuzz/loss.h"

namespace shapefuzz {

void declare(Losses (*losses)()) {
  std::vector<Loss> own;
  try {
    own = own_losses(losses());
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    throw InputError(fmt::format("shapefuzz::losses() threw: {}", error.what()));
  }
  use_own_losses(std::move(own));
}

}  // namespace shapefuzz
