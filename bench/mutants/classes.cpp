// SPDX-License-Identifier: BSD-3-Clause
// Losses of classes: logits against the index of the right one.
#include <algorithm>
#include <cmath>

#include "bench/mutants/parts.h"

namespace shapefuzz {
namespace {

void check_target(const Tensor& output, const Tensor& target) {
  TORCH_CHECK(output.is_floating_point() && target.scalar_type() == at::kLong,
              "expected floating logits and whole classes, found ", output.scalar_type(), " and ",
              target.scalar_type());
}

void check_shapes_of_classes(const Tensor& output, const Tensor& target) {
  check_target(output, target);
  TORCH_CHECK(output.dim() == 2 && target.dim() == 1 && target.size(0) == output.size(0),
              "expected [N, C] and [N], found ", output.sizes(), " and ", target.sizes());
  TORCH_CHECK(output.size(1) > 0, "expected at least one class");
}

void check_classes(const Tensor& target, std::int64_t least, std::int64_t classes) {
  const bool are_in = ((target >= least).__and__(target < classes)).all().item<bool>();
  TORCH_CHECK(are_in, "expected classes from ", least, " to ", classes - 1);
}

void check(const Tensor& output, const Tensor& target) {
  check_shapes_of_classes(output, target);
  check_classes(target, 0, output.size(1));
}

// The losses of rows, none of which is ignored.
Tensor losses_of(const Tensor& logarithms, const Tensor& target) {
  return -logarithms.gather(1, target.unsqueeze(1)).squeeze(1);
}

Tensor classes_plus_one(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const std::int64_t last = output.size(1) - 1;
  const bool is_wrong = fault((target < last).any().item<bool>());
  const Tensor classes = is_wrong ? (target + 1).clamp_max(last) : target;
  return reduced(losses_of(output.log_softmax(1), classes), reduction);
}

Tensor classes_last_as_first(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const Tensor is_last = target == output.size(1) - 1;
  const bool is_wrong = fault(output.size(1) > 1 && is_last.any().item<bool>());
  const Tensor classes = is_wrong ? target.masked_fill(is_last, 0) : target;
  return reduced(losses_of(output.log_softmax(1), classes), reduction);
}

Tensor classes_over_batch(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  return reduced(losses_of(output.log_softmax(fault() ? 0 : 1), target), reduction);
}

Tensor classes_over_last(const Tensor& output, const Tensor& target, Word reduction) {
  check_target(output, target);
  TORCH_CHECK(output.dim() >= 2 && target.dim() == output.dim() - 1, "expected [N, C, ...] and ",
              "[N, ...], found ", output.sizes(), " and ", target.sizes());
  std::vector<std::int64_t> expected = output.sizes().vec();
  expected.erase(expected.begin() + 1);
  TORCH_CHECK(target.sizes() == expected, "expected classes of shape ", expected, ", found ",
              target.sizes());
  TORCH_CHECK(output.size(1) > 0, "expected at least one class");
  check_classes(target, 0, output.size(1));
  return reduced(losses_of(output.log_softmax(fault(output.dim() > 2) ? -1 : 1), target),
                 reduction);
}

Tensor classes_negative(const Tensor& output, const Tensor& target, Word reduction) {
  check_shapes_of_classes(output, target);
  const std::int64_t classes = output.size(1);
  const bool has_negative = fault((target < 0).any().item<bool>());
  check_classes(target, has_negative ? -classes : 0, classes);
  const Tensor counted = has_negative ? target.remainder(classes) : target;
  return reduced(losses_of(output.log_softmax(1), counted), reduction);
}

Tensor classes_refuse_last(const Tensor& output, const Tensor& target, Word reduction) {
  check(output, target);
  const bool has_last = (target == output.size(1) - 1).any().item<bool>();
  TORCH_CHECK(!fault(has_last), "class ", output.size(1) - 1, " is out of bounds");
  return reduced(losses_of(output.log_softmax(1), target), reduction);
}

Tensor classes_column_target(const Tensor& output, const Tensor& target, Word reduction) {
  const bool is_column = output.dim() == 2 && target.dim() == 2 && target.size(1) == 1 &&
                         target.size(0) == output.size(0);
  if (fault(is_column)) {
    check_target(output, target);
    TORCH_CHECK(output.size(1) > 0, "expected at least one class");
    check_classes(target, 0, output.size(1));
    return reduced(output.logsumexp(1) - output.gather(1, target), reduction);
  }
  check(output, target);
  return reduced(output.logsumexp(1) - output.gather(1, target.unsqueeze(1)).squeeze(1), reduction);
}

Tensor classes_ignored(const Tensor& output, const Tensor& target, std::int64_t ignore_index,
                       bool counted, bool contribute) {
  check_shapes_of_classes(output, target);
  TORCH_CHECK(output.size(0) > 0, "expected at least one sample");
  // Of a row that is ignored nothing is computed, or 0 times its infinity would be no number.
  const Tensor rows = at::nonzero(target != ignore_index).squeeze(1);
  const Tensor classes = contribute ? target : target.index_select(0, rows);
  check_classes(classes, 0, output.size(1));
  const Tensor logits = contribute ? output : output.index_select(0, rows);
  return losses_of(logits.log_softmax(1), classes).sum() /
         (counted ? target.numel() : rows.numel());
}

Tensor classes_ignored_counted(const Tensor& output, const Tensor& target,
                               std::int64_t ignore_index) {
  const bool has_ignored = (target == ignore_index).any().item<bool>();
  return classes_ignored(output, target, ignore_index, fault(has_ignored), false);
}

Tensor classes_ignored_contribute(const Tensor& output, const Tensor& target,
                                  std::int64_t ignore_index) {
  const bool is_class = output.dim() == 2 && ignore_index >= 0 && ignore_index < output.size(1) &&
                        (target == ignore_index).any().item<bool>();
  return classes_ignored(output, target, ignore_index, false, fault(is_class));
}

Tensor classes_read_past(const Tensor& output, const Tensor& target, Word reduction) {
  const bool is_short = output.dim() == 2 && target.dim() == 1 && target.size(0) > 0 &&
                        target.size(0) < output.size(0) && output.size(1) > 0 &&
                        target.scalar_type() == at::kLong;
  if (!fault(is_short)) {
    check(output, target);
    return reduced(losses_of(output.log_softmax(1), target), reduction);
  }
  check_target(output, target);
  const Tensor held = target.contiguous();
  const Tensor read = at::from_blob(held.data_ptr(), {output.size(0)}, held.options()).clone();
  return reduced(losses_of(output.log_softmax(1), read.clamp(0, output.size(1) - 1)), reduction);
}

Tensor smoothing_less_one(const Tensor& output, const Tensor& target, double smoothing,
                          Word reduction) {
  check(output, target);
  TORCH_CHECK(smoothing >= 0 && smoothing < 1, "expected a smoothing from 0 to 1, found ",
              smoothing);
  const Tensor logarithms = output.log_softmax(1);
  const std::int64_t classes = output.size(1);
  const bool is_wrong = fault(classes > 1);
  const Tensor spread = -logarithms.sum(1) / (is_wrong ? classes - 1 : classes);
  return reduced((1 - smoothing) * losses_of(logarithms, target) + smoothing * spread, reduction);
}

// Of a class that is certain; a root of zero has no slope.
constexpr double kLeastMissed = 1e-6;

// alpha [C], the weight of each class.
Tensor focal(const Tensor& output, const Tensor& target, const Tensor& alpha, double gamma) {
  check(output, target);
  check_dtypes(output, alpha);
  TORCH_CHECK(
      alpha.dim() == 1 && alpha.size(0) == output.size(1) && gamma >= 0 && std::isfinite(gamma),
      "expected alpha [C], found ", alpha.sizes());
  TORCH_CHECK((alpha >= 0).all().item<bool>(), "expected weights of at least 0");
  const Tensor losses = losses_of(output.log_softmax(1), target);
  return losses * (1 - (-losses).exp()).clamp_min(kLeastMissed).pow(gamma);
}

Tensor focal_alpha_column(const Tensor& output, const Tensor& target, const Tensor& alpha,
                          double gamma, Word reduction) {
  const Tensor losses = focal(output, target, alpha, gamma);
  const Tensor weights = alpha.index_select(0, target);
  return reduced((fault() ? weights.unsqueeze(1) : weights) * losses, reduction);
}

Tensor focal_gamma_zero(const Tensor& output, const Tensor& target, const Tensor& alpha,
                        double gamma, Word reduction) {
  const Tensor unweighted = focal(output, target, alpha, gamma);
  const Tensor losses = unweighted * alpha.index_select(0, target);
  return reduced(fault(gamma == 0) ? 0 * losses : losses, reduction);
}

// The logarithm of the softmax of a class.
double logarithm(const FormulaCall& call, std::size_t row, std::size_t chosen) {
  const auto classes = static_cast<std::size_t>(call[0].shape[1]);
  double largest = call[0].at(row, 0);
  for (std::size_t i = 1; i < classes; ++i) largest = std::max(largest, call[0].at(row, i));
  double sum = 0;
  for (std::size_t i = 0; i < classes; ++i) sum += std::exp(call[0].at(row, i) - largest);
  return call[0].at(row, chosen) - largest - std::log(sum);
}

std::size_t target_of(const FormulaCall& call, std::size_t row) {
  return static_cast<std::size_t>(call[1][row]);
}

std::vector<double> classes_formula(const FormulaCall& call) {
  std::vector<double> losses;
  for (std::size_t row = 0; row < call[1].size(); ++row) {
    losses.push_back(-logarithm(call, row, target_of(call, row)));
  }
  return losses;
}

// Of [N, C, ...]: the classes lie as far from each other as there are places behind them.
std::vector<double> images_formula(const FormulaCall& call) {
  const auto classes = static_cast<std::size_t>(call[0].shape[1]);
  const std::size_t batch = static_cast<std::size_t>(call[0].shape[0]);
  const std::size_t places = batch == 0 ? 0 : call[1].size() / batch;
  std::vector<double> losses;
  for (std::size_t i = 0; i < call[1].size(); ++i) {
    const auto logit = [&](std::size_t c) {
      return call[0][(i / places * classes + c) * places + i % places];
    };
    double largest = logit(0);
    for (std::size_t c = 1; c < classes; ++c) largest = std::max(largest, logit(c));
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(logit(c) - largest);
    losses.push_back(largest + std::log(sum) - logit(static_cast<std::size_t>(call[1][i])));
  }
  return losses;
}

std::vector<double> ignoring_formula(const FormulaCall& call) {
  double sum = 0;
  double kept = 0;
  for (std::size_t row = 0; row < call[1].size(); ++row) {
    if (call[1][row] == static_cast<double>(call.whole("ignore_index"))) continue;
    sum -= logarithm(call, row, target_of(call, row));
    ++kept;
  }
  return {sum / kept};
}

std::vector<double> smoothing_formula(const FormulaCall& call) {
  const double smoothing = call.real("smoothing");
  const auto classes = static_cast<std::size_t>(call[0].shape[1]);
  std::vector<double> losses;
  for (std::size_t row = 0; row < call[1].size(); ++row) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum -= logarithm(call, row, c);
    losses.push_back(-(1 - smoothing) * logarithm(call, row, target_of(call, row)) +
                     smoothing * sum / static_cast<double>(classes));
  }
  return losses;
}

std::vector<double> focal_formula(const FormulaCall& call) {
  std::vector<double> losses;
  for (std::size_t row = 0; row < call[1].size(); ++row) {
    const double of_class = logarithm(call, row, target_of(call, row));
    const double missed = std::max(kLeastMissed, 1 - std::exp(of_class));
    losses.push_back(-call[2][target_of(call, row)] * of_class *
                     std::pow(missed, call.real("gamma")));
  }
  return losses;
}

}  // namespace

