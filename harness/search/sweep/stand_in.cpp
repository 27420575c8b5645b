// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/stand_in.h"

#include <algorithm>
#include <array>
#include <optional>

#include "harness/language/case/order.h"
#include "harness/search/sweep/unlike.h"

namespace shapefuzz {
namespace {

using Sizes = std::vector<std::int64_t>;

// Whole numbers among the options: sizes, classes, the cutoffs between them.
void take_numbers(const OptionValue& value, std::set<std::int64_t>& numbers) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) numbers.insert(*number);
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
    numbers.insert(list->begin(), list->end());
  }
}

std::int64_t sum_of(const Shape& shape) {
  std::int64_t sum = 0;
  for (const std::int64_t size : shape) sum += size;
  return sum;
}

// Some kernels compare counts of elements where the documentation compares shapes: one count with
// another, or with a single size.
template <class Shapes>
bool same_counts(const Shapes& a, const Shapes& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (i == k) continue;
      const std::int64_t x = a[i].elements();
      const std::int64_t y = b[i].elements();
      if (k > i && (x == a[k].elements()) != (y == b[k].elements())) return false;
      for (std::size_t dim = 0; dim < a[k].rank(); ++dim) {
        if ((x == a[k][dim]) != (y == b[k][dim])) return false;
      }
    }
  }
  return true;
}

std::vector<Shape> shapes_of(const Case& c) {
  std::vector<Shape> shapes;
  for (const Operand& operand : c.operands) shapes.push_back(operand.shape);
  return shapes;
}

}  // namespace

// The renamings of a pair's sizes, one after the other.
class StandIns::Renamings {
 public:
  Renamings(const StandIns& stand_ins, const Pair& pair) : pair_(pair), to_(&stand_ins.renamed_) {
    if (!stand_ins.renames_) return;
    for (const Shape* shape : {&pair.output, &pair.other}) {
      for (const std::int64_t size : *shape) {
        const bool counts = size >= 2 && stand_ins.kept_.count(size) == 0;
        if (counts && std::find(from_.begin(), from_.end(), size) == from_.end()) {
          from_.push_back(size);
        }
      }
    }
    std::sort(from_.begin(), from_.end());
    chosen_.resize(from_.size());
  }

  // Calls `visit` for each renamed pair, this one among them, until it returns false.
  template <class Visit>
  void each(Visit visit) {
    choose(0, visit);
  }

  std::int64_t operator()(std::int64_t size) const {
    const auto at = std::lower_bound(from_.begin(), from_.end(), size);
    if (at == from_.end() || *at != size) return size;
    return (*to_)[chosen_[static_cast<std::size_t>(at - from_.begin())]];
  }
  Shape operator()(Shape shape) const {
    for (std::size_t i = 0; i < shape.rank(); ++i) shape[i] = (*this)(shape[i]);
    return shape;
  }
  const Pair& original() const { return pair_; }
  bool has(std::int64_t size) const { return std::binary_search(from_.begin(), from_.end(), size); }

 private:
  template <class Visit>
  bool choose(std::size_t i, Visit& visit) {
    if (i == from_.size()) return visit(Pair{(*this)(pair_.output), (*this)(pair_.other)});
    for (std::size_t k = 0; k < to_->size(); ++k) {
      if (std::find(chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(i), k) !=
          chosen_.begin() + static_cast<std::ptrdiff_t>(i)) {
        continue;
      }
      chosen_[i] = k;
      if (!choose(i + 1, visit)) return false;
    }
    return true;
  }

  const Pair& pair_;
  Sizes from_;
  const Sizes* to_;
  std::vector<std::size_t> chosen_;  // by size: its new one
};

StandIns::StandIns(const Variation& variation, const Reach& bounds)
    : variation_(&variation), kept_(sizes_named_by(variation.loss->spec.contract)) {
  for (const OptionSpec& option : variation.loss->spec.options) {
    take_numbers(option.standard, kept_);
  }
  for (const Option& option : variation.loss->sweep_options) take_numbers(option.value, kept_);
  for (std::int64_t size = std::max<std::int64_t>(2, bounds.min_size); size <= bounds.max_size;
       ++size) {
    if (kept_.count(size) == 0) renamed_.push_back(size);
  }
  const LossSpec& spec = variation.loss->spec;
  renames_ = !knows_sizes(spec.name, variation.operand_name(variation.varied));
  const auto& operands = variation.contract.operands();
  for (std::size_t i = 1; i < operands.size(); ++i) {
    derives_ = derives_ || (i != variation.varied && !operands[i].optional);
  }
}

Case StandIns::case_of(const Pair& pair) const {
  return variation_->make_case(pair.output, pair.other, variation_->ways.front(), 0);
}

StandIns::Likeness StandIns::compare(const Pair& pair, const Pair& renamed) {
  if (!same_counts(std::array<Shape, 2>{pair.output, pair.other},
                   std::array<Shape, 2>{renamed.output, renamed.other})) {
    return Likeness::kOther;
  }
  // As the order of cases has it, since these two have the same ranks and empty dimensions.
  const std::int64_t x = sum_of(renamed.output) + sum_of(renamed.other);
  const std::int64_t y = sum_of(pair.output) + sum_of(pair.other);
  if (x != y) return x < y ? Likeness::kSmaller : Likeness::kLarger;
  const std::string text = to_string(renamed.output);
  const std::string own = to_string(pair.output);
  const bool smaller = text != own ? text < own : to_string(renamed.other) < to_string(pair.other);
  return smaller ? Likeness::kSmaller : Likeness::kLarger;
}

StandIns::Likeness StandIns::compare(const Renamings& renamings, const Case& c,
                                     const Case& renamed) const {
  const std::vector<Shape> before = shapes_of(c);
  const std::vector<Shape> after = shapes_of(renamed);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (renamings(before[i]) != after[i]) return Likeness::kOther;
    for (const std::int64_t size : before[i]) {
      if (size >= 2 && kept_.count(size) == 0 && !renamings.has(size)) return Likeness::kOther;
    }
  }
  if (!same_counts(before, after)) return Likeness::kOther;
  return is_smaller(renamed, c) ? Likeness::kSmaller : Likeness::kLarger;
}

// Calls `visit` for each pair that is alike, itself among them, until a smaller one is met; with
// none behind that.
template <class Visit>
void StandIns::each_represented(const Pair& pair, Visit visit) const {
  Renamings renamings(*this, pair);
  std::optional<Case> own;  // made where it is needed
  renamings.each([&](const Pair& renamed) {
    if (renamed.output == pair.output && renamed.other == pair.other) {
      visit(&renamed);
      return true;
    }
    Likeness likeness = compare(pair, renamed);
    if (likeness != Likeness::kOther && derives_) {
      if (!own) own = case_of(pair);
      likeness = compare(renamings, *own, case_of(renamed));
    }
    if (likeness == Likeness::kLarger) visit(&renamed);
    if (likeness == Likeness::kSmaller) visit(nullptr);
    return likeness != Likeness::kSmaller;
  });
}

std::uint64_t StandIns::stands_for(const Pair& pair) const {
  std::uint64_t count = 0;
  each_represented(pair, [&](const Pair* alike) { count = alike == nullptr ? 0 : count + 1; });
  return count;
}

std::vector<StandIns::Pair> StandIns::represented_by(const Pair& pair) const {
  std::vector<Pair> pairs;
  each_represented(pair, [&](const Pair* alike) {
    if (alike == nullptr) {
      pairs.clear();
    } else {
      pairs.push_back(*alike);
    }
  });
  return pairs;
}

}  // namespace shapefuzz
