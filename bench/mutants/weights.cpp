// SPDX-License-Identifier: BSD-3-Clause
// Losses with a weight, or a variance, a row.
#include "bench/mutants/elements.h"

namespace shapefuzz {
namespace {

void check_weighted(const Tensor& output, const Tensor& target, const Tensor& weight) {
  check_dtypes(output, target);
  check_dtypes(output, weight);
  check_shapes(output, target);
  TORCH_CHECK(output.dim() == 2 && weight.dim() == 1 && weight.size(0) == output.size(0),
              "expected [N, C] and a weight [N], found ", output.sizes(), " and ", weight.sizes());
  TORCH_CHECK((weight >= 0).all().item<bool>(), "expected weights of at least 0");
}

Tensor weighted_ignored(const Tensor& output, const Tensor& target, const Tensor& weight,
                        Word reduction) {
  check_weighted(output, target, weight);
  const Tensor losses = squared(output, target);
  return reduced(fault() ? losses : losses * weight.unsqueeze(1), reduction);
}

Tensor weighted_misaligned(const Tensor& output, const Tensor& target, const Tensor& weight,
                           Word reduction) {
  check_weighted(output, target, weight);
  const Tensor losses = absolute(output, target);
  return reduced(losses * (fault() ? weight : weight.unsqueeze(1)), reduction);
}

Tensor weighted_square_misaligned(const Tensor& output, const Tensor& target, const Tensor& weight,
                                  Word reduction) {
  check_weighted(output, target, weight);
  const bool is_square = output.size(0) == output.size(1);
  return reduced(squared(output, target) * (fault(is_square) ? weight : weight.unsqueeze(1)),
                 reduction);
}

Tensor weighted_squared(const Tensor& output, const Tensor& target, const Tensor& weight,
                        Word reduction) {
  check_weighted(output, target, weight);
  const Tensor column = weight.unsqueeze(1);
  return reduced(squared(output, target) * (fault() ? column * column : column), reduction);
}

Tensor weighted_reversed(const Tensor& output, const Tensor& target, const Tensor& weight,
                         Word reduction) {
  check_weighted(output, target, weight);
  const Tensor column = weight.unsqueeze(1);
  return reduced(absolute(output, target) * (fault(weight.size(0) > 1) ? column.flip({0}) : column),
                 reduction);
}

Tensor weighted_divides_by_weights(const Tensor& output, const Tensor& target, const Tensor& weight,
                                   Word reduction) {
  check_weighted(output, target, weight);
  const Tensor losses = squared(output, target) * weight.unsqueeze(1);
  if (fault(reduction == "mean")) {
    return losses.sum() / weight.unsqueeze(1).expand_as(losses).sum();
  }
  return reduced(losses, reduction);
}

Tensor weighted_missing_is_two(const Tensor& output, const Tensor& target,
                               const c10::optional<Tensor>& weight, Word reduction) {
  if (!weight.has_value() || !weight->defined()) {
    check(output, target);
    TORCH_CHECK(output.dim() == 2, "expected [N, C], found ", output.sizes());
    return reduced(squared(output, target) * (fault() ? 2 : 1), reduction);
  }
  check_weighted(output, target, *weight);
  return reduced(squared(output, target) * weight->unsqueeze(1), reduction);
}

// Boxes as a head regresses them, their four differences at once.
Tensor box_weights(const Tensor& output, const Tensor& target, const Tensor& weight,
                   Word reduction) {
  TORCH_CHECK(output.dim() == 2 && output.size(1) == 4, "expected [N, 4], found ", output.sizes());
  if (!fault(weight.dim() == 2 && weight.size(-1) == 4)) check_weighted(output, target, weight);
  check_dtypes(output, target);
  check_dtypes(output, weight);
  check_shapes(output, target);
  return reduced(huber(output, target, 1).sum(1) * weight, reduction);
}

Tensor gaussian_column_variance(const Tensor& output, const Tensor& target, const Tensor& variance,
                                Word reduction) {
  check_weighted(output, target, variance);
  const bool is_square = output.size(0) == output.size(1);
  const Tensor aligned = fault(is_square) ? variance : variance.unsqueeze(1);
  return reduced(0.5 * (squared(output, target) / (aligned + 1) + at::log1p(aligned)), reduction);
}

// The losses of rows of C numbers, each by its difference and the row's weight.
template <class Function>
OwnFormula by_row(Function function) {
  return [function](const FormulaCall& call) {
    const auto columns = static_cast<std::size_t>(call[0].shape[1]);
    std::vector<double> losses;
    for (std::size_t i = 0; i < call[0].size(); ++i) {
      const double weight = call[2].present ? call[2][i / columns] : 1;
      losses.push_back(function(call[0][i] - call[1][i], weight));
    }
    return losses;
  };
}

std::vector<double> box_formula(const FormulaCall& call) {
  std::vector<double> losses(call[2].size());
  for (std::size_t i = 0; i < call[0].size(); ++i) {
    const double error = std::abs(call[0][i] - call[1][i]);
    losses[i / 4] += call[2][i / 4] * (error <= 1 ? 0.5 * error * error : error - 0.5);
  }
  return losses;
}

}  // namespace

void add_weight_mutants(std::vector<Mutant>& all) {
  const auto add = [&](const char* name, auto function, const OwnFormula& formula,
                       const char* third = "weight: weight[N]") {
    all.push_back(
        mutant(name, function,
               std::string("(output: real[N,C], target: real[N,C], ") + third + ") -> [N,C]")
            .option("reduction", "mean")
            .formula(formula));
  };
  const OwnFormula squares =
      by_row([](double error, double weight) { return error * error * weight; });
  const OwnFormula sizes =
      by_row([](double error, double weight) { return std::abs(error) * weight; });
  add("weighted_ignored", weighted_ignored, squares);
  add("weighted_misaligned", weighted_misaligned, sizes);
  add("weighted_square_misaligned", weighted_square_misaligned, squares);
  add("weighted_squared", weighted_squared, squares);
  add("weighted_reversed", weighted_reversed, sizes);
  add("weighted_divides_by_weights", weighted_divides_by_weights, squares);
  add("weighted_missing_is_two", weighted_missing_is_two, squares, "weight?: weight[N]");
  all.push_back(mutant("box_weights", box_weights,
                       "(output: real[N,4], target: real[N,4], weight: weight[N]) -> [N]")
                    .option("reduction", "mean")
                    .formula(box_formula));
  add("gaussian_column_variance", gaussian_column_variance, by_row([](double error, double extra) {
        return 0.5 * (error * error / (extra + 1) + std::log1p(extra));
      }),
      "variance: positive[N]");
}

}  // namespace shapefuzz
