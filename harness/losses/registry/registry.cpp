// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/registry/registry.h"

#include "harness/losses/torch/families.h"

namespace shapefuzz {

const std::vector<Loss>& all_losses() {
  static const std::vector<Loss> losses = [] {
    std::vector<Loss> all;
    for (const auto family : {elementwise_losses, class_losses, pair_losses, sequence_losses}) {
      for (Loss& loss : family()) all.push_back(std::move(loss));
    }
    return all;
  }();
  return losses;
}

const std::vector<Loss>& all_operators() {
  static const std::vector<Loss> operators = operators_of(all_losses());
  return operators;
}

const LossSpecs& all_specs() {
  static const LossSpecs specs = [] {
    LossSpecs all;
    for (const Loss& loss : all_losses()) all.push_back(&loss.spec);
    for (const Loss& loss : all_operators()) all.push_back(&loss.spec);
    return all;
  }();
  return specs;
}

const Loss* find_loss(std::string_view name) {
  for (const Loss& loss : all_losses()) {
    if (loss.spec.name == name) return &loss;
  }
  for (const Loss& loss : all_operators()) {
    if (loss.spec.name == name) return &loss;
  }
  return nullptr;
}

}  // namespace shapefuzz
