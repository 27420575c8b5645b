// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/emit/program.h"

#include <fmt/core.h>

#include <optional>

#include "harness/oracle/judge/device.h"
#include "harness/tell/explain/explain.h"
#include "harness/tell/explain/number_text.h"

namespace shapefuzz {
namespace {

// A program that lists more is not read by anybody; the finding has a smaller case.
constexpr std::int64_t kMostElements = 1000;

using Operands = std::array<std::string, kMaxOperands>;

const std::vector<OperandPattern>& patterns(const Exhibit& exhibit) {
  return exhibit.loss->spec.contract.operands();
}

Operands names_of(const Exhibit& exhibit) {
  Operands names;
  for (std::size_t i = 0; i < patterns(exhibit).size(); ++i) names[i] = patterns(exhibit)[i].name;
  return names;
}

std::string reduction_of(const Exhibit& exhibit) {
  return std::string(exhibit.loss->spec.reduction_of(exhibit.c));
}

bool should_refuse(const Exhibit& exhibit) { return exhibit.judgement.zone == Zone::kIncompatible; }

}  // namespace

std::string why_not_emitted(const Case& c) {
  std::int64_t elements = 0;
  for (const Operand& operand : c.operands) elements += operand.shape.elements();
  if (elements > kMostElements) {
    return fmt::format("found {} elements, expected at most {}: shrink the case first", elements,
                       kMostElements);
  }
  return "";
}

bool is_about_gradients(Verdict verdict) {
  return verdict == Verdict::kWrongGradient || verdict == Verdict::kBackwardRejected;
}

std::string expected_in_words(const Exhibit& exhibit) {
  const Judgement& judgement = exhibit.judgement;
  if (exhibit.loss->spec.open) return "a result or an error";
  if (!should_refuse(exhibit)) {
    const bool is_unsafe = severity_of(judgement.verdict) == Severity::kMemory;
    return is_unsafe ? "a result of the operands alone" : "a result";
  }
  const Explanation explanation = explain(exhibit);
  const std::size_t reason = explanation.zone.find(": ");
  if (reason == std::string::npos) return "an error";
  // Without the name of the mistake at the end, which is a word of ours.
  return "an error" + explanation.zone.substr(reason, explanation.zone.find(" (") - reason);
}

namespace {

// Neither of two devices is expected to be like the other.
std::vector<PrintedLine> lines_of_devices(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  const auto device = parse_device(exhibit.judgement.device).value_or(Device::kCpu);
  const std::string names[] = {device == Device::kCompile ? "eager" : "CPU",
                               std::string(name_of(device))};
  const Computed* const both[] = {&evidence.expected, &evidence.actual};
  std::vector<PrintedLine> lines;
  for (int i = 0; i < 2; ++i) lines.push_back({names[i], value_text(*both[i])});
  if (!is_about_gradients(exhibit.judgement.verdict)) return lines;
  for (std::size_t k = 0; k < patterns(exhibit).size(); ++k) {
    if (!evidence.differentiable[k]) continue;
    const std::string& name = patterns(exhibit)[k].name;
    const Shape& shape = exhibit.computed().find_operand(name)->shape;
    for (int i = 0; i < 2; ++i) {
      lines.push_back({names[i] + " gradient of " + name, gradient_text(*both[i], k, shape)});
    }
  }
  return lines;
}

}  // namespace

std::vector<PrintedLine> printed_lines(const Exhibit& exhibit) {
  if (!exhibit.has_numbers) return {};
  const Evidence& evidence = exhibit.evidence;
  if (evidence.source == Evidence::Source::kBase) return lines_of_devices(exhibit);
  const Verdict verdict = exhibit.judgement.verdict;
  std::vector<PrintedLine> lines;
  const bool has_expected = evidence.source != Evidence::Source::kNone;
  const bool in_words = !has_expected || verdict == Verdict::kSilentBroadcast;
  if (in_words) lines.push_back({"expected", expected_in_words(exhibit)});
  if (has_expected) {
    // Neither of two entries is expected to be like the other.
    const bool is_other = evidence.source == Evidence::Source::kOtherEntry;
    lines.push_back({in_words   ? "broadcast"
                     : is_other ? "by the entry " + exhibit.loss->entries.front().name
                                : "expected",
                     value_text(evidence.expected)});
  }
  if (exhibit.judgement.outcome == Outcome::kCrashed ||
      exhibit.judgement.outcome == Outcome::kTimedOut) {
    return lines;
  }
  lines.push_back({"actual", value_text(evidence.actual)});
  if (!is_about_gradients(verdict)) return lines;
  for (std::size_t i = 0; i < patterns(exhibit).size(); ++i) {
    if (!evidence.differentiable[i]) continue;
    const std::string& name = patterns(exhibit)[i].name;
    const Shape& shape = exhibit.computed().find_operand(name)->shape;
    const bool formula = evidence.source == Evidence::Source::kFormula;
    // A kink of the formula has no slope.
    if (has_expected && (!formula || evidence.expected.gradients[i])) {
      lines.push_back({"expected gradient of " + name, gradient_text(evidence.expected, i, shape)});
    }
    lines.push_back({"actual gradient of " + name, gradient_text(evidence.actual, i, shape)});
  }
  return lines;
}

namespace {

// The first operand whose gradient is not the expected one; all of them have one each if none is.
std::size_t operand_in_question(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < patterns(exhibit).size(); ++i) {
    if (!evidence.differentiable[i]) continue;
    if (!first) first = i;
    const Shape& shape = exhibit.computed().find_operand(patterns(exhibit)[i].name)->shape;
    const bool is_open =
        evidence.source == Evidence::Source::kFormula && !evidence.expected.gradients[i];
    if (is_open) continue;
    if (gradient_text(evidence.expected, i, shape) != gradient_text(evidence.actual, i, shape)) {
      return i;
    }
  }
  return first.value_or(0);
}

std::vector<ProgramLine> lines_of_gradients(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  const std::size_t asked = operand_in_question(exhibit);
  const std::string& name = patterns(exhibit)[asked].name;
  const Shape& shape = exhibit.computed().find_operand(name)->shape;
  std::vector<ProgramLine> lines;
  const bool is_known = evidence.source != Evidence::Source::kNone &&
                        (evidence.source != Evidence::Source::kFormula ||
                         evidence.expected.gradients[asked].has_value());
  if (is_known) {
    ProgramLine expected = {"expected gradient of " + name,
                            gradient_text(evidence.expected, asked, shape)};
    expected.of_gradients = true;
    expected.operands = {asked};
    lines.push_back(expected);
  }
  ProgramLine actual = {"actual gradient of " + name, gradient_text(evidence.actual, asked, shape)};
  actual.is_actual = true;
  actual.of_gradients = true;
  actual.is_refused = !evidence.actual.backward_accepted;
  actual.operands = {asked};
  // What is refused may be the gradient of another operand.
  for (std::size_t i = 0; i < patterns(exhibit).size() && actual.is_refused; ++i) {
    if (evidence.differentiable[i] && i != asked) actual.operands.push_back(i);
  }
  lines.push_back(actual);
  return lines;
}

}  // namespace

