// SPDX-License-Identifier: BSD-3-Clause
// Losses of an element, right ones, and how a faulty one of them is declared.
#pragma once

#include <algorithm>
#include <cmath>

#include "bench/mutants/parts.h"

namespace shapefuzz {

inline void check(const Tensor& output, const Tensor& target) {
  check_dtypes(output, target);
  check_shapes(output, target);
}

/// For those that are faulty in their check: without the fault nothing but one shape passes it.
inline void check_unless(bool forgotten, const Tensor& output, const Tensor& target) {
  check_dtypes(output, target);
  if (!forgotten) check_shapes(output, target);
}

inline Tensor squared(const Tensor& output, const Tensor& target) {
  return (output - target).pow(2);
}

inline Tensor absolute(const Tensor& output, const Tensor& target) {
  return (output - target).abs();
}

inline Tensor huber(const Tensor& output, const Tensor& target, double delta) {
  TORCH_CHECK(delta > 0 && std::isfinite(delta), "expected a delta above 0, found ", delta);
  const Tensor error = (output - target).abs();
  return at::where(error <= delta, 0.5 * error.pow(2), delta * (error - 0.5 * delta));
}

inline std::vector<double> huber_formula(const FormulaCall& call) {
  const double delta = call.real("delta");
  std::vector<double> losses;
  for (std::size_t i = 0; i < call[0].size(); ++i) {
    const double error = std::abs(call[0][i] - call[1][i]);
    losses.push_back(error <= delta ? 0.5 * error * error : delta * (error - 0.5 * delta));
  }
  return losses;
}

/// Adds mutants of three losses of an element.
class Elementwise {
 public:
  explicit Elementwise(std::vector<Mutant>& all) : all_(all) {}

  template <class Function>
  void of_squares(const char* name, Function function) {
    add(name, function).option("reduction", "mean").formula([](double x, double y) {
      return (x - y) * (x - y);
    });
  }
  template <class Function>
  void of_sizes(const char* name, Function function) {
    add(name, function).option("reduction", "mean").formula([](double x, double y) {
      return std::abs(x - y);
    });
  }
  template <class Function>
  void of_huber(const char* name, Function function) {
    add(name, function).option("delta", 1.0).option("reduction", "mean").formula(huber_formula);
  }
  template <class Function>
  Mutant& add(const char* name, Function function) {
    all_.push_back(mutant(name, function, "(output: real[N,*d], target: real[N,*d]) -> [N,*d]"));
    return all_.back();
  }

 private:
  std::vector<Mutant>& all_;
};

}  // namespace shapefuzz
