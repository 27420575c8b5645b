// SPDX-License-Identifier: BSD-3-Clause
#include "python/engine/check.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <functional>
#include <optional>

#include "harness/cli/sweep_held.h"
#include "harness/findings/baseline/baseline.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/search/shrink/apart.h"
#include "harness/search/sweep/reach.h"
#include "harness/search/sweep/sweep.h"
#include "harness/tell/narrate/narrative.h"
#include "harness/tell/report/own.h"
#include "harness/tell/report/table.h"
#include "properties/property.h"

namespace shapefuzz {
namespace {

// As `run` prints it, and how to have it again.
std::vector<std::string> explained(const std::vector<Case>& cases, const Judging& judging) {
  std::vector<std::string> texts;
  const auto text = [](const Exhibit& exhibit) {
    const bool passes = !is_finding(exhibit.judgement.verdict);
    return narrative(exhibit, /*colour=*/false) +
           (passes ? "  flaky     it passes this time: the loss draws random numbers, or keeps a "
                     "state\n"
                   : "");
  };
  exhibit_all({cases}, {judging}, text, [&](const std::string& told) {
    texts.push_back(told + fmt::format("  replay    {} {}\n", typed("run"),
                                       shell_quoted(to_string(cases[texts.size()]))));
  });
  return texts;
}

Baseline known(const std::string& file) {
  return file.empty() ? Baseline() : read_baseline_of(file, all_specs());
}

Findings only(const Findings& findings, const std::vector<Signature>& wanted) {
  Findings some;
  for (const auto& [signature, finding] : findings) {
    const auto is_it = [&, &own = signature](const Signature& other) {
      return without_cause(other) == without_cause(own);
    };
    if (std::any_of(wanted.begin(), wanted.end(), is_it)) some.emplace(signature, finding);
  }
  return some;
}

}  // namespace

Policy policy_named(const std::string& name) {
  const auto policy = parse_policy(name);
  if (policy) return *policy;
  throw InputError(
      fmt::format("policy: found '{}', expected strict, expand or broadcast", printable(name)));
}

Checked check_losses(const CheckBounds& bounds, const Judging& judging) {
  SweepOptions options;
  options.max_rank = bounds.max_rank;
  options.max_size = bounds.max_size;
  options.judging = judging;
  options.jobs = bounds.jobs;
  options.seed = bounds.seed;
  const Baseline baseline = known(bounds.baseline);
  options.policies = baseline.policies;
  std::vector<Variation> variations;
  for (const Loss& loss : all_losses()) {
    for (Variation& v : variations_of(loss, loss.spec.entries)) variations.push_back(std::move(v));
  }
  const Tally tally = sweep(variations, options, {});
  const Held held = hold_against_known(options, variations, baseline, tally);
  Checked checked;
  checked.cases = tally.cases();
  checked.problems =
      explained(own_problems(only(held.judged.findings(), held.news.fresh)), judging);
  // A check that has seen no valid call has shown nothing.
  const int least = judging.thorough ? 0 : 1;
  for (const std::string& told : unreached(variations, {bounds.max_rank, bounds.max_size, least})) {
    checked.problems.push_back(told + "\n");
  }
  for (const Signature& stale : held.news.stale) {
    checked.problems.push_back(fmt::format("{}: {} lists it, and it is found no more\n",
                                           to_string(stale), bounds.baseline));
  }
  if (tally.leaves_a_loss_out()) checked.not_judged = not_judged_list(held.judged);
  return checked;
}

std::vector<std::string> property_names() {
  std::vector<std::string> names;
  for (const Property& property : all_properties()) names.emplace_back(property.name);
  return names;
}

Checked check_property(const PropertyDraws& draws, const Judging& judging) {
  const auto& all = all_properties();
  const auto property = std::find_if(all.begin(), all.end(),
                                     [&](const Property& p) { return p.name == draws.property; });
  if (property == all.end()) {
    throw InputError(fmt::format("found the property '{}', expected {}", printable(draws.property),
                                 fmt::join(property_names(), ", ")));
  }
  const Baseline baseline = known(draws.baseline);
  std::optional<Case> found;
  Trial trial(all_losses().front(), draws.entry, baseline, judging,
              [&](const Case& c, const Judgement& judgement) {
                found = c;
                demand(false, c, to_string(signature_of(c, judgement)));
              });
  Checked checked;
  const auto draw = property->of_mistakes ? draw_mistaken : draw_valid;
  SeededPick pick(draws.seed);
  try {
    constexpr int kTries = 100;  // a draw, before the contract leaves too little
    int done = 0;
    for (int tries = 0; done < draws.cases && tries < kTries * draws.cases; ++tries) {
      const auto drawn = draw(trial.loss(), trial.entry(), std::ref(pick));
      if (!drawn) continue;
      property->check(trial, *drawn);
      ++done;
    }
    if (done < draws.cases) {
      checked.problems.push_back(
          fmt::format("only {} of {} cases could be drawn from the contract\n", done, draws.cases));
    }
  } catch (const PropertyFailed& failed) {
    checked.problems = found ? explained({shrink_apart(*found, judging).shrunk.smallest}, judging)
                             : std::vector<std::string>{failed.what() + std::string("\n")};
  }
  checked.cases = trial.judged();
  for (const Zone zone : property->zones) {
    if (!checked.problems.empty() || trial.reach().cases(zone) > 0) continue;
    checked.problems.push_back(fmt::format("the zone {} was never reached\n", to_string(zone)));
  }
  return checked;
}

}  // namespace shapefuzz
