// SPDX-License-Identifier: BSD-3-Clause
#include "properties/suite.h"

#include <fmt/core.h>
#include <rapidcheck.h>

#include "harness/language/case/zone.h"
#include "harness/language/text/program_name.h"
#include "properties/generator.h"

namespace shapefuzz {
namespace {

void valid_shapes_are_accepted(Trial& trial) {
  const Case c = (*valid_case(trial.loss(), trial.entry())).c;
  const Judgement judgement = trial.judge(c);
  demand(judgement.zone == Zone::kValid, c, "drawn as valid, judged as something else");
  trial.reach().add(judgement.zone, Mistake::kNone);
}

void mistakes_are_refused_or_harmless(Trial& trial) {
  const DrawnCase mistaken = *mistaken_case(trial.loss(), trial.entry());
  const Judgement judgement = trial.judge(mistaken.c);
  trial.reach().add(judgement.zone, mistaken.mistake);
}

void two_runs_agree(Trial& trial) {
  const DrawnCase mistaken = *mistaken_case(trial.loss(), trial.entry());
  const Judgement first = trial.judge_anything(mistaken.c);
  const Judgement second = trial.judge_anything(mistaken.c);
  demand(first.outcome == second.outcome && first.result_shape == second.result_shape &&
             first.message == second.message,
         mistaken.c, "two runs of one case differ");
  trial.reach().add(first.zone, mistaken.mistake);
}

void lines_read_back(Trial& trial) {
  const DrawnCase mistaken = *mistaken_case(trial.loss(), trial.entry());
  const LossSpec& spec = trial.loss().spec;
  demand(parse_case(to_string(mistaken.c), {&spec}) == mistaken.c, mistaken.c,
         "the case line reads back as another case");
  trial.reach().add(zone_of(mistaken.c, spec), mistaken.mistake);
}

}  // namespace

Judgement Trial::judge(const Case& c) {
  const Judgement judgement = judge_anything(c);
  if (is_finding(judgement.verdict) && !known_.knows(signature_of(c, judgement))) {
    on_new_(c, judgement);
  }
  return judgement;
}

void demand(bool holds, const Case& c, const std::string& what) {
  if (holds) return;
  RC_FAIL(fmt::format("{}\n  case:   {}\n  replay: {} run '{}'", what, to_string(c), program_name(),
                      to_string(c)));
}

const std::vector<Property>& all_properties() {
  static const std::vector<Property> all = {
      {"ValidShapesAreAcceptedAndComputedRight", valid_shapes_are_accepted, {Zone::kValid}, true},
      {"AMistakenShapeIsRefusedOrEqualsTheExpandedCall",
       mistakes_are_refused_or_harmless,
       {Zone::kExpandable, Zone::kIncompatible},
       true},
      {"TwoRunsOfOneCaseAgree", two_runs_agree, {Zone::kIncompatible}},
      {"ACaseLineReadsBackAsItself", lines_read_back, {Zone::kIncompatible}},
  };
  return all;
}

}  // namespace shapefuzz
