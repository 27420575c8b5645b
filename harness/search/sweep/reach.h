// SPDX-License-Identifier: BSD-3-Clause
// What a sweep reaches: whether its bounds leave a variation any valid case, where it goes beyond
// them if they do not, and what is to be told of the rest. No LibTorch in here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/search/sweep/plan.h"

namespace shapefuzz {

/// The bounds of a sweep's shapes.
struct Reach {
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  std::int64_t min_size = 0;
};

/// Whether the variation has a valid case with this alternative of its contract whose two varied
/// shapes are among `shapes`.
bool reaches(const Variation& variation, const Alternative& alternative,
             const std::vector<Shape>& shapes);

/// Where a variation goes on that has no valid case with the shapes within the bounds: at the least
/// rank that an alternative needs, with sizes up to 2 or the contract's own numbers. None where it
/// has one, or where nothing is promised.
std::optional<Reach> beyond(const Variation& variation, const std::vector<Shape>& within);

/// The pairs of shapes that a variation is swept over, an output and what it meets: each shape
/// within the bounds with each; of a loss with one operand each shape once. Then, if the variation
/// goes beyond them, each output that fits there with each shape, where the pair is a new one.
class Grid {
 public:
  /// Refers to `within`, all shapes within the bounds.
  Grid(const Variation& variation, const std::vector<Shape>& within);

  std::size_t outputs() const { return within_->size() + outputs_.size(); }
  /// Whether output `i` is within the bounds, and meets all shapes that are.
  bool is_within(std::size_t i) const { return i < within_->size(); }
  const Shape& output(std::size_t i) const {
    return i < within_->size() ? (*within_)[i] : outputs_[i - within_->size()].shape;
  }
  /// The shapes that output `i` meets.
  const std::vector<Shape>& others(std::size_t i) const {
    if (is_alone_) return once_;
    if (i < within_->size()) return *within_;
    return outputs_[i - within_->size()].within ? only_beyond_ : beyond_;
  }
  std::size_t pairs() const;

 private:
  struct Output {
    Shape shape;
    bool within;  ///< the bounds
  };

  const std::vector<Shape>* within_;
  bool is_alone_ = false;  ///< the output, as nothing varies with it
  std::vector<Shape> once_ = {Shape{}};
  std::vector<Output> outputs_;
  std::vector<Shape> beyond_;
  std::vector<Shape> only_beyond_;  ///< and not within the bounds
};

/// A sentence for each loss that is swept beyond the bounds, for each alternative that has no valid
/// case within them, and for each operator of which nothing is promised.
std::vector<std::string> unreached(const std::vector<Variation>& variations, const Reach& bounds);

}  // namespace shapefuzz
