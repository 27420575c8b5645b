// SPDX-License-Identifier: BSD-3-Clause
#include "bench/peers/promise.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>

#include "bench/mutants/mutant.h"

namespace peers {
namespace {

using at::Tensor;
using shapefuzz::FormulaCall;

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void demand(bool holds, const std::string& what) {
  if (!holds) throw Broken(what);
}

std::string reduction_of(const Loss& loss, const Case& c) {
  return loss.is_reduced ? std::get<std::string>(c.options.back()) : "none";
}

std::vector<double> numbers_of(const Tensor& tensor) {
  const Tensor doubles = tensor.detach().to(at::kDouble).contiguous();
  const auto* const first = doubles.data_ptr<double>();
  return {first, first + doubles.numel()};
}

at::ScalarType dtype_of(const Case& c) {
  for (const Tensor& o : c.operands) {
    if (o.defined() && o.is_floating_point()) return o.scalar_type();
  }
  return at::kDouble;
}

bool is_low(at::ScalarType dtype) { return dtype == at::kHalf || dtype == at::kBFloat16; }

double roundoff(at::ScalarType dtype) {
  if (dtype == at::kHalf) return 0x1p-10;
  if (dtype == at::kBFloat16) return 0x1p-7;
  return dtype == at::kFloat ? 0x1p-23 : std::numeric_limits<double>::epsilon();
}

FormulaCall formula_call(const Loss& loss, const Case& c) {
  FormulaCall call;
  for (const Tensor& o : c.operands) {
    if (o.defined()) {
      call.operands.push_back({true, o.sizes().vec(), numbers_of(o)});
    } else {
      call.operands.push_back({});
    }
  }
  for (std::size_t i = 0; i < c.options.size(); ++i)
    call.options[loss.options[i].name] = c.options[i];
  return call;
}

double largest_of(const FormulaCall& call) {
  double largest = 1;
  for (const auto& operand : call.operands) {
    for (const double value : operand.values) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

// To some roundings of numbers as large as those involved; what overflows has no number.
bool is_close(double found, double expected, at::ScalarType dtype, double largest, double total) {
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) && std::isnan(found);
  const double most = dtype == at::kHalf ? 16000 : 1e37;
  if (total > most || std::abs(expected) > most) return true;
  const double rounding = 32 * roundoff(dtype);
  return std::abs(found - expected) <= rounding * (largest * largest + std::abs(expected));
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<double> reduced(const std::vector<double>& losses, const std::string& reduction) {
  if (reduction == "none") return losses;
  const auto count = static_cast<double>(losses.size());
  return {reduction == "mean" ? sum_of(losses) / count : sum_of(losses)};
}

void check_numbers(const Tensor& result, const std::vector<double>& expected, double total,
                   const FormulaCall& call, at::ScalarType dtype, const std::string& what) {
  const std::vector<double> found = numbers_of(result);
  demand(found.size() == expected.size(), what + " has another number of elements");
  const double largest = largest_of(call);
  for (std::size_t i = 0; i < found.size(); ++i) {
    demand(is_close(found[i], expected[i], dtype, largest, total),
           what + " is " + std::to_string(found[i]) + ", not " + std::to_string(expected[i]));
  }
}

void check_value(const Loss& loss, const Case& c, const Tensor& result) {
  const FormulaCall call = formula_call(loss, c);
  const std::vector<double> losses = loss.formula(call);
  const std::string reduction = loss.contract.is_mean ? "mean" : reduction_of(loss, c);
  Bindings bound;
  bind_shape(loss.contract.operands[0].pattern, c.operands[0].sizes().vec(), bound);
  const Sizes documented = reduction == "none" ? shape_of(loss.contract.result, bound) : Sizes();
  demand(result.sizes().vec() == documented, "has another shape than is documented");
  double total = 0;
  for (const double each : losses) total += std::abs(each);
  check_numbers(result, reduced(losses, reduction), total, call, dtype_of(c), "the result");
  if (reduction == "none" || !loss.is_reduced) return;
  Case unreduced = c;
  unreduced.options.back() = std::string("none");
  const Tensor each = loss.call(unreduced.operands.data(), unreduced.options.data());
  demand(each.sizes().vec() == shape_of(loss.contract.result, bound),
         "has another shape unreduced");
  check_numbers(result, reduced(numbers_of(each), reduction), total, call, dtype_of(c),
                "the " + reduction);
}

// The losses, each with its own weight, so that a gradient at the wrong element shows.
double weighted(const std::vector<double>& losses) {
  double sum = 0;
  for (std::size_t i = 0; i < losses.size(); ++i)
    sum += losses[i] * (1 + 0.25 * static_cast<double>(i));
  return sum;
}

// By difference quotients of the formula; none at a kink, where those of both sides differ.
std::optional<double> slope(const Loss& loss, FormulaCall& call, const std::string& reduction,
                            double& moved) {
  constexpr double kStep = 1e-6;
  const double at = moved;
  const auto value = [&](double there) {
    moved = there;
    const double found = weighted(reduced(loss.formula(call), reduction));
    moved = at;
    return found;
  };
  const double here = value(at);
  const double right = (value(at + kStep) - here) / kStep;
  const double left = (here - value(at - kStep)) / kStep;
  const bool agree = std::abs(right - left) <= 1e-3 * (1 + std::abs(right));
  return agree ? std::optional<double>((left + right) / 2) : std::nullopt;
}

void check_gradient(const Loss& loss, const Case& c) {
  std::int64_t elements = 0;
  for (const Tensor& o : c.operands) elements += o.defined() ? o.numel() : 0;
  if (elements > 24) return;
  std::vector<Tensor> leaves;
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    const bool wanted = c.operands[i].defined() && loss.contract.operands[i].has_gradient();
    leaves.push_back(wanted ? c.operands[i].detach().clone().requires_grad_() : c.operands[i]);
  }
  try {
    const Tensor flat = loss.call(leaves.data(), c.options.data()).flatten();
    (flat * (1 + 0.25 * at::arange(flat.numel(), flat.options()))).sum().backward();
  } catch (const std::exception& error) {
    demand(is_low(dtype_of(c)), std::string("has no gradient: ") + error.what());
    return;
  }
  FormulaCall call = formula_call(loss, c);
  const std::string reduction = loss.contract.is_mean ? "mean" : reduction_of(loss, c);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!leaves[i].defined() || !leaves[i].requires_grad()) continue;
    const Tensor& gradient = leaves[i].grad();
    demand(leaves[i].numel() == 0 || gradient.defined(), "has no gradient for an operand");
    const std::vector<double> found =
        gradient.defined() ? numbers_of(gradient) : std::vector<double>();
    for (std::size_t k = 0; k < found.size(); ++k) {
      const auto expected = slope(loss, call, reduction, call.operands[i].values[k]);
      if (!expected || !std::isfinite(*expected)) continue;
      const double rounding = std::max(1e-3, 32 * roundoff(dtype_of(c)));
      const double largest = std::max(largest_of(call), std::abs(*expected));
      demand(std::abs(found[k] - *expected) <= rounding * largest,
             "has the gradient " + std::to_string(found[k]) + ", not " + std::to_string(*expected));
    }
  }
}

bool is_valid(const Case& c, const std::optional<std::vector<Sizes>>& documented) {
  if (!documented) return false;
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    if (c.operands[i].defined() && c.operands[i].sizes().vec() != (*documented)[i]) return false;
  }
  return true;
}

