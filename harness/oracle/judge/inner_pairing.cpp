// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/inner_pairing.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/language/case/zone.h"
#include "harness/oracle/judge/batch.h"
#include "harness/oracle/judge/execute.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

// Each partition takes the square of it in calls.
constexpr std::int64_t kMostSamples = 4;

class Pairs {
 public:
  Pairs(const Loss& loss, const Case& c, const Reading& reading)
      : loss_(loss),
        c_(c),
        batch_(Batch::of_result(reading)),
        operands_(make_operands(loss, c, reading).tensors) {}

  std::int64_t samples() const { return batch_.size(); }

  // The operands that a sample has its own part of.
  std::vector<std::size_t> batched() const {
    std::vector<std::size_t> places;
    const Tensors one = sample(0);
    for (std::size_t i = 0; i < operands_.size(); ++i) {
      if (operands_[i].defined() && one[i].sizes() != operands_[i].sizes()) places.push_back(i);
    }
    return places;
  }

  std::optional<double> whole() const { return number(operands_); }

  // The mean over all pairs, each a sample of the operands in `second` and one of the others.
  std::optional<double> mean_of_pairs(const std::vector<std::size_t>& second) const {
    double sum = 0;
    for (std::int64_t i = 0; i < samples(); ++i) {
      for (std::int64_t k = 0; k < samples(); ++k) {
        Tensors pair = sample(i);
        const Tensors other = sample(k);
        for (const std::size_t place : second) pair[place] = other[place];
        const auto value = number(pair);
        if (!value) return std::nullopt;
        sum += *value;
      }
    }
    return sum / static_cast<double>(samples() * samples());
  }

 private:
  Tensors sample(std::int64_t i) const {
    return batch_.each(operands_, [&](const at::Tensor& operand, std::int64_t dim) {
      return operand.narrow(dim, i, 1);
    });
  }

  std::optional<double> number(const Tensors& operands) const {
    const at::NoGradGuard no_grad;
    const Execution execution = execute_forward(loss_, c_, operands);
    if (!execution.accepted || execution.value.numel() != 1) return std::nullopt;
    return values_of(execution.value).front();
  }

  const Loss& loss_;
  const Case& c_;
  Batch batch_;
  Tensors operands_;
};

bool is_near(double a, double b) {
  constexpr double kNear = 1e-9;
  return std::abs(a - b) <= kNear * std::max({1.0, std::abs(a), std::abs(b)});
}

}  // namespace

InnerPairing inner_pairing(const Loss& loss, const Case& c) {
  Reading reading;
  if (!loss.spec.folds() || zone_of(c, loss.spec, &reading) != Zone::kValid) return {};
  const Pairs pairs(loss, c, reading);
  if (pairs.samples() < 2 || pairs.samples() > kMostSamples) return {};
  const std::vector<std::size_t> batched = pairs.batched();
  const auto whole = pairs.whole();
  if (!whole || batched.size() < 2) return {};
  const bool sums = loss.spec.contract.alternatives.front().fold == Fold::kSum;
  // The first operand stays; each of the others may be on its side.
  for (std::uint32_t sides = 1; sides < 1U << (batched.size() - 1); ++sides) {
    std::vector<std::size_t> second;
    InnerPairing found;
    found.samples = pairs.samples();
    for (std::size_t i = 0; i < batched.size(); ++i) {
      const std::string& name = loss.spec.contract.operands()[batched[i]].name;
      const bool is_second = i > 0 && (sides >> (i - 1) & 1U) != 0;
      (is_second ? found.second : found.first).push_back(name);
      if (is_second) second.push_back(batched[i]);
    }
    const auto mean = pairs.mean_of_pairs(second);
    if (!mean) continue;
    const double all = static_cast<double>(found.samples * found.samples);
    if (is_near(*whole, sums ? *mean * all : *mean)) return found;
  }
  return {};
}

}  // namespace shapefuzz
