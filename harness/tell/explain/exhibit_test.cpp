// SPDX-License-Identifier: BSD-3-Clause
// What `run` prints of a finding, held against its verdict: all that the baseline knows.
#include "harness/search/isolate/exhibits.h"

#include <gtest/gtest.h>
#include "harness/testing/faces.h"

#include <algorithm>
#include <cmath>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/judgement/readings.h"
#include "harness/tell/explain/number_text.h"
#include "harness/tell/narrate/narrative.h"

namespace shapefuzz {
namespace {

bool are_near(const Numbers& a, const Numbers& b) {
  if (a.shape != b.shape) return false;
  constexpr double kNear = 1e-2;  // of half precision
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const bool no_numbers = !std::isfinite(a.values[i]) && !std::isfinite(b.values[i]);
    const double scale = std::max({1.0, std::abs(a.values[i]), std::abs(b.values[i])});
    if (!no_numbers && !(std::abs(a.values[i] - b.values[i]) <= kNear * scale)) return false;
  }
  return true;
}

// What is printed of the gradients, whether it differs for any operand.
bool gradients_differ(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  for (std::size_t i = 0; i < kMaxOperands; ++i) {
    if (!evidence.differentiable[i]) continue;
    const Shape shape = exhibit.c.operands.front().shape;  // of zeros, for both the same
    if (gradient_text(evidence.expected, i, shape) != gradient_text(evidence.actual, i, shape)) {
      return true;
    }
  }
  return false;
}

bool shapes_differ(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  if (evidence.source != Evidence::Source::kNone &&
      evidence.expected.value->shape != evidence.actual.value->shape) {
    return true;
  }
  const Reading reading =
      meaning_to_explain(exhibit.c, exhibit.loss->spec, exhibit.judgement.basis);
  const bool reduced = exhibit.loss->spec.reduction_of(exhibit.c) != "none";
  const auto& own = reduced ? evidence.unreduced : evidence.actual.value;
  return own && own->shape != reading.result;
}

// Why the printed numbers and the verdict contradict each other; empty if they do not.
std::string contradiction(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  if (exhibit.judgement.outcome != Outcome::kAccepted) return "";
  const bool has_expected = evidence.source != Evidence::Source::kNone &&
                            evidence.expected.accepted && evidence.actual.accepted;
  switch (exhibit.judgement.verdict) {
    case Verdict::kWrongValue:
    case Verdict::kWrongReduction:
      if (has_expected && value_text(evidence.expected) == value_text(evidence.actual)) {
        return "expected and actual are the same: " + value_text(evidence.actual);
      }
      return "";
    case Verdict::kWrongGradient:
      return !has_expected || gradients_differ(exhibit) ? "" : "the gradients are the same";
    case Verdict::kWrongShape:
      return shapes_differ(exhibit) ? "" : "no shape differs";
    case Verdict::kSilentBroadcast:
      if (has_expected && !are_near(*evidence.expected.value, *evidence.actual.value)) {
        return "expected " + value_text(evidence.expected) + ", actual " +
               value_text(evidence.actual);
      }
      return "";
    default:
      return "";
  }
}

// What stands in the text between `before` and `after`; empty if it does not.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) return "";
  const std::size_t from = start + before.size();
  return text.substr(from, text.find(after, from) - from);
}

std::string sizes_contradiction(const Exhibit& exhibit) {
  const std::string text = narrative(exhibit, false);
  const std::string from = between(text, "reduced from [", "]");
  const std::string made = between(text, " before the reduction, [", "]");
  return from.empty() || made.empty() || from == made
             ? ""
             : "reduced from [" + from + "], but [" + made + "] before the reduction";
}

TEST(Exhibits, PrintNumbersThatAgreeWithTheirVerdict) {
  const std::vector<Case> cases = faces();
  ASSERT_FALSE(cases.empty());
  std::size_t shown = 0;
  const auto problems = [](const Exhibit& exhibit) {
    const std::string numbers = contradiction(exhibit);
    const std::string sizes = sizes_contradiction(exhibit);
    const std::string all = numbers + (numbers.empty() || sizes.empty() ? "" : "; ") + sizes;
    if (all.empty()) return std::string();
    return to_string(exhibit.c) + " is " + std::string(to_string(exhibit.judgement.verdict)) +
           ": " + all;
  };
  exhibit_all(cases, {{Policy::kExpand, MemoryMode::kFull}, Workers::kShared, 20}, problems,
              [&](const std::string& problem) {
                ++shown;
                EXPECT_EQ(problem, "");
              });
  EXPECT_EQ(shown, cases.size());
}

}  // namespace
}  // namespace shapefuzz