// All but the first in their documented shapes.
Case expanded(const Case& c, const std::vector<Sizes>& documented) {
  Case all = c;
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    if (all.operands[i].defined()) all.operands[i] = all.operands[i].expand(documented[i]);
  }
  return all;
}

void check(const Loss& loss, const Case& c) {
  const auto documented = loss.contract.read(c.operands.front().sizes().vec());
  const bool valid = is_valid(c, documented);
  std::vector<Tensor> before;
  for (const Tensor& o : c.operands) before.push_back(o.defined() ? o.clone() : o);
  Tensor result;
  try {
    result = loss.call(c.operands.data(), c.options.data());
  } catch (const std::exception& error) {
    // Of kernels for half precision nothing is promised.
    demand(!valid || c.is_illegal || is_low(dtype_of(c)),
           std::string("refuses what is documented: ") + error.what());
    return;
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    demand(!before[i].defined() || before[i].equal(c.operands[i]), "has changed an operand");
  }
  demand(!c.is_illegal, "accepts a value outside its kind");
  demand(valid || (documented && !loss.is_strict), "accepts shapes that do not fit");
  Case explicitly;
  try {
    explicitly = expanded(c, *documented);
  } catch (const std::exception&) {
    throw Broken("accepts shapes that do not expand to the documented ones");
  }
  check_value(loss, explicitly, result);
  if (valid) check_gradient(loss, c);
}

}  // namespace

Loss::Loss(const shapefuzz::OwnLoss::Description& description)
    : name(description.name),
      contract(contract_of_line(description.contract)),
      options(description.options),
      formula(description.formula),
      call(description.entries.front().call) {
  const std::set<std::string> strict = {"absolute_expands_target", "huber_takes_one_target",
                                        "triplet_one_negative"};
  is_strict = strict.count(name) > 0;
  is_reduced = !options.empty() && options.back().name == "reduction";
}

std::optional<Loss> loss_of(const std::string& name, bool twin) {
  for (const shapefuzz::Mutant& mutant : shapefuzz::all_bench_mutants()) {
    if (mutant.name() != name) continue;
    return Loss((twin ? mutant.twin() : mutant.faulty()).description());
  }
  return std::nullopt;
}

std::string to_string(const Case& c) {
  std::ostringstream text;
  for (const Tensor& o : c.operands) {
    if (o.defined()) {
      text << o.scalar_type() << o.sizes() << ' ';
    } else {
      text << "none ";
    }
  }
  return text.str();
}

std::int64_t size_of(const Case& c) {
  std::int64_t size = 0;
  for (const Tensor& o : c.operands) {
    if (!o.defined()) continue;
    size += o.numel();
    for (const std::int64_t each : o.sizes()) size += each;
  }
  return size;
}

std::optional<std::string> broken_promise(const Loss& loss, const Case& c) {
  try {
    check(loss, c);
    return std::nullopt;
  } catch (const Broken& broken) {
    return broken.what();
  }
}

}  // namespace peers
