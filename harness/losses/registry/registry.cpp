// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/registry/registry.h"

#include <stdexcept>
#include <utility>

#include "harness/losses/torch/families.h"

namespace shapefuzz {
namespace {

struct Own {
  std::vector<Loss> losses;
  bool frozen = false;  // somebody has asked for a loss
};

Own& own() {
  static Own losses;
  return losses;
}

}  // namespace

void use_own_losses(std::vector<Loss> losses) {
  if (own().frozen) throw std::logic_error("the losses were asked for before they were given");
  own().losses = std::move(losses);
}

bool has_own_losses() { return !own().losses.empty(); }

const std::vector<Loss>& all_losses() {
  own().frozen = true;
  if (has_own_losses()) return own().losses;
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
  static const std::vector<Loss> operators =
      has_own_losses() ? std::vector<Loss>() : operators_of(all_losses());
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
