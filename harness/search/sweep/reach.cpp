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
  return static_cast<std::size_t>(std::count_if(
      pattern.begin(), pattern.end(), [](const Dim& dim) { return dim.type != Dim::Type::kPack; }));
}

// The largest size that the contract demands by its number, as the 4 of a box.
std::int64_t largest_number(const Contract& contract) {
  constexpr std::int64_t kMost = 8;  // of a larger one there are too many shapes
  std::int64_t largest = 0;
  for (const Alternative& alternative : contract.alternatives) {
    for (const OperandPattern& operand : alternative.operands) {
      for (const Dim& dim : operand.pattern) {
        const bool counts = dim.type == Dim::Type::kNumber && dim.number <= kMost;
        if (counts) largest = std::max(largest, dim.number);
      }
    }
  }
  return largest;
}

std::int64_t least_size(const std::vector<Shape>& shapes) {
  const bool has_empty = std::any_of(shapes.begin(), shapes.end(),
                                     [](const Shape& shape) { return shape.elements() == 0; });
  return has_empty ? 0 : 1;
}

std::vector<Shape> shapes_within(const Reach& reach) {
  return all_shapes(reach.max_rank, reach.max_size, reach.min_size);
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
  return further && reaches(v, alternative, shapes_within(*further));
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
  const std::vector<Shape> shapes = shapes_within(bounds);
  const std::string within = fmt::format("within rank <= {} and sizes {}..{}", bounds.max_rank,
                                         bounds.min_size, bounds.max_size);
  std::map<std::string, std::vector<std::string>> further;  // operands by what is swept too
  for (const Variation* v : variations) {
    if (const auto reach = beyond(*v, shapes)) {
      further[fmt::format("rank {}, sizes {}..{}", reach->max_rank, reach->min_size,
                          reach->max_size)]
          .push_back(v->operand_name(v->varied));
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
        if (v.varied == 0 && other != output) continue;
        if (!match(operands[v.varied].pattern, other, both)) continue;
        if (zone_of(v.make_case(output, other, way, 0), v.loss->spec) == Zone::kValid) return true;
      }
    }
  }
  return false;
}

std::optional<Reach> beyond(const Variation& v, const std::vector<Shape>& within) {
  const std::int64_t max_size = std::max<std::int64_t>(2, largest_number(v.contract));
  if (v.loss->spec.open) return std::nullopt;
  if (reaches_any(v, within)) return std::nullopt;
  std::size_t rank = kMaxRank;
  for (const Alternative& alternative : v.contract.alternatives) {
    rank = std::min(rank, std::max(least_rank(alternative.operands[0].pattern),
                                   least_rank(alternative.operands[v.varied].pattern)));
  }
  return Reach{rank, max_size, least_size(within)};
}

Grid::Grid(const Variation& variation, const std::vector<Shape>& within)
    : within_(&within), is_alone_(variation.varied == 0) {
  const auto further = beyond(variation, within);
  if (!further) return;
  beyond_ = shapes_within(*further);
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
