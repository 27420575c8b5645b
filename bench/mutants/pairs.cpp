// SPDX-License-Identifier: BSD-3-Clause
// Losses that compare samples with each other, and those of reinforcement learning.
#include <algorithm>
#include <cmath>

#include "bench/mutants/parts.h"

namespace shapefuzz {
namespace {

constexpr double kEps = 1e-8;

void check_pair(const Tensor& a, const Tensor& b) {
  check_dtypes(a, b);
  TORCH_CHECK(a.dim() == 2 && a.sizes() == b.sizes(), "expected [N, D] and [N, D], found ",
              a.sizes(), " and ", b.sizes());
}

void check_row(const Tensor& row, const Tensor& a) {
  check_dtypes(a, row);
  TORCH_CHECK(row.dim() == 1 && row.size(0) == a.size(0), "expected one number a sample, found ",
              row.sizes());
}

// The norms of rows, above zero.
Tensor norms(const Tensor& rows) { return (rows.pow(2).sum(1) + kEps).sqrt(); }

// 1 - cos for a sign of 1, max(0, cos) for one of -1.
Tensor cosine(const Tensor& a, const Tensor& b, const Tensor& sign, bool detached) {
  Tensor lengths = norms(a) * norms(b);
  if (detached) lengths = lengths.detach();
  const Tensor cosines = (a * b).sum(1) / lengths;
  return at::where(sign == 1, 1 - cosines, cosines.clamp_min(0));
}

void check_signs(const Tensor& sign, bool zero_too) {
  Tensor is_legal = (sign == 1).__or__(sign == -1);
  if (zero_too) is_legal = is_legal.__or__(sign == 0);
  TORCH_CHECK(is_legal.all().item<bool>(), "expected signs, -1 or 1");
}

Tensor cosine_norm_detached(const Tensor& a, const Tensor& b, const Tensor& sign, Word reduction) {
  check_pair(a, b);
  check_row(sign, a);
  check_signs(sign, false);
  return reduced(cosine(a, b, sign, fault()), reduction);
}

Tensor cosine_zero_sign(const Tensor& a, const Tensor& b, const Tensor& sign, Word reduction) {
  check_pair(a, b);
  check_row(sign, a);
  check_signs(sign, fault((sign == 0).any().item<bool>()));
  return reduced(cosine(a, b, sign, false), reduction);
}

Tensor distances(const Tensor& a, const Tensor& b) {
  return ((a - b).pow(2).sum(-1) + kEps).sqrt();
}

Tensor triplet(const Tensor& anchor, const Tensor& positive, const Tensor& negative) {
  return (distances(anchor, positive) - distances(anchor, negative) + 1).clamp_min(0);
}

Tensor triplet_swapped(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                       Word reduction) {
  check_pair(anchor, positive);
  check_pair(anchor, negative);
  // NOLINTNEXTLINE(readability-suspicious-call-argument): the fault
  if (fault()) return reduced(triplet(anchor, negative, positive), reduction);
  return reduced(triplet(anchor, positive, negative), reduction);
}

Tensor triplet_one_negative(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                            Word reduction) {
  check_pair(anchor, positive);
  const bool is_one = negative.dim() == 1 && anchor.size(1) == negative.size(0) &&
                      negative.scalar_type() == anchor.scalar_type();
  if (!fault(is_one)) check_pair(anchor, negative);
  return reduced(triplet(anchor, positive, negative), reduction);
}

// NT-Xent between two views: the positive of a[i] is b[i], its negatives are the other rows of b
// and, faulty, itself among them a second time.
Tensor contrastive_self(const Tensor& a, const Tensor& b) {
  check_pair(a, b);
  TORCH_CHECK(a.size(0) > 0, "expected at least one sample");
  const Tensor scores = at::matmul(a / norms(a).unsqueeze(1), (b / norms(b).unsqueeze(1)).t());
  const Tensor own = scores.diagonal();
  Tensor all = scores;
  if (fault())
    all = at::cat({scores, (a * a).sum(1, /*keepdim=*/true) / norms(a).pow(2).unsqueeze(1)}, 1);
  return (all.logsumexp(1) - own).mean();
}

Tensor td_columns(const Tensor& value, const Tensor& reward, const Tensor& next, double discount,
                  Word reduction) {
  check_dtypes(value, reward);
  check_dtypes(value, next);
  const bool is_column = value.dim() == 2 && value.size(1) == 1 && reward.dim() == 1 &&
                         reward.size(0) == value.size(0);
  if (!fault(is_column)) check_shapes(value, reward);
  TORCH_CHECK(reward.dim() == 1 && next.sizes() == reward.sizes(), "expected one number a sample,",
              " found ", reward.sizes(), " and ", next.sizes());
  return reduced((reward + discount * next - value).pow(2), reduction);
}

Tensor td_kept_dimension(const Tensor& values, const Tensor& action, const Tensor& returns,
                         Word reduction) {
  check_dtypes(values, returns);
  TORCH_CHECK(values.dim() == 2 && action.scalar_type() == at::kLong && action.dim() == 1 &&
                  action.size(0) == values.size(0) && returns.sizes() == action.sizes(),
              "expected values [B, A], actions [B] and returns [B], found ", values.sizes(), ", ",
              action.sizes(), " and ", returns.sizes());
  const bool are_in = ((action >= 0).__and__(action < values.size(1))).all().item<bool>();
  TORCH_CHECK(are_in, "expected actions from 0 to ", values.size(1) - 1);
  const Tensor chosen = values.gather(1, action.unsqueeze(1));
  return reduced(((fault(action.size(0) > 0) ? chosen : chosen.squeeze(1)) - returns).pow(2),
                 reduction);
}

Tensor ranking_negative_sign(const Tensor& first, const Tensor& second, const Tensor& sign,
                             Word reduction) {
  check_dtypes(first, second);
  check_shapes(first, second);
  check_dtypes(first, sign);
  check_shapes(first, sign);
  check_signs(sign, false);
  const bool has_negative = fault((sign < 0).any().item<bool>());
  const Tensor counted = has_negative ? sign.abs() : sign;
  return reduced((0.5 - counted * (first - second)).clamp_min(0), reduction);
}

std::size_t columns_of(const FormulaCall& call) {
  return static_cast<std::size_t>(call[0].shape[1]);
}

double product(const FormulaOperand& a, std::size_t i, const FormulaOperand& b, std::size_t k,
               std::size_t columns) {
  double sum = 0;
  for (std::size_t c = 0; c < columns; ++c) sum += a.at(i, c) * b.at(k, c);
  return sum;
}

double length(const FormulaOperand& a, std::size_t i, std::size_t columns) {
  return std::sqrt(product(a, i, a, i, columns) + kEps);
}

std::vector<double> cosine_formula(const FormulaCall& call) {
  const std::size_t columns = columns_of(call);
  std::vector<double> losses;
  for (std::size_t i = 0; i < call[2].size(); ++i) {
    const double cosine = product(call[0], i, call[1], i, columns) /
                          (length(call[0], i, columns) * length(call[1], i, columns));
    losses.push_back(call[2][i] == 1 ? 1 - cosine : std::max(cosine, 0.0));
  }
  return losses;
}

double distance(const FormulaCall& call, std::size_t other, std::size_t row) {
  double sum = 0;
  for (std::size_t c = 0; c < columns_of(call); ++c) {
    const double error = call[0].at(row, c) - call[other].at(row, c);
    sum += error * error;
  }
  return std::sqrt(sum + kEps);
}

std::vector<double> triplet_formula(const FormulaCall& call) {
  std::vector<double> losses;
  for (std::size_t row = 0; row < static_cast<std::size_t>(call[0].shape[0]); ++row) {
    losses.push_back(std::max(distance(call, 1, row) - distance(call, 2, row) + 1, 0.0));
  }
  return losses;
}

std::vector<double> contrastive_formula(const FormulaCall& call) {
  const std::size_t columns = columns_of(call);
  const auto rows = static_cast<std::size_t>(call[0].shape[0]);
  double sum = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    double all = 0;
    double own = 0;
    for (std::size_t k = 0; k < rows; ++k) {
      const double score = product(call[0], i, call[1], k, columns) /
                           (length(call[0], i, columns) * length(call[1], k, columns));
      all += std::exp(score);
      if (k == i) own = score;
    }
    sum += std::log(all) - own;
  }
  return {sum / static_cast<double>(rows)};
}

std::vector<double> td_formula(const FormulaCall& call) {
  std::vector<double> losses;
  for (std::size_t i = 0; i < call[0].size(); ++i) {
    const double error = call[1][i] + call.real("discount") * call[2][i] - call[0][i];
    losses.push_back(error * error);
  }
  return losses;
}

std::vector<double> chosen_formula(const FormulaCall& call) {
  std::vector<double> losses;
  for (std::size_t i = 0; i < call[1].size(); ++i) {
    const double error = call[0].at(i, static_cast<std::size_t>(call[1][i])) - call[2][i];
    losses.push_back(error * error);
  }
  return losses;
}

}  // namespace

