// SPDX-License-Identifier: BSD-3-Clause
// The zone of a whole case: shapes, listed values and dtypes together.
#pragma once

#include <optional>
#include <string>

#include "harness/language/case/case.h"

namespace shapefuzz {

/// The contract's word on a case. Beyond the shapes (unify.h): a listed value outside its kind or
/// an option outside its documented range makes the case incompatible, and an operand that LibTorch
/// must convert makes a valid case expandable, since no documentation promises the conversion.
/// `reading`, if given, receives the meaning of the shapes, where the contract has one.
Zone zone_of(const Case& c, const LossSpec& spec, Reading* reading = nullptr);

/// What alone makes a case illegal whose shapes the contract can read.
struct Illegality {
  std::string name;    ///< of the operand or the option
  std::string reason;  ///< "target holds 0.5 where the contract has 1 or -1"
};
/// The first illegal option or value under `reading`; none if all are legal.
std::optional<Illegality> find_illegality(const Case& c, const LossSpec& spec,
                                          const Reading& reading);

}  // namespace shapefuzz
