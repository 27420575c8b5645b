// SPDX-License-Identifier: BSD-3-Clause
// Numbers as `shapefuzz run` and every emitted program print them: C++'s six digits.
#pragma once

#include <cstdint>
#include <string>

#include "harness/oracle/judge/evidence.h"

namespace shapefuzz {

/// `0.143841`; the sign of a NaN says nothing.
std::string number_text(double value);

/// A whole number in groups of three digits: `1,234,567`.
std::string count_text(std::int64_t count);

/// A scalar's number, or `[2, 1]: 0.5, 0.25`.
std::string number_text(const Numbers& numbers);

/// The first line of a refusal, as the programs print it: `refused: ...`.
std::string refusal_text(const std::string& message);

/// The result or what refused it.
std::string value_text(const Computed& computed);
/// The gradient of an operand, or what refused the backward; no gradient is zero.
std::string gradient_text(const Computed& computed, std::size_t operand, const Shape& shape);

}  // namespace shapefuzz
