// SPDX-License-Identifier: BSD-3-Clause
// Rows of sequences of several lengths: what lies behind the end of each is read by nobody.
//
//   targets=i64[2,3]{1,2,0,3,0,0}, target_lengths=i64[2]{2,1}     1 2 and 3
#pragma once

#include <cstdint>
#include <vector>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// The values of rows of `width` up to the length of each, row after row. A row without a length is
/// read as a whole; so is one whose length is negative or beyond its end, since nobody knows what
/// is read there. ("Targets are padded to the length of the longest sequence, and stacked": the
/// documentation of CTCLoss, which asks nothing of what they are padded with.)
std::vector<double> without_padding(const std::vector<double>& values, std::int64_t width,
                                    const std::vector<double>& lengths);

/// What a call reads of an operand, its `index`-th by the reading: with `label(C,blank)[N,S]`, the
/// labels of each row that the operand with `length(S)[N]` counts. All that it holds, if either has
/// to be expanded first.
std::vector<double> read_values(const Case& c, const Reading& reading, const Operand& operand,
                                std::size_t index);

}  // namespace shapefuzz