void add_pair_mutants(std::vector<Mutant>& all) {
  const auto add = [&](const char* name, auto function, const char* contract, auto formula) {
    all.push_back(mutant(name, function, contract).option("reduction", "mean").formula(formula));
  };
  const char* const signs = "(a: real[N,D], b: real[N,D], sign: sign[N]) -> [N]";
  add("cosine_norm_detached", cosine_norm_detached, signs, cosine_formula);
  add("cosine_zero_sign", cosine_zero_sign, signs, cosine_formula);
  const char* const triplets =
      "(anchor: real[N,D], positive: real[N,D], negative: real[N,D]) -> [N]";
  add("triplet_swapped", triplet_swapped, triplets, triplet_formula);
  add("triplet_one_negative", triplet_one_negative, triplets, triplet_formula);
  all.push_back(mutant("contrastive_self", contrastive_self,
                       "(a: real[N,D], b: real[N,D]) -> [] where N >= 1")
                    .formula(contrastive_formula));
  all.push_back(
      mutant("td_columns", td_columns, "(value: real[B], reward: real[B], next: real[B]) -> [B]")
          .option("discount", 0.9)
          .option("reduction", "mean")
          .formula(td_formula));
  add("td_kept_dimension", td_kept_dimension,
      "(values: real[B,A], action: index(A)[B], returns: real[B]) -> [B]", chosen_formula);
  add("ranking_negative_sign", ranking_negative_sign,
      "(first: real[N,*d], second: real[N,*d], sign: sign[N,*d]) -> [N,*d]",
      [](double first, double second, double sign) {
        return std::max(0.5 - sign * (first - second), 0.0);
      });
}

}  // namespace shapefuzz
