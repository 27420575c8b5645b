// SPDX-License-Identifier: BSD-3-Clause
// Losses of a whole sample: dice, the divergence of two distributions, cross entropies of
// probabilities.
#include <algorithm>
#include <cmath>

#include "bench/mutants/parts.h"

namespace shapefuzz {
namespace {

void check_probabilities(const Tensor& tensor) {
  TORCH_CHECK(((tensor >= 0).__and__(tensor <= 1)).all().item<bool>(),
              "expected probabilities from 0 to 1");
}

void check_masks(const Tensor& output, const Tensor& mask) {
  check_dtypes(output, mask);
  TORCH_CHECK(output.dim() >= 2 && output.sizes() == mask.sizes(),
              "expected output and mask of one shape [N, C, ...], found ", output.sizes(), " and ",
              mask.sizes());
}

void check_values_of_masks(const Tensor& output, const Tensor& mask, double smooth) {
  check_probabilities(output);
  TORCH_CHECK(((mask == 0).__or__(mask == 1)).all().item<bool>(), "expected a mask of 0 and 1");
  TORCH_CHECK(smooth >= 0, "expected a smooth of at least 0, found ", smooth);
}

Tensor ratio(const Tensor& common, const Tensor& both, double smooth, double factor = 2) {
  return 1 - (factor * common + smooth) / (both + smooth);
}

Tensor dice(const Tensor& output, const Tensor& mask, double smooth, double factor = 2) {
  return ratio((output * mask).flatten(1).sum(1), (output + mask).flatten(1).sum(1), smooth,
               factor);
}

Tensor dice_over_batch(const Tensor& output, const Tensor& mask, double smooth, Word reduction) {
  check_masks(output, mask);
  check_values_of_masks(output, mask, smooth);
  if (fault(output.size(0) > 1)) {
    const Tensor all = ratio((output * mask).sum(), (output + mask).sum(), smooth);
    return reduced(all.expand({output.size(0)}), reduction);
  }
  return reduced(dice(output, mask, smooth), reduction);
}

Tensor dice_rank_four(const Tensor& output, const Tensor& mask, double smooth, Word reduction) {
  check_masks(output, mask);
  check_values_of_masks(output, mask, smooth);
  if (fault(output.dim() >= 4)) {
    const Tensor rows = ratio((output * mask).sum(-1), (output + mask).sum(-1), smooth);
    return reduced(rows.flatten(1).mean(1), reduction);
  }
  return reduced(dice(output, mask, smooth), reduction);
}

Tensor dice_mask_broadcasts(const Tensor& output, const Tensor& mask, double smooth,
                            Word reduction) {
  const bool differ = output.dim() >= 2 && output.sizes() != mask.sizes();
  if (!fault(differ)) check_masks(output, mask);
  check_dtypes(output, mask);
  check_values_of_masks(output, mask, smooth);
  return reduced(dice(output, mask, smooth), reduction);
}

Tensor dice_no_smoothing(const Tensor& output, const Tensor& mask, double smooth, Word reduction) {
  check_masks(output, mask);
  check_values_of_masks(output, mask, smooth);
  return reduced(dice(output, mask, smooth, fault(smooth == 0) ? 1 : 2), reduction);
}

void check_distributions(const Tensor& output, const Tensor& target) {
  check_dtypes(output, target);
  TORCH_CHECK(output.dim() == 2 && output.sizes() == target.sizes(),
              "expected output and target of one shape [N, C], found ", output.sizes(), " and ",
              target.sizes());
  TORCH_CHECK((output <= 0).all().item<bool>(), "expected logarithms of probabilities");
}

// target * (log target - output), where nothing is nothing.
Tensor divergences(const Tensor& output, const Tensor& target) {
  return at::xlogy(target, target) - target * output;
}

Tensor kl_without_dim(const Tensor& output, const Tensor& target, Word reduction) {
  check_distributions(output, target);
  check_probabilities(target);
  const Tensor terms = divergences(output, target);
  if (fault(output.size(0) > 1)) return reduced(terms.sum().expand({output.size(0)}), reduction);
  return reduced(terms.sum(1), reduction);
}

Tensor kl_log_target(const Tensor& output, const Tensor& target, bool log_target, Word reduction) {
  check_distributions(output, target);
  if (!log_target) {
    check_probabilities(target);
    return reduced(divergences(output, target).sum(1), reduction);
  }
  TORCH_CHECK((target <= 0).all().item<bool>(), "expected logarithms of probabilities");
  const Tensor held = target.clamp_min(-1000);  // nothing times an infinity is nothing here
  return reduced(((fault() ? held : held.exp()) * (held - output)).sum(1), reduction);
}

Tensor kl_divides_by_elements(const Tensor& output, const Tensor& target) {
  check_distributions(output, target);
  check_probabilities(target);
  const Tensor terms = divergences(output, target);
  return fault(output.size(1) > 1) ? terms.mean() : terms.sum(1).mean();
}

// A logarithm of nothing is one of a millionth.
Tensor logarithms(const Tensor& p) { return p.clamp_min(1e-6).log(); }

Tensor cross_entropies(const Tensor& output, const Tensor& target) {
  return -(target * logarithms(output) + (1 - target) * logarithms(1 - output));
}

Tensor bce_any_probability(const Tensor& output, const Tensor& target, Word reduction) {
  check_dtypes(output, target);
  check_shapes(output, target);
  check_probabilities(target);
  const bool is_outside = ((output < 0).__or__(output > 1)).any().item<bool>();
  if (!fault(is_outside)) check_probabilities(output);
  return reduced(cross_entropies(output, target), reduction);
}

Tensor bce_target_above_one(const Tensor& output, const Tensor& target, Word reduction) {
  check_dtypes(output, target);
  check_shapes(output, target);
  check_probabilities(output);
  const bool is_outside = ((target < 0).__or__(target > 1)).any().item<bool>();
  if (!fault(is_outside)) check_probabilities(target);
  return reduced(cross_entropies(output, target), reduction);
}

std::vector<double> dice_formula(const FormulaCall& call) {
  const auto samples = static_cast<std::size_t>(call[0].shape[0]);
  std::vector<double> losses;
  for (std::size_t sample = 0; sample < samples; ++sample) {
    const std::size_t each = call[0].size() / samples;
    double common = 0;
    double both = 0;
    for (std::size_t i = sample * each; i < (sample + 1) * each; ++i) {
      common += call[0][i] * call[1][i];
      both += call[0][i] + call[1][i];
    }
    const double smooth = call.real("smooth");
    losses.push_back(1 - (2 * common + smooth) / (both + smooth));
  }
  return losses;
}

std::vector<double> kl_formula(const FormulaCall& call) {
  const auto found = call.options.find("log_target");
  const bool is_logarithm = found != call.options.end() && std::get<bool>(found->second);
  std::vector<double> losses(static_cast<std::size_t>(call[0].shape[0]));
  for (std::size_t i = 0; i < call[0].size(); ++i) {
    const double target = call[1][i];
    const double p = is_logarithm ? std::exp(target) : target;
    const double log_p = is_logarithm ? target : std::log(p);
    losses[i / static_cast<std::size_t>(call[0].shape[1])] +=
        p == 0 ? -p * call[0][i] : p * (log_p - call[0][i]);
  }
  return losses;
}

}  // namespace

void add_sample_mutants(std::vector<Mutant>& all) {
  const auto add_dice = [&](const char* name, auto function) {
    all.push_back(mutant(name, function, "(output: prob[N,C,*d], mask: binary[N,C,*d]) -> [N]")
                      .option("smooth", 1.0)
                      .option("reduction", "mean")
                      .formula(dice_formula));
  };
  add_dice("dice_over_batch", dice_over_batch);
  add_dice("dice_rank_four", dice_rank_four);
  add_dice("dice_mask_broadcasts", dice_mask_broadcasts);
  add_dice("dice_no_smoothing", dice_no_smoothing);
  const std::string distributions = "(output: logprob[N,C], target: prob[N,C]) -> ";
  all.push_back(mutant("kl_without_dim", kl_without_dim, distributions + "[N]")
                    .option("reduction", "mean")
                    .formula(kl_formula));
  all.push_back(mutant("kl_log_target", kl_log_target,
                       "(output: logprob[N,C], target: prob_or_log(log_target)[N,C]) -> [N]")
                    .option("log_target", false)
                    .option("reduction", "mean")
                    .formula(kl_formula));
  all.push_back(mutant("kl_divides_by_elements", kl_divides_by_elements, distributions + "mean[N]")
                    .formula(kl_formula));
  const auto add_bce = [&](const char* name, auto function) {
    all.push_back(mutant(name, function, "(output: prob[N,*d], target: prob[N,*d]) -> [N,*d]")
                      .option("reduction", "mean")
                      .formula([](double output, double target) {
                        const auto logarithm = [](double p) { return std::log(std::max(p, 1e-6)); };
                        return -(target * logarithm(output) + (1 - target) * logarithm(1 - output));
                      }));
  };
  add_bce("bce_any_probability", bce_any_probability);
  add_bce("bce_target_above_one", bce_target_above_one);
}

}  // namespace shapefuzz
