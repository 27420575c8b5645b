// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/remarks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "harness/language/case/dtype.h"
#include "harness/oracle/judgement/judging.h"
#include "harness/tell/explain/explain.h"
#include "harness/tell/explain/number_text.h"

namespace shapefuzz {
namespace {

// `1 sample`, `8 samples`.
std::string counted(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count_text(count), what, count == 1 ? "" : "s");
}

// A case with the elements of its operands by name.
class Computation {
 public:
  explicit Computation(const Exhibit& exhibit) : exhibit_(exhibit), c_(exhibit.computed()) {}

  const LossSpec& spec() const { return exhibit_.loss->spec; }
  const std::string& loss() const { return c_.loss; }
  const Operand* find(std::string_view name) const { return c_.find_operand(name); }
  const Operand& output() const { return c_.operands[0]; }
  const std::vector<double>& values(std::string_view name) const {
    const auto& patterns = spec().contract.operands();
    const auto at = std::find_if(patterns.begin(), patterns.end(),
                                 [&](const OperandPattern& o) { return o.name == name; });
    return exhibit_.evidence.operands[static_cast<std::size_t>(at - patterns.begin())];
  }
  bool reduces_by(std::string_view reduction) const {
    return spec().find_option("reduction") != nullptr &&
           c_.get<std::string>(spec(), "reduction") == reduction;
  }
  std::int64_t integer(std::string_view option) const {
    return c_.get<std::int64_t>(spec(), option);
  }
  bool flag(std::string_view option) const { return c_.get<bool>(spec(), option); }
  double real(std::string_view option) const { return c_.get<double>(spec(), option); }
  /// Of cross_entropy and nll_loss with class indices.
  bool has_index() const {
    return (loss() == "nll_loss" || loss() == "cross_entropy") &&
           number_class(find("target")->dtype) == NumberClass::kIntegral;
  }
  std::int64_t ignored() const {
    const auto& targets = values("target");
    return std::count(targets.begin(), targets.end(), static_cast<double>(integer("ignore_index")));
  }

