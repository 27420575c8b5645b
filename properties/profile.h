// SPDX-License-Identifier: BSD-3-Clause
// How much the property suites do: SHAPEFUZZ_PROFILE=dev|ci|nightly. No LibTorch in here.
#pragma once

namespace shapefuzz {

/// Sets RC_PARAMS from SHAPEFUZZ_PROFILE; what RC_PARAMS sets already stays. dev and ci have a
/// fixed seed, so that they say the same of the same code; nightly has a new one every time. False,
/// with a message on standard error, for a profile that does not exist.
bool apply_profile();

}  // namespace shapefuzz
