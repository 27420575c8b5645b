// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/sweep_selection.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "harness/cli/names.h"
#include "harness/language/case/twin.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

// Of somebody's own loss nobody else knows one.
void require_contract(const Loss& loss) {
  if (!loss.spec.own || !loss.spec.open) return;
  // Of Python, the file names the function.
  const std::string infer = typed("infer") + (loss.spec.in_python ? "" : " " + loss.spec.name);
  throw InputError(
      fmt::format("{} has no contract, and without one nothing is wrong: {} prints one that fits",
                  loss.spec.name, infer));
}

}  // namespace

std::vector<Variation> select_variations(const std::vector<std::string>& targets, Device device) {
  std::vector<Variation> variations;
  const auto add = [&](const Loss& loss, const std::vector<std::string>& entries) {
    for (Variation& v : variations_of(loss, entries)) variations.push_back(std::move(v));
  };
  const auto entries_of = [&](const Loss& loss) {
    const auto& entries = loss.spec.entries;
    const bool is_one_enough = device == Device::kCompile && !loss.spec.own;
    return is_one_enough ? std::vector<std::string>{entries.front()} : entries;
  };
  for (const std::string& target : targets) {
    const std::size_t at = target.find('@');
    const std::string name = target.substr(0, at);
    const Loss* const loss = &loss_named(name);
    require_contract(*loss);
    const auto& entries = loss->spec.entries;
    if (at == std::string::npos) {
      add(*loss, entries_of(*loss));
      continue;
    }
    const std::string entry = target.substr(at + 1);
    if (std::find(entries.begin(), entries.end(), entry) == entries.end()) {
      throw InputError(fmt::format("LOSS@ENTRY: found '{}', expected an entry of {}: {}",
                                   printable(entry), name, fmt::join(entries, ", ")));
    }
    add(*loss, {entry});
  }
  if (targets.empty()) {
    for (const Loss& loss : all_losses()) {
      require_contract(loss);
      add(loss, entries_of(loss));
    }
  }
  return variations;
}

void check_bounds(const SweepCommand& command) {
  Shape largest;
  for (std::size_t i = 0; i < command.max_rank; ++i) largest.push_back(command.max_size);
  if (largest.elements() > kMaxElements) {
    throw InputError(fmt::format("--max-rank, --max-size: {} has more than {} elements",
                                 to_string(largest), kMaxElements));
  }
  double shapes = 1;
  for (std::size_t i = 0; i < command.max_rank; ++i) {
    shapes = 1 + shapes * static_cast<double>(command.max_size + 1);
  }
  constexpr double kMostShapes = 20000;  // their pairs alone take hours
  if (shapes > kMostShapes) {
    throw InputError(fmt::format("--max-rank, --max-size: {:.0f} shapes, expected at most {:.0f}",
                                 shapes, kMostShapes));
  }
}

}  // namespace shapefuzz