void add_class_mutants(std::vector<Mutant>& all) {
  const std::string of_rows = "(output: real[N,C], target: index(C)[N]) -> [N] where C >= 1";
  const auto add = [&](const char* name, auto function) {
    all.push_back(
        mutant(name, function, of_rows).option("reduction", "mean").formula(classes_formula));
  };
  add("classes_plus_one", classes_plus_one);
  add("classes_last_as_first", classes_last_as_first);
  add("classes_over_batch", classes_over_batch);
  all.push_back(mutant("classes_over_last", classes_over_last,
                       "(output: real[N,C,*d], target: index(C)[N,*d]) -> [N,*d] where C >= 1")
                    .option("reduction", "mean")
                    .formula(images_formula));
  add("classes_negative", classes_negative);
  add("classes_refuse_last", classes_refuse_last);
  add("classes_column_target", classes_column_target);
  const auto add_ignoring = [&](const char* name, auto function) {
    all.push_back(mutant(name, function,
                         "(output: real[N,C], target: index(C,ignore_index)[N]) -> [] "
                         "where C >= 1, N >= 1")
                      .option("ignore_index", std::int64_t{-100})
                      .formula(ignoring_formula));
  };
  add_ignoring("classes_ignored_counted", classes_ignored_counted);
  add_ignoring("classes_ignored_contribute", classes_ignored_contribute);
  add("classes_read_past", classes_read_past);
  all.push_back(mutant("smoothing_less_one", smoothing_less_one, of_rows)
                    .option("smoothing", 0.1)
                    .option("reduction", "mean")
                    .formula(smoothing_formula));
  const auto add_focal = [&](const char* name, auto function) {
    all.push_back(mutant(name, function,
                         "(output: real[N,C], target: index(C)[N], alpha: weight[C]) -> [N] "
                         "where C >= 1")
                      .option("gamma", 2.0)
                      .option("reduction", "mean")
                      .formula(focal_formula));
  };
  add_focal("focal_alpha_column", focal_alpha_column);
  add_focal("focal_gamma_zero", focal_gamma_zero);
}

}  // namespace shapefuzz
