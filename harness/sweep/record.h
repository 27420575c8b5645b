// The result record: one JSON object a line, for scripts and for `shapefuzz diff`.
#pragma once

#include <string>
#include <vector>

#include "harness/oracle/verdict.h"

namespace shapefuzz {

/// The record of one judged case, without a line break. `varied` names the operands whose shapes
/// the sweep varied; it is empty for a case that somebody wrote.
std::string to_record(const Case& c, const LossSpec& spec, const Judgement& judgement,
                      const std::vector<std::string>& varied, const std::string& libtorch);

}  // namespace shapefuzz
