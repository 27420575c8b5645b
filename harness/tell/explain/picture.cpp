// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/picture.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "harness/language/repair/repair.h"
#include "harness/oracle/judgement/readings.h"
#include "harness/tell/explain/explain.h"

namespace shapefuzz {
namespace {

// A size of more is drawn as one of these, so that a grid fits a terminal.
constexpr std::int64_t kMostDrawn = 5;

// A case in sizes that can be drawn, and what they were.
struct Small {
  Case c;
  std::map<std::int64_t, std::int64_t> sizes;  // of the original, by what they are drawn as
};

Small with_few_elements(const Case& c) {
  std::set<std::int64_t> sizes;
  for (const Operand& operand : c.operands)
    sizes.insert(operand.shape.begin(), operand.shape.end());
  Small small{c, {}};
  if (sizes.empty() || *sizes.rbegin() <= kMostDrawn) return small;
  sizes.erase(0);
  sizes.erase(1);
  std::map<std::int64_t, std::int64_t> drawn;
  std::int64_t next = sizes.size() > 3 ? 2 : 3;
  for (const std::int64_t size : sizes) {
    small.sizes[next] = size;
    drawn[size] = next++;
  }
  for (Operand& operand : small.c.operands) {
    operand.values.clear();
    for (std::size_t i = 0; i < operand.shape.rank(); ++i) {
      const auto at = drawn.find(operand.shape[i]);
      if (at != drawn.end()) operand.shape[i] = at->second;
    }
  }
  return small;
}

// Each element holds its own place, so that whoever moves it can be seen.
Operand numbered(Operand operand) {
  operand.dtype = DType::kF64;
  operand.layout = Layout::kContiguous;
  operand.values.resize(static_cast<std::size_t>(operand.shape.elements()));
  std::iota(operand.values.begin(), operand.values.end(), 0);
  return operand;
}

// The place of the element that an operand has at a place of what it is broadcast to.
std::size_t element_at(const Shape& shape, const Shape& common,
                       const std::vector<std::int64_t>& at) {
  std::size_t index = 0;
  const std::size_t extra = common.rank() - shape.rank();
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    const auto size = static_cast<std::size_t>(shape[i]);
    index = index * size + (size == 1 ? 0 : static_cast<std::size_t>(at[extra + i]));
  }
  return index;
}

// The two dimensions in which the shapes differ, or else the last ones that have more than one
// element; aligned from the right in `rank` dimensions.
std::vector<std::size_t> drawn_dimensions(const std::vector<Shape>& shapes, const Shape& common) {
  std::vector<std::size_t> chosen;
  const auto size_at = [&](const Shape& shape, std::size_t dim) {
    const std::size_t extra = common.rank() - shape.rank();
    return dim < extra ? std::int64_t{1} : shape[dim - extra];
  };
  const auto choose = [&](auto wanted) {
    for (std::size_t dim = common.rank(); dim-- > 0 && chosen.size() < 2;) {
      const bool known = std::find(chosen.begin(), chosen.end(), dim) != chosen.end();
      if (!known && wanted(dim)) chosen.push_back(dim);
    }
  };
  choose([&](std::size_t dim) {
    return std::any_of(shapes.begin(), shapes.end(), [&](const Shape& shape) {
      return size_at(shape, dim) != size_at(shapes.front(), dim);
    });
  });
  choose([&](std::size_t dim) { return common[dim] > 1; });
  choose([](std::size_t) { return true; });
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

using Pair = std::vector<std::size_t>;  // the element of each operand

std::string text_of(const Pair& pair) { return fmt::format("{}", fmt::join(pair, "·")); }

// Two dimensions of what operands make together, the others at their first place.
class Slice {
 public:
  explicit Slice(const std::vector<Operand>& operands) : operands_(operands) {
    for (const Operand& operand : operands) common_ = *broadcast(common_, operand.shape);
    std::vector<Shape> shapes;
    for (const Operand& operand : operands) shapes.push_back(operand.shape);
    dims_ = drawn_dimensions(shapes, common_);
  }
  // The dimensions that another slice draws, aligned from the right.
  Slice(const std::vector<Operand>& operands, const Slice& other) : Slice(operands) {
    if (common_.rank() > other.common_.rank()) return;
    const Shape own = common_;
    common_ = {};
    for (std::size_t i = own.rank(); i < other.common_.rank(); ++i) common_.push_back(1);
    common_.append(own);
    dims_ = other.dims_;
  }

  std::size_t rows() const { return dims_.size() < 2 ? 1 : size_of(dims_[0]); }
  std::size_t columns() const { return dims_.empty() ? 1 : size_of(dims_.back()); }
  bool is_whole() const {
    for (std::size_t dim = 0; dim < common_.rank(); ++dim) {
      const bool is_drawn = std::find(dims_.begin(), dims_.end(), dim) != dims_.end();
      if (!is_drawn && common_[dim] > 1) return false;
    }
    return true;
  }
  const Shape& common() const { return common_; }

  std::vector<Pair> pairs() const {
    std::vector<Pair> pairs;
    std::vector<std::int64_t> at(common_.rank(), 0);
    for (std::size_t row = 0; row < rows(); ++row) {
      for (std::size_t column = 0; column < columns(); ++column) {
        if (dims_.size() == 2) at[dims_[0]] = static_cast<std::int64_t>(row);
        if (!dims_.empty()) at[dims_.back()] = static_cast<std::int64_t>(column);
        pairs.push_back(pair_at(at));
      }
    }
    return pairs;
  }

  /// Of all dimensions, not only of those that are drawn.
  std::vector<Pair> all_pairs() const {
    std::vector<Pair> pairs;
    std::vector<std::int64_t> at(common_.rank(), 0);
    for (std::int64_t k = 0; k < common_.elements(); ++k) {
      pairs.push_back(pair_at(at));
      for (std::size_t i = at.size(); i-- > 0;) {
        if (++at[i] < common_[i]) break;
        at[i] = 0;
      }
    }
    return pairs;
  }

 private:
  Pair pair_at(const std::vector<std::int64_t>& at) const {
    Pair pair;
    for (const Operand& operand : operands_) {
      const std::size_t index = element_at(operand.shape, common_, at);
      pair.push_back(static_cast<std::size_t>(operand.values[index]));
    }
    return pair;
  }
  std::size_t size_of(std::size_t dim) const { return static_cast<std::size_t>(common_[dim]); }

  const std::vector<Operand>& operands_;
  Shape common_;
  std::vector<std::size_t> dims_;
};

std::vector<Operand> numbered_all(const Case& c) {
  std::vector<Operand> operands;
  for (const Operand& operand : c.operands) operands.push_back(numbered(operand));
  return operands;
}

bool broadcast_together(const std::vector<Operand>& operands) {
  std::optional<Shape> common = Shape{};
  for (const Operand& operand : operands) {
    if (common) common = broadcast(*common, operand.shape);
  }
  return common.has_value();
}

Shape common_of(const std::vector<Operand>& operands) { return Slice(operands).common(); }

std::vector<Operand> repaired(std::vector<Operand> operands, const Repair& repair) {
  for (const Edit& edit : repair.edits) {
    for (Operand& operand : operands) {
      if (operand.name != edit.operand) continue;
      for (const EditStep& step : edit.steps) {
        if (step.method != Method::kTo) operand = applied(step, std::move(operand));
      }
    }
  }
  return operands;
}

Shape in_own_sizes(const Small& small, Shape shape) {
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    const auto at = small.sizes.find(shape[i]);
    if (at != small.sizes.end()) shape[i] = at->second;
  }
  return shape;
}

PictureGrid grid_of(const Slice& slice, std::string title) {
  PictureGrid grid{std::move(title), slice.rows(), slice.columns(), {}, {}};
  for (const Pair& pair : slice.pairs()) grid.cells.push_back(text_of(pair));
  grid.meant.assign(grid.cells.size(), false);
  return grid;
}

// Whether an element of each operand meets one of each other.
bool is_elementwise(const Exhibit& exhibit) {
  const Reading reading =
      meaning_to_explain(exhibit.c, exhibit.loss->spec, exhibit.judgement.basis);
  const auto& operands = reading.alternative->operands;
  return std::all_of(operands.begin(), operands.end(), [&](const OperandPattern& operand) {
    return exhibit.c.find_operand(operand.name) == nullptr ||
           operand.pattern == operands[0].pattern;
  });
}

std::string remark_on(const Small& small, bool is_whole) {
  std::vector<std::string> parts;
  for (const auto& [drawn, size] : small.sizes) {
    parts.push_back(fmt::format("{} stands for {}", drawn, size));
  }
  if (!is_whole) parts.emplace_back("of the other dimensions the first element is drawn");
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

std::optional<Picture> picture_of(const Exhibit& exhibit) {
  const LossSpec& spec = exhibit.loss->spec;
  if (spec.open || !is_elementwise(exhibit)) return std::nullopt;
  const Small small = with_few_elements(exhibit.c);
  for (const Operand& operand : small.c.operands) {
    constexpr std::int64_t kMostElements = 4096;
    const std::int64_t elements = operand.shape.elements();
    if (elements == 0 || elements > kMostElements) return std::nullopt;
  }
  const std::vector<Operand> operands = numbered_all(small.c);
  Picture picture;
  bool is_whole = true;
  const bool is_paired =
      exhibit.judgement.outcome == Outcome::kAccepted && broadcast_together(operands);
  for (const Operand& operand : operands) {
    const std::vector<Operand> alone = {operand};
    const Slice slice = is_paired ? Slice(alone, Slice(operands)) : Slice(alone);
    is_whole = is_whole && slice.is_whole();
    picture.operands.push_back(grid_of(
        slice, fmt::format("{} {}", operand.name, pretty(in_own_sizes(small, operand.shape)))));
  }
  std::set<std::string> meant;
  for (const Repair& repair : repairs_of(small.c, spec)) {
    const std::vector<Operand> right = repaired(operands, repair);
    const bool tells = !repair.broadcasts && broadcast_together(right);
    if (!tells) continue;
    const Slice slice = is_paired ? Slice(right, Slice(operands)) : Slice(right);
    picture.meant =
        grid_of(slice, fmt::format("meant: {}", pretty(in_own_sizes(small, common_of(right)))));
    for (const Pair& pair : slice.all_pairs()) meant.insert(text_of(pair));
    picture.meant->meant.assign(picture.meant->cells.size(), true);
    break;
  }
  if (is_paired) {
    const Slice slice(operands);
    is_whole = is_whole && slice.is_whole();
    picture.pairs = grid_of(
        slice, fmt::format("the loss pairs: {}", pretty(in_own_sizes(small, slice.common()))));
    for (std::size_t i = 0; i < picture.pairs->cells.size(); ++i) {
      picture.pairs->meant[i] = meant.empty() || meant.count(picture.pairs->cells[i]) > 0;
    }
  }
  picture.remark = remark_on(small, is_whole);
  return picture;
}

}  // namespace shapefuzz