 private:
  const Exhibit& exhibit_;
  const Case& c_;
};

std::string index_without_weight(const Computation& call) {
  const auto count = static_cast<std::int64_t>(call.values("target").size());
  if (count > 0 && call.ignored() == count) {
    return fmt::format(
        "all {} targets are ignored (ignore_index = {}), so that the mean divides 0 by 0",
        count_text(count), call.integer("ignore_index"));
  }
  if (call.find("weight") == nullptr) return "";
  return "the weights of the targets sum to 0, and the mean divides by that sum";
}

// The labels of one sample; the targets of a batch stand in rows, or one behind the other.
std::vector<double> labels_of(const Computation& call, std::size_t sample, std::size_t length) {
  const Operand& targets = *call.find("targets");
  std::size_t start = 0;
  if (targets.shape.rank() > 1) {
    start = sample * static_cast<std::size_t>(targets.shape[1]);
  } else {
    for (std::size_t i = 0; i < sample; ++i) {
      start += static_cast<std::size_t>(call.values("target_lengths")[i]);
    }
  }
  const auto& values = call.values("targets");
  if (start + length > values.size()) return {};
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(start);
  return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}

// A blank must stand between two labels that are equal.
std::size_t repeats_in(const std::vector<double>& labels) {
  std::size_t repeats = 0;
  for (std::size_t i = 1; i < labels.size(); ++i) repeats += labels[i] == labels[i - 1] ? 1 : 0;
  return repeats;
}

std::string target_without_path(const Computation& call) {
  const auto& frames = call.values("input_lengths");
  const auto& lengths = call.values("target_lengths");
  for (std::size_t i = 0; i < std::min(frames.size(), lengths.size()); ++i) {
    if (lengths[i] < 0) continue;
    const auto length = static_cast<std::size_t>(lengths[i]);
    const std::size_t repeats = repeats_in(labels_of(call, i, length));
    if (static_cast<double>(length + repeats) <= frames[i]) continue;
    const std::string between =
        repeats == 0   ? ""
        : repeats == 1 ? " (and a repeated one needs a blank before it)"
                       : fmt::format(" (and {} repeated ones need a blank between them)", repeats);
    return fmt::format(
        "target {} is longer than its input: {} labels{} in {} frames, so that no path is left and "
        "the loss is infinite; zero_infinity = true makes it 0",
        i, length, between, frames[i]);
  }
  return "";
}

std::string logarithm_of_zero(const Computation& call) {
  if (call.loss() != "poisson_nll_loss" || call.flag("log_input")) return "";
  for (const double value : call.values("input")) {
    if (value + call.real("eps") == 0) return "input holds 0, whose logarithm is infinite";
    if (value + call.real("eps") < 0) {
      return fmt::format("input holds {}, which has no logarithm", number_text(value));
    }
  }
  return "";
}

std::string operand_not_finite(const Exhibit& exhibit, const Computation& call) {
  for (const Operand& operand : exhibit.computed().operands) {
    for (const double value : call.values(operand.name)) {
      if (!std::isfinite(value)) {
        return fmt::format("{} holds {}", operand.name, number_text(value));
      }
    }
  }
  return "";
}

std::string beyond_the_range(const Exhibit& exhibit, const Computation& call) {
  const DType dtype = call.output().dtype;
  const bool is_infinite = std::any_of(exhibit.evidence.actual.value->values.begin(),
                                       exhibit.evidence.actual.value->values.end(),
                                       [](double value) { return std::isinf(value); });
  if (!is_infinite || number_class(dtype) == NumberClass::kIntegral) return "";
  return fmt::format("the numbers leave the range of {}, which ends at {}", to_string(dtype),
                     dtype == DType::kF64 ? "1.8e+308" : number_text(largest_of(dtype)));
}

std::string divisor_of_mean(const Computation& call) {
  if (call.loss() == "kl_div") {
    if (call.output().shape.elements() == 1) return "";
    return fmt::format(
        "mean divides by all {} elements, the classes too; batchmean divides by the {} of the "
        "batch",
        count_text(call.output().shape.elements()),
        counted(call.output().shape.empty() ? 1 : call.output().shape[0], "sample"));
  }
  if (call.loss() == "ctc_loss") {
    return "mean divides each loss by the length of its target before it averages over the batch";
  }
  if (!call.has_index()) return "";
  if (call.find("weight") != nullptr) {
    return "mean divides by the sum of the targets' weights, not by the number of targets";
  }
  const auto count = static_cast<std::int64_t>(call.values("target").size());
  const std::int64_t ignored = call.ignored();
  if (ignored == 0 || ignored == count) return "";
  return fmt::format("mean divides by the {} that {} not ignored, not by {}",
                     counted(count - ignored, "target"), count - ignored == 1 ? "is" : "are",
                     count_text(count));
}

std::string divisor_of_batchmean(const Shape& shape) {
  constexpr std::size_t kRows = 2;
  if (shape.rank() <= kRows || shape.elements() == 0) return "";
  const std::int64_t rows = shape.elements() / shape.from_right(0);
  return fmt::format("batchmean divides by {}, the first dimension, not by the {} rows", shape[0],
                     count_text(rows));
}

// Channels stand in dimension 1, and a weight of one dimension meets the last one.
std::string direction_of_weight(const Case& c) {
  const Shape& output = c.operands[0].shape;
  constexpr std::size_t kImages = 3;
  if (output.rank() < kImages) return "";
  for (const char* name : {"pos_weight", "weight"}) {
    const Operand* const weight = c.find_operand(name);
    const bool is_row = weight != nullptr && weight->shape.rank() == 1 && weight->shape[0] > 1 &&
                        weight->shape[0] == output.from_right(0);
    if (!is_row) continue;
    Shape channels = {weight->shape[0]};
    for (std::size_t i = 2; i < output.rank(); ++i) channels.push_back(1);
    const bool fits_channels = output[1] == weight->shape[0];
    return fmt::format("{} {} goes along the last dimension of input{}", name,
                       pretty(weight->shape),
                       fits_channels ? fmt::format("; for the classes in dimension 1 give it the "
                                                   "shape {}",
                                                   pretty(channels))
                                     : "");
  }
  return "";
}

}  // namespace

