// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/core.h>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/program.h"
#include "harness/tell/explain/explain.h"

namespace shapefuzz {
namespace {

std::string title_of(const Exhibit& exhibit) {
  const std::string loss = exhibit.loss->spec.name + " (" + exhibit.c.entry + ")";
  switch (exhibit.judgement.verdict) {
    case Verdict::kWrongGradient:
      return loss + " computes a wrong gradient";
    case Verdict::kWrongReduction:
      return loss + " reduces wrongly";
    case Verdict::kWrongShape:
      return loss + " returns a result of the wrong shape";
    case Verdict::kWrongValue:
      return loss + " returns a wrong result";
    case Verdict::kBackwardRejected:
      return loss + " accepts operands that its backward refuses";
    case Verdict::kSilentBroadcast:
      return loss + " broadcasts operands that do not fit, without an error";
    case Verdict::kIllegalValueAccepted:
      return loss + " accepts what its documentation excludes";
    case Verdict::kRejectedValid:
      return loss + " refuses documented operands";
    case Verdict::kEntryDisagreement:
      return loss + " disagrees with " + exhibit.loss->entries.front().name;
    case Verdict::kUncleanRejection:
      return loss + " refuses with an internal error";
    case Verdict::kTimedOut:
      return loss + " does not come back";
    case Verdict::kNondeterministic:
      return loss + " gives another result each time";
    case Verdict::kOutOfBounds:
    case Verdict::kCrash:
    case Verdict::kUninitializedRead:
    case Verdict::kInputMutated:
      return loss + " is not memory safe";
    case Verdict::kPass:
    case Verdict::kNotJudged:
      break;
  }
  return loss;
}

std::string what_happens(const Exhibit& exhibit) {
  const auto& unreduced = exhibit.evidence.unreduced;
  const Explanation e = explain(exhibit.c, exhibit.loss->spec, exhibit.judgement,
                                unreduced ? std::optional(unreduced->shape) : std::nullopt);
  std::string text = fmt::format("`{}`, called with", exhibit.loss->spec.name);
  for (const Operand& operand : exhibit.c.operands) {
    text += fmt::format(" `{}` of shape `{}`,", operand.name, pretty(operand.shape));
  }
  text.back() = '.';
  text += " LibTorch: " + e.outcome + ".";
  if (!e.why.empty()) text += "\n\nWhat is wrong: " + e.why + ".";
  if (!exhibit.loss->spec.open) text += "\n\nDocumented shapes: `" + e.contract + "`.";
  return text;
}

std::string expectation(const Exhibit& exhibit) {
  switch (exhibit.evidence.source) {
    case Evidence::Source::kExpandedCall:
      if (exhibit.judgement.verdict == Verdict::kSilentBroadcast) break;
      return "The same as the call on explicitly expanded operands, in value and gradient, or an "
             "error.";
    case Evidence::Source::kFormula:
      return fmt::format(
          "The value and gradient of the formula in the documentation of "
          "`torch.nn.{}`.",
          module_name(*exhibit.loss));
    case Evidence::Source::kOtherEntry:
      return "All ways into a loss do the same.";
    case Evidence::Source::kNone:
      break;
  }
  return "Expected is " + expected_in_words(exhibit) + ".";
}

}  // namespace

std::string issue_report(const Exhibit& exhibit) {
  std::string printed;
  for (const PrintedLine& line : printed_lines(exhibit)) {
    printed += line.name + " " + line.text + "\n";
  }
  std::string death;
  if (exhibit.judgement.outcome == Outcome::kCrashed) {
    // In its own memory a program need not die of it.
    const bool traps = exhibit.judgement.verdict == Verdict::kOutOfBounds;
    const std::string_view how =
        traps ? "Then the process dies, or it prints what happens to lie there. With inaccessible "
                "memory around the tensors"
              : "Then the process dies";
    death = fmt::format("{}: {}.\n\n", how, exhibit.judgement.message);
  }
  return fmt::format(
      "# {}\n\n"
      "### 🐛 Describe the bug\n\n"
      "{}\n\n"
      "To reproduce, in C++:\n\n"
      "```cpp\n{}```\n\n"
      "It prints:\n\n"
      "```text\n{}```\n\n"
      "{}"
      "The same in Python, which has its own functional and module (they may behave "
      "differently):\n\n"
      "```python\n{}```\n\n"
      "### Expected behavior\n\n"
      "{}\n\n"
      "### Versions\n\n"
      "LibTorch {}, CPU.\n\n"
      "### How it was found\n\n"
      "By property-based fuzzing of loss functions against their documented shapes (shapefuzz). "
      "The smallest case that shows it:\n\n```sh\nshapefuzz run '{}'\n```\n",
      title_of(exhibit), what_happens(exhibit), cpp_program(exhibit), printed, death,
      python_program(exhibit), expectation(exhibit), exhibit.libtorch, to_string(exhibit.c));
}

}  // namespace shapefuzz
