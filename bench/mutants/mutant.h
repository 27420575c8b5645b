// SPDX-License-Identifier: BSD-3-Clause
// A faulty loss and its correct twin, which are one function with its fault planted and without;
// for the harness losses of somebody's own, for Python operators of a library. list.tsv says what
// is wrong with each.
#pragma once

#include <torch/library.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/mutants/planted.h"
#include "shapefuzz/loss.h"

namespace shapefuzz {

/// `mutant()` makes one.
class Mutant {
 public:
  Mutant(OwnLoss faulty, OwnLoss twin, std::function<void(torch::Library&)> define)
      : faulty_(std::move(faulty)), twin_(std::move(twin)), define_(std::move(define)) {}

  /// An option, or a formula, of both: see OwnLoss.
  template <class Value>
  Mutant& option(const std::string& name, const Value& standard) {
    faulty_.option(name, standard);
    twin_.option(name, standard);
    return *this;
  }
  /// The same.
  template <class Function>
  Mutant& formula(const Function& function) {
    faulty_.formula(function);
    twin_.formula(function);
    return *this;
  }

  const std::string& name() const { return faulty_.description().name; }
  const OwnLoss& faulty() const { return faulty_; }
  const OwnLoss& twin() const { return twin_; }
  /// Makes it an operator of a library.
  void define(torch::Library& library) const { define_(library); }

 private:
  OwnLoss faulty_;
  OwnLoss twin_;
  std::function<void(torch::Library&)> define_;
};

/// A function whose code asks `fault()`; its tensors first, then its options.
template <class Result, class... Parameters>
Mutant mutant(const std::string& name, Result (*function)(Parameters...),
              const std::string& contract) {
  const auto with = [function](bool on) {
    return [function, on](Parameters... parameters) {
      const Planting planting(on);
      return function(std::forward<Parameters>(parameters)...);
    };
  };
  return {loss(name, with(true), contract), loss(name + "_twin", with(false), contract),
          [name, function](torch::Library& library) { library.def(name.c_str(), function); }};
}

/// In the order of list.tsv.
std::vector<Mutant> all_bench_mutants();

}  // namespace shapefuzz