std::vector<ProgramLine> program_lines(const Exhibit& exhibit) {
  if (!exhibit.has_numbers) return {};
  const Evidence& evidence = exhibit.evidence;
  const Judgement& judgement = exhibit.judgement;
  if (is_about_gradients(judgement.verdict)) return lines_of_gradients(exhibit);
  ProgramLine expected = {"expected", ""};
  expected.in_words =
      evidence.source == Evidence::Source::kNone || judgement.verdict == Verdict::kSilentBroadcast;
  expected.text = expected.in_words ? expected_in_words(exhibit) : value_text(evidence.expected);
  expected.is_refused = !expected.in_words && !evidence.expected.accepted;
  ProgramLine actual = {"actual", ""};
  actual.is_actual = true;
  const bool dies =
      judgement.outcome == Outcome::kCrashed || judgement.outcome == Outcome::kTimedOut;
  if (!dies) {
    actual.text = value_text(evidence.actual);
    actual.is_refused = !evidence.actual.accepted;
  }
  if (expected.is_refused) return {actual, expected};
  return {expected, actual};
}

Expressions::Expressions(const Dialect& dialect, const Exhibit& exhibit)
    : dialect_(dialect), exhibit_(exhibit) {}

std::string Expressions::tensors() const {
  std::string text;
  const bool gradients = is_about_gradients(exhibit_.judgement.verdict);
  for (std::size_t i = 0; i < patterns(exhibit_).size(); ++i) {
    const Operand* operand = exhibit_.c.find_operand(patterns(exhibit_)[i].name);
    if (operand == nullptr) continue;
    std::string tensor = dialect_.tensor(*operand, exhibit_.evidence.operands[i]);
    if (gradients && exhibit_.evidence.differentiable[i]) tensor += ".requires_grad_()";
    text += dialect_.name(operand->name, tensor);
  }
  if (exhibit_.loss->parameters == nullptr) return text;
  std::vector<double> parameters;
  for (const auto& values : exhibit_.evidence.parameters) {
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
  return text + module_text(dialect_, *exhibit_.loss, exhibit_.c, parameters);
}

std::string Expressions::actual() const {
  return call_text(dialect_, *exhibit_.loss, exhibit_.c, exhibit_.c.entry, names_of(exhibit_),
                   reduction_of(exhibit_));
}

std::string Expressions::first_entry() const {
  return call_text(dialect_, *exhibit_.loss, exhibit_.c, exhibit_.loss->entries.front().name,
                   names_of(exhibit_), reduction_of(exhibit_));
}

std::string Expressions::expanded() const {
  Operands operands;
  for (std::size_t i = 0; i < patterns(exhibit_).size(); ++i) {
    const Operand* operand = exhibit_.c.find_operand(patterns(exhibit_)[i].name);
    if (operand == nullptr) continue;
    operands[i] = dialect_.expanded(operand->name, operand->shape, exhibit_.evidence.shapes[i]);
  }
  const std::string call =
      call_text(dialect_, *exhibit_.loss, exhibit_.c, exhibit_.c.entry, operands, "none");
  const std::string reduction = reduction_of(exhibit_);
  if (reduction == "none") return call;
  if (reduction == "sum") return call + ".sum()";
  if (reduction == "batchmean") {
    const Shape& output = exhibit_.evidence.shapes[0];
    return fmt::format("({}.sum() / {})", call, output.empty() ? 1 : output[0]);
  }
  const auto& weights = exhibit_.evidence.mean_weights;
  if (weights.empty()) return call + ".mean()";
  return fmt::format(
      "({}.flatten() * {}).sum()", call,
      literal_text(dialect_, DType::kF64, {static_cast<std::int64_t>(weights.size())}, weights));
}

}  // namespace shapefuzz
