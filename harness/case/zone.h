// The zone of a whole case: shapes, listed values and dtypes together.
#pragma once

#include "harness/case/case.h"

namespace shapefuzz {

/// The contract's word on a case. Beyond the shapes (unify.h): a listed value outside its kind or
/// an option outside its documented range makes the case incompatible, and an operand that LibTorch
/// must convert makes a valid case expandable, since no documentation promises the conversion.
/// `reading`, if given, receives the meaning of a valid or expandable case.
Zone zone_of(const Case& c, const LossSpec& spec, Reading* reading = nullptr);

}  // namespace shapefuzz
