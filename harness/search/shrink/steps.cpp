// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/shrink/steps.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "harness/search/shrink/forms.h"

namespace shapefuzz {
namespace {

class Steps {
 public:
  explicit Steps(const Case& c) : c_(c) {}

  std::vector<Case> all() {
    for (const std::int64_t least : {2, 3, 4}) relabel(least);
    remove_dimensions();
    change_sizes_everywhere();
    change_sizes_in_place();
    change_sizes_alone();
    merge_dimensions();
    round_values();
    return std::move(steps_);
  }

 private:
  // Listed values are cut to the new number of elements, once from the front and once from the
  // back: what matters may stand at either end.
  void add_shapes(const std::vector<Shape>& shapes) {
    bool lists = false;
    for (const bool front : {true, false}) {
      if (!front && !lists) break;
      Case c = c_;
      for (std::size_t i = 0; i < shapes.size(); ++i) {
        Operand& operand = c.operands[i];
        operand.shape = shapes[i];
        if (operand.values.empty()) continue;
        lists = true;
        const std::int64_t elements = operand.shape.elements();
        if (!front) std::reverse(operand.values.begin(), operand.values.end());
        operand.values = cycled(operand.values, elements);
        if (!front) std::reverse(operand.values.begin(), operand.values.end());
      }
      if (c != c_) steps_.push_back(std::move(c));
    }
  }

  std::vector<Shape> shapes() const {
    std::vector<Shape> all;
    for (const Operand& operand : c_.operands) all.push_back(operand.shape);
    return all;
  }

  // The distinct sizes above 1 become least, least + 1, ..., in their order: equal ones stay equal.
  void relabel(std::int64_t least) {
    std::map<std::int64_t, std::int64_t> labels;
    for (const std::int64_t size : distinct_sizes()) {
      const auto next = least + static_cast<std::int64_t>(labels.size());
      labels[size] = std::min(size, next);
    }
    std::vector<Shape> relabelled = shapes();
    for (Shape& shape : relabelled) {
      for (std::size_t dim = 0; dim < shape.rank(); ++dim) {
        if (shape[dim] > 1) shape[dim] = labels[shape[dim]];
      }
    }
    add_shapes(relabelled);
  }

  std::set<std::int64_t> distinct_sizes() const {
    std::set<std::int64_t> sizes;
    for (const Operand& operand : c_.operands) {
      for (const std::int64_t size : operand.shape) {
        if (size > 1) sizes.insert(size);
      }
    }
    return sizes;
  }

  // The same dimension, counted from the left or from the right, of every set of operands; large
  // sets first: a batch stands in all operands.
  void remove_dimensions() {
    std::size_t most = 0;
    for (const Operand& operand : c_.operands) most = std::max(most, operand.shape.rank());
    std::vector<unsigned> sets;
    for (unsigned set = 1; set < 1U << c_.operands.size(); ++set) sets.push_back(set);
    const auto members = [](unsigned set) {
      int count = 0;
      for (; set != 0; set &= set - 1) ++count;
      return count;
    };
    std::stable_sort(sets.begin(), sets.end(),
                     [&](unsigned a, unsigned b) { return members(a) > members(b); });
    for (const unsigned set : sets) {
      for (std::size_t at = 0; at < most; ++at) {
        remove_dimension(set, at, true);
        remove_dimension(set, at, false);
      }
    }
  }

  void remove_dimension(unsigned set, std::size_t at, bool from_left) {
    std::vector<Shape> shorter = shapes();
    for (std::size_t i = 0; i < shorter.size(); ++i) {
      if ((set >> i & 1U) == 0) continue;
      const Shape shape = shorter[i];
      if (at >= shape.rank()) return;
      const std::size_t dim = from_left ? at : shape.rank() - 1 - at;
      shorter[i] = shape.slice(0, dim);
      shorter[i].append(shape.slice(dim + 1, shape.rank() - dim - 1));
    }
    add_shapes(shorter);
  }

  // A half less, a quarter less, ..., one less: what needs 10,001 elements is found in a few dozen
  // steps. And an empty dimension is filled, since a case without one is the smaller one.
  static std::vector<std::int64_t> smaller(std::int64_t size) {
    std::vector<std::int64_t> sizes = {1, 2};
    for (std::int64_t less = size - size / 2; less > 0; less /= 2) sizes.push_back(size - less);
    return sizes;
  }

  void change_sizes_everywhere() {
    std::set<std::int64_t> sizes = distinct_sizes();
    sizes.insert(0);
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
      for (const std::int64_t other : smaller(*size)) {
        std::vector<Shape> changed = shapes();
        for (Shape& shape : changed) {
          for (std::size_t dim = 0; dim < shape.rank(); ++dim) {
            if (shape[dim] == *size) shape[dim] = other;
          }
        }
        add_shapes(changed);
      }
    }
  }

  // Of the same dimension of all operands that have it, as of a valid call.
  void change_sizes_in_place() {
    for (const bool from_left : {true, false}) {
      for (std::size_t at = 0; at < c_.operands.front().shape.rank(); ++at) {
        const auto place = [&](const Shape& shape) {
          return from_left ? at : shape.rank() - 1 - at;
        };
        const std::int64_t size = c_.operands.front().shape[place(c_.operands.front().shape)];
        if (size == 1) continue;
        for (const std::int64_t other : smaller(size)) {
          std::vector<Shape> changed = shapes();
          for (Shape& shape : changed) {
            if (at < shape.rank() && shape[place(shape)] == size) shape[place(shape)] = other;
          }
          add_shapes(changed);
        }
      }
    }
  }

  // Two neighbours of every operand that has them become one: as many elements, fewer dimensions.
  void merge_dimensions() {
    for (std::size_t at = 0; at + 1 < c_.operands.front().shape.rank(); ++at) {
      std::vector<Shape> merged = shapes();
      for (Shape& shape : merged) {
        if (at + 1 >= shape.rank()) continue;
        Shape shorter = shape.slice(0, at);
        shorter.push_back(shape[at] * shape[at + 1]);
        shorter.append(shape.slice(at + 2, shape.rank() - at - 2));
        shape = shorter;
      }
      add_shapes(merged);
    }
  }

  void change_sizes_alone() {
    const std::vector<Shape> original = shapes();
    for (std::size_t i = 0; i < original.size(); ++i) {
      for (std::size_t dim = 0; dim < original[i].rank(); ++dim) {
        if (original[i][dim] == 1) continue;
        for (const std::int64_t other : smaller(original[i][dim])) {
          std::vector<Shape> changed = original;
          changed[i][dim] = other;
          add_shapes(changed);
        }
      }
    }
  }

  void round_values() {
    for (std::size_t i = 0; i < c_.operands.size(); ++i) {
      const std::vector<double>& values = c_.operands[i].values;
      for (std::size_t at = 0; at < values.size(); ++at) {
        for (const double value :
             {0.0, 1.0, -1.0, std::round(values[at]), std::round(values[at] * 4) / 4}) {
          if (!std::isfinite(value) || value == values[at]) continue;
          Case c = c_;
          c.operands[i].values[at] = value;
          steps_.push_back(std::move(c));
        }
      }
    }
  }

  const Case& c_;
  std::vector<Case> steps_;
};

}  // namespace

std::vector<Case> steps_down(const Case& c) { return Steps(c).all(); }

}  // namespace shapefuzz
