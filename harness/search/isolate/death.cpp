// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/isolate/death.h"

#include <fmt/core.h>

#include <csignal>
#include <cstring>
#include <string>

#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judgement/unjudged.h"
#include "harness/oracle/libtorch/setup.h"

namespace shapefuzz {

Judgement judgement_of(const Death& death, const Case& c, const LossSpec& spec,
                       const Judging& judging) {
  Judgement judgement = judgement_of_death(c, spec, death.signal, death.fault);
  judgement.device = to_string(judging.device);
  if (death.from_outside && !death.short_of_memory) {
    leave_unjudged(judgement);
    judgement.message.clear();
    judgement.detail =
        std::string("the process is ended from outside, each time: ") + ::strsignal(death.signal);
    return judgement;
  }
  if (judging.device != Device::kCpu && !death.fault.on_device && !death.short_of_memory) {
    leave_unjudged(judgement);
    judgement.message.clear();
    judgement.detail =
        fmt::format("the CPU, which is asked first, dies of it ({})",
                    death.signal == 0 ? "no answer in time" : ::strsignal(death.signal));
    return judgement;
  }
  // With guards around each tensor no call damages the memory that ends the process later.
  const bool is_ours = death.signal != 0 && death.fault.signal == death.signal &&
                       death.fault.in_harness && !death.fault.is_out_of_bounds() &&
                       judging.memory != MemoryMode::kOff;
  if (is_ours && !death.short_of_memory) {
    leave_unjudged(judgement);
    judgement.message.clear();
    judgement.detail = fmt::format(
        "shapefuzz itself failed, and not the loss ({}): please report it with this case",
        ::strsignal(death.signal));
    return judgement;
  }
  if (!death.short_of_memory) {
    const Causes& causes =
        judging.causes != nullptr ? *judging.causes : known_causes(judging.device);
    name_cause_of_death(causes, c, spec, libtorch_version(), judgement);
    return judgement;
  }
  leave_unjudged(judgement);
  if (death.signal == SIGTERM) {  // it ended of itself
    judgement.outcome = Outcome::kRejected;
    judgement.message = "not judged to the end: there was no memory left";
  }
  return judgement;
}

}  // namespace shapefuzz