std::string why_not_finite(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  const bool has_result = exhibit.has_numbers && evidence.actual.value && !exhibit.twin &&
                          exhibit.judgement.outcome == Outcome::kAccepted;
  if (!has_result) return "";
  const auto& values = evidence.actual.value->values;
  const auto odd = std::find_if(values.begin(), values.end(),
                                [](double value) { return !std::isfinite(value); });
  if (odd == values.end()) return "";
  const Computation call(exhibit);
  std::string why = operand_not_finite(exhibit, call);
  if (why.empty() && call.loss() == "ctc_loss") why = target_without_path(call);
  if (why.empty() && call.has_index() && call.reduces_by("mean")) why = index_without_weight(call);
  const bool is_empty = evidence.unreduced && evidence.unreduced->values.empty();
  if (why.empty() && is_empty) why = "the mean of no elements divides 0 by 0";
  if (why.empty()) why = logarithm_of_zero(call);
  if (why.empty()) why = beyond_the_range(exhibit, call);
  if (why.empty()) return "";
  return fmt::format("the result is {}: {}", number_text(*odd), why);
}

bool is_far_from_formula(const Exhibit& exhibit) {
  const Evidence& evidence = exhibit.evidence;
  const bool passes = exhibit.has_numbers && exhibit.judgement.verdict == Verdict::kPass &&
                      evidence.source == Evidence::Source::kFormula && evidence.actual.value &&
                      evidence.expected.value;
  if (!passes) return false;
  const auto& actual = evidence.actual.value->values;
  const auto& expected = evidence.expected.value->values;
  const double near = is_half(exhibit.computed().operands.front().dtype) ? 0.1 : 1e-3;
  return !std::equal(actual.begin(), actual.end(), expected.begin(), expected.end(),
                     [near](double a, double e) {
                       if (a == e || (std::isnan(a) && std::isnan(e))) return true;
                       return std::abs(a - e) <= near * std::max(1.0, std::abs(e));
                     });
}

std::string unheld_gradient(const Exhibit& exhibit) {
  const Loss& loss = *exhibit.loss;
  const auto& differentiable = exhibit.evidence.differentiable;
  const bool has_gradient = exhibit.has_numbers && exhibit.judgement.device == "cpu" &&
                            exhibit.judgement.verdict == Verdict::kPass &&
                            exhibit.judgement.outcome == Outcome::kAccepted && !loss.spec.open &&
                            std::any_of(differentiable.begin(), differentiable.end(),
                                        [](bool differentiates) { return differentiates; });
  std::int64_t elements = 0;
  for (const Operand& operand : exhibit.c.operands) elements += operand.shape.elements();
  if (!has_gradient || elements <= kManyForSlopes) return "";
  return fmt::format(
      "the gradient was not held against the slopes of the formula: that takes too long for the {} "
      "elements of the operands, of which at most {} are looked at",
      count_text(elements), count_text(kManyForSlopes));
}

std::vector<std::string> notes_on(const Exhibit& exhibit) {
  const bool is_computed = exhibit.has_numbers && !exhibit.twin && !exhibit.loss->spec.open &&
                           exhibit.judgement.outcome == Outcome::kAccepted;
  if (!is_computed) return {};
  const Computation call(exhibit);
  std::vector<std::string> notes;
  const auto add = [&](std::string note) {
    if (!note.empty()) notes.push_back(std::move(note));
  };
  if (call.reduces_by("mean")) add(divisor_of_mean(call));
  if (call.reduces_by("batchmean")) add(divisor_of_batchmean(call.output().shape));
  if (call.loss().rfind("binary_cross_entropy", 0) == 0) add(direction_of_weight(exhibit.c));
  return notes;
}

}  // namespace shapefuzz
