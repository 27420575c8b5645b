// SPDX-License-Identifier: BSD-3-Clause
#include "properties/generator.h"

namespace shapefuzz {
namespace {

// Uniform in [low, high). RapidCheck grows its ranges with the number of tests done; here all of
// the range is wanted from the first test on.
std::int64_t pick(std::int64_t low, std::int64_t high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::int64_t>(low, high));
}

rc::Gen<DrawnCase> drawn_by(decltype(draw_valid)* draw, const Loss& loss,
                            const std::string& entry) {
  return rc::gen::exec([draw, &loss, entry] {
    const auto drawn = draw(loss, entry, pick);
    RC_PRE(drawn.has_value());
    return *drawn;
  });
}

}  // namespace

rc::Gen<DrawnCase> valid_case(const Loss& loss, const std::string& entry) {
  return drawn_by(draw_valid, loss, entry);
}

rc::Gen<DrawnCase> mistaken_case(const Loss& loss, const std::string& entry) {
  return drawn_by(draw_mistaken, loss, entry);
}

}  // namespace shapefuzz
