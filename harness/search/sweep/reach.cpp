// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/reach.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "harness/language/case/zone.h"

namespace shapefuzz {
namespace {

// The ways that differ in what the contract says of them: the reductions of an operator.
std::vector<Way> ways_by_contract(const Variation& v) {
  std::vector<Way> ways;
  for (const Way& way : v.ways) {
    const bool known = std::any_of(ways.begin(), ways.end(), [&](const Way& other) {
      return v.loss->spec.reduces || other.reduction == way.reduction;
    });
    if (!known) ways.push_back(way);
  }
  return ways;
}

// The least rank that holds a pattern.
std::size_t least_rank(const Pattern& pattern) {
  return pattern.size() - (pack_position(pattern) == kNoPack ? 0 : 1);
}

bool reaches_any(const Variation& v, const std::vector<Shape>& shapes) {
  const auto& alternatives = v.contract.alternatives;
  return std::any_of(alternatives.begin(), alternatives.end(),
                     [&](const Alternative& a) { return reaches(v, a, shapes); });
}

bool reaches_at_all(const Variation& v, const Alternative& alternative,
                    const std::vector<Shape>& within) {
  if (reaches(v, alternative, within)) return true;
  const auto further = beyond(v, within);
  return further && reaches(v, alternative, all_shapes(further->max_rank, further->max_size));
}

// What is not reached of one loss, by its variations.
void tell(const std::vector<const Variation*>& variations, const Reach& bounds,
          std::vector<std::string>& sentences) {
  const LossSpec& spec = variations.front()->loss->spec;
  if (spec.open) {
    sentences.push_back(fmt::format(
        "{}: its contract is not known, so no case of it counts as valid or incompatible",
        spec.name));
    return;
  }
  const std::vector<Shape> shapes = all_shapes(bounds.max_rank, bounds.max_size);
  const std::string within =
      fmt::format("within rank <= {} and sizes 0..{}", bounds.max_rank, bounds.max_size);
  std::map<std::string, std::vector<std::string>> further;  // operands by what is swept too
  for (const Variation* v : variations) {
    if (const auto reach = beyond(*v, shapes)) {
      further[fmt::format("rank {}, sizes 0..{}", reach->max_rank, reach->max_size)].push_back(
          v->operand_name(v->varied));
    }
  }
  for (const auto& [where, operands] : further) {
    const bool all = operands.size() == variations.size();
    sentences.push_back(fmt::format("{}: no valid case {}{}; swept at {} too", spec.name, within,
                                    all ? "" : fmt::format(" for {}", fmt::join(operands, ", ")),
                                    where));
  }
  for (const Alternative& alternative : spec.contract.alternatives) {
    const std::string text = to_string(alternative);
    const bool reached = std::any_of(variations.begin(), variations.end(), [&](const Variation* v) {
      const auto& own = v->contract.alternatives;
      return std::any_of(own.begin(), own.end(), [&](const Alternative& a) {
        return to_string(a) == text && reaches_at_all(*v, a, shapes);
      });
    });
    if (!reached) {
      sentences.push_back(fmt::format("{}: no valid case {} of {}", spec.name, within, text));
    }
  }
}

}  // namespace

bool reaches(const Variation& v, const Alternative& alternative, const std::vector<Shape>& shapes) {
  if (v.loss->spec.open) return false;
  const auto& operands = alternative.operands;
  for (const Way& way : ways_by_contract(v)) {
    Call call;
    bind_options(v.make_case({}, {}, way, 0), v.loss->spec, call);
    const Bindings options(v.contract, call.options);
    for (const Shape& output : shapes) {
      Bindings bindings = options;
      if (!match(operands[0].pattern, output, bindings)) continue;
      for (const Shape& other : shapes) {
        Bindings both = bindings;
        if (!match(operands[v.varied].pattern, other, both)) continue;
        if (zone_of(v.make_case(output, other, way, 0), v.loss->spec) == Zone::kValid) return true;
      }
    }
  }
  return false;
}

std::optional<Reach> beyond(const Variation& v, const std::vector<Shape>& within) {
  constexpr std::int64_t kMaxSize = 2;
  if (v.loss->spec.open) return std::nullopt;
  if (reaches_any(v, within)) return std::nullopt;
  std::size_t rank = kMaxRank;
  for (const Alternative& alternative : v.contract.alternatives) {
    rank = std::min(rank, std::max(least_rank(alternative.operands[0].pattern),
                                   least_rank(alternative.operands[v.varied].pattern)));
  }
  return Reach{rank, kMaxSize};
}

Grid::Grid(const Variation& variation, const std::vector<Shape>& within) : within_(&within) {
  const auto further = beyond(variation, within);
  if (!further) return;
  beyond_ = all_shapes(further->max_rank, further->max_size);
  const auto& alternatives = variation.contract.alternatives;
  for (const Shape& shape : beyond_) {
    const bool known = std::find(within.begin(), within.end(), shape) != within.end();
    const bool fits =
        std::any_of(alternatives.begin(), alternatives.end(), [&](const Alternative& alternative) {
          Bindings free;
          return match(alternative.operands[0].pattern, shape, free);
        });
    if (!known) only_beyond_.push_back(shape);
    if (fits) outputs_.push_back({shape, known});
  }
}

std::size_t Grid::pairs() const {
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < outputs(); ++i) pairs += others(i).size();
  return pairs;
}

std::vector<std::string> unreached(const std::vector<Variation>& variations, const Reach& bounds) {
  std::vector<std::string> sentences;
  std::vector<const Variation*> of_one_loss;
  for (const Variation& v : variations) {
    if (!of_one_loss.empty() && of_one_loss.back()->loss != v.loss) {
      tell(of_one_loss, bounds, sentences);
      of_one_loss.clear();
    }
    of_one_loss.push_back(&v);
  }
  if (!of_one_loss.empty()) tell(of_one_loss, bounds, sentences);
  return sentences;
}

}  // namespace shapefuzz
