// SPDX-License-Identifier: BSD-3-Clause
#include "properties/property.h"

#include <fmt/core.h>

#include "harness/language/case/zone.h"
#include "harness/language/text/program_name.h"

namespace shapefuzz {
namespace {

void valid_shapes_are_accepted(Trial& trial, const DrawnCase& drawn) {
  const Judgement judgement = trial.judge(drawn.c);
  demand(judgement.zone == Zone::kValid, drawn.c, "drawn as valid, judged as something else");
  trial.reach().add(judgement.zone, Mistake::kNone);
}

void mistakes_are_refused_or_harmless(Trial& trial, const DrawnCase& mistaken) {
  const Judgement judgement = trial.judge(mistaken.c);
  trial.reach().add(judgement.zone, mistaken.mistake);
}

void two_runs_agree(Trial& trial, const DrawnCase& mistaken) {
  const Judgement first = trial.judge_anything(mistaken.c);
  const Judgement second = trial.judge_anything(mistaken.c);
  demand(first.outcome == second.outcome && first.result_shape == second.result_shape &&
             first.message == second.message,
         mistaken.c, "two runs of one case differ");
  trial.reach().add(first.zone, mistaken.mistake);
}

void lines_read_back(Trial& trial, const DrawnCase& mistaken) {
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
  throw PropertyFailed(fmt::format("{}\n  case:   {}\n  replay: {} '{}'", what, to_string(c),
                                   typed("run"), to_string(c)));
}

const std::vector<Property>& all_properties() {
  static const std::vector<Property> all = {
      {"ValidShapesAreAcceptedAndComputedRight",
       false,
       valid_shapes_are_accepted,
       {Zone::kValid},
       true},
      {"AMistakenShapeIsRefusedOrEqualsTheExpandedCall",
       true,
       mistakes_are_refused_or_harmless,
       {Zone::kExpandable, Zone::kIncompatible},
       true},
      {"TwoRunsOfOneCaseAgree", true, two_runs_agree, {Zone::kIncompatible}},
      {"ACaseLineReadsBackAsItself", true, lines_read_back, {Zone::kIncompatible}},
  };
  return all;
}

}  // namespace shapefuzz
