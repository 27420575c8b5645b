// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/sweep/deviations.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "harness/language/case/mistake.h"
#include "harness/language/case/values.h"
#include "harness/language/case/zone.h"
#include "harness/search/sweep/plan.h"

namespace shapefuzz {
namespace {

// Few digits, for the reader; no probability becomes 0 or 1.
std::vector<double> rounded(std::vector<double> values) {
  constexpr double kSteps = 32;
  for (double& value : values) value = std::round(value * kSteps) / kSteps;
  return values;
}

// Every deviation of one valid call.
class Around {
 public:
  Around(const Loss& loss, const Case& base, const Reading& reading, const Bounds& bounds,
         std::vector<Case>& all)
      : loss_(loss), base_(base), reading_(reading), bounds_(bounds), all_(all) {}

  /// Dtypes and layouts are tried with the first sizes only: there they cost the most, and shapes
  /// hardly matter to them.
  void add_everything(bool storage) {
    add_options(/*with_values=*/!storage || loss_.spec.own);
    add_values();
    add_single_precision();
    add_expandable();
    add_constants();
    if (storage) {
      for (std::size_t i = 0; i < base_.operands.size(); ++i) add_storage(i);
      add_storage_of_all();
    }
    add_optional_operands(storage);
    add_pairs_of_edges();
  }

 private:
  void add(Case c) { all_.push_back(std::move(c)); }

  std::vector<Case> with_options() const {
    std::vector<Case> cases;
    for (const OptionSpec& option : loss_.spec.options) {
      for (const OptionValue& value : option.samples) {
        cases.push_back(base_);
        cases.back().set_option(loss_.spec, option.name, value);
      }
    }
    return cases;
  }

  // Which values are illegal may depend on the option: the rates of poisson_nll_loss. That needs no
  // shapes but the smallest.
  void add_options(bool with_values) {
    for (const Case& c : with_options()) {
      add(c);
      if (!with_values) continue;
      Reading reading;
      if (zone_of(c, loss_.spec, &reading) != Zone::kValid) continue;
      Around(loss_, c, reading, bounds_, all_).add_values();
      Around(loss_, c, reading, bounds_, all_).add_unsigned();
    }
  }

  // A weight and label smoothing interact, so each optional operand meets every option.
  void add_optional_operands(bool storage) {
    for (std::size_t i = 0; i < patterns().size(); ++i) {
      if (!patterns()[i].optional) continue;
      Case c = base_;
      Operand operand;
      operand.name = patterns()[i].name;
      operand.dtype = default_dtype(patterns()[i].kind);
      operand.shape = instantiate(patterns()[i].pattern, reading_.bindings);
      const auto behind = std::find_if(c.operands.begin(), c.operands.end(),
                                       [&](const Operand& o) { return index_of(o.name) > i; });
      const auto position = static_cast<std::size_t>(behind - c.operands.begin());
      c.operands.insert(behind, operand);
      add(c);
      Reading reading;
      if (zone_of(c, loss_.spec, &reading) != Zone::kValid) continue;
      Around with(loss_, c, reading, bounds_, all_);
      for (const Case& option : with.with_options()) with.add(option);
      with.add_values();
      if (storage) with.add_storage(position);
    }
  }

  // Operands that must be expanded, with every option: all of one sample, all of one feature.
  void add_expandable() {
    for (const bool first : {true, false}) {
      Case c = base_;
      for (std::size_t i = 1; i < c.operands.size(); ++i) {
        const Shape& shape = c.operands[i].shape;
        Shape smaller;
        for (std::size_t dim = 0; dim < shape.rank(); ++dim) {
          const bool shrinks = dim == (first ? 0 : shape.rank() - 1);
          smaller.push_back(shrinks ? 1 : shape[dim]);
        }
        c.operands[i].shape = smaller;
      }
      Reading reading;
      if (c == base_ || zone_of(c, loss_.spec, &reading) != Zone::kExpandable) continue;
      add(c);
      Around small(loss_, c, reading, bounds_, all_);
      for (const Case& option : small.with_options()) add(option);
    }
  }

  static void make_constant(Operand& operand) {
    operand.constant = number_class(operand.dtype) == NumberClass::kFloating;
  }

  // Targets that need no gradient, as in most trainings: a shape that is refused backward otherwise
  // may be computed with then.
  void add_constants() {
    Case targets = base_;
    for (std::size_t i = 0; i < base_.operands.size(); ++i) {
      Case one = base_;
      make_constant(one.operands[i]);
      // An output without a gradient is no training; who differentiates inside needs it.
      const bool is_ordinary = i > 0 || !loss_.spec.own || bounds_.thorough;
      if (one != base_ && is_ordinary) add(std::move(one));
      if (i > 0) make_constant(targets.operands[i]);
    }
    if (targets == base_) return;
    std::int64_t largest = 1;
    for (const Operand& operand : base_.operands) {
      for (const std::int64_t size : operand.shape) largest = std::max(largest, size);
    }
    if (targets.operands.size() > 2) add(targets);
    for (std::size_t i = 1; i < targets.operands.size(); ++i) {
      for (const Mistake mistake : applicable_mistakes()) {
        const auto shape = apply(mistake, targets.operands[i].shape, 1);
        const bool is_small = shape && (bounds_.thorough || shape->elements() > 0) &&
                              shape->rank() <= targets.operands[0].shape.rank() &&
                              std::all_of(shape->begin(), shape->end(),
                                          [&](std::int64_t size) { return size <= largest; });
        if (!is_small) continue;
        Case c = targets;
        c.operands[i].shape = *shape;
        add(std::move(c));
      }
    }
  }

  void add_storage(std::size_t i) {
    for (const DType dtype : all_dtypes()) {
      if (!bounds_.thorough) break;
      if (base_.operands[i].dtype == dtype) continue;
      Case c = base_;
      c.operands[i].dtype = dtype;
      add(std::move(c));
    }
    for (const Layout layout : all_layouts()) {
      if (layout == Layout::kContiguous) continue;
      Case c = base_;
      c.operands[i].layout = layout;
      add(std::move(c));
    }
  }

  // All floating operands at once, as a model in half precision has them, or two images of bytes.
  void add_storage_of_all() {
    for (const DType dtype : all_dtypes()) {
      if (!bounds_.thorough) break;
      Case c = base_;
      for (Operand& operand : c.operands) {
        if (number_class(operand.dtype) == NumberClass::kFloating) operand.dtype = dtype;
      }
      if (c != base_) add(std::move(c));
    }
    for (const Layout layout : all_layouts()) {
      if (layout == Layout::kContiguous) continue;
      Case c = base_;
      for (Operand& operand : c.operands) operand.layout = layout;
      add(std::move(c));
    }
  }

  // Unsigned numbers wrap around in a formula that subtracts before it converts.
  void add_unsigned() {
    if (!bounds_.thorough) return;
    for (std::size_t i = 0; i < base_.operands.size(); ++i) {
      Case c = base_;
      c.operands[i].dtype = DType::kU8;
      add(std::move(c));
    }
  }

  // A number at the edge may be infinite in single precision only.
  void add_single_precision() {
    Case c = base_;
    for (Operand& operand : c.operands) {
      if (operand.dtype == DType::kF64) operand.dtype = DType::kF32;
    }
    Reading reading;
    if (zone_of(c, loss_.spec, &reading) != Zone::kValid) return;
    if (!bounds_.thorough) add(c);
    Around(loss_, c, reading, bounds_, all_).add_legal_values();
  }

  // One value among others.
  void add_values() {
    if (!bounds_.thorough) return;
    add_values_of(illegal_samples);
    add_legal_values();
  }
  // An empty batch computes nothing with it.
  void add_legal_values() {
    if (!bounds_.thorough) return;
    if (base_.operands.front().shape.elements() > 0) add_values_of(legal_samples);
  }

  // Two operands at their edges, for the same element: a probability of 0 and its logarithm. Single
  // numbers and pairs of them show whatever larger operands do.
  void add_pairs_of_edges() {
    if (!bounds_.thorough) return;
    for (std::size_t i = 0; i < base_.operands.size(); ++i) {
      for (std::size_t k = i + 1; k < base_.operands.size(); ++k) {
        for (const double first : edges_of_few(i)) {
          for (const double second : edges_of_few(k)) {
            Case c = base_;
            c.operands[i].values = values_with(i, first);
            c.operands[k].values = values_with(k, second);
            add(std::move(c));
          }
        }
      }
    }
  }

  std::vector<double> edges_of_few(std::size_t i) const {
    constexpr std::int64_t kFew = 2;
    const Operand& operand = base_.operands[i];
    const std::int64_t elements = operand.shape.elements();
    if (elements == 0 || elements > kFew) return {};
    if (!bounds_.unchecked && !loss_.checks(operand.name)) return {};
    return legal_samples(kind_of(i));
  }

  BoundKind kind_of(std::size_t i) const {
    return bind_kind(patterns()[index_of(base_.operands[i].name)], reading_.bindings);
  }

  // The values that are drawn anyway, the last one replaced.
  std::vector<double> values_with(std::size_t i, double last) const {
    const Operand& operand = base_.operands[i];
    std::vector<double> values;
    draw_values(kind_of(i), operand.shape, base_.seed, index_of(operand.name), values);
    values = rounded(values);
    values.back() = last;
    return values;
  }

  void add_values_of(std::vector<double> (*samples)(const BoundKind&)) {
    for (std::size_t i = 0; i < base_.operands.size(); ++i) {
      const Operand& operand = base_.operands[i];
      // A line with more values is not read by anybody.
      constexpr std::int64_t kMostValues = 12;
      if (operand.shape.elements() == 0 || operand.shape.elements() > kMostValues) continue;
      if (!bounds_.unchecked && !loss_.checks(operand.name)) continue;
      for (const double value : samples(kind_of(i))) {
        Case c = base_;
        c.operands[i].values = values_with(i, value);
        add(std::move(c));
      }
    }
  }

  const std::vector<OperandPattern>& patterns() const { return reading_.alternative->operands; }
  std::size_t index_of(const std::string& name) const {
    std::size_t i = 0;
    while (patterns()[i].name != name) ++i;
    return i;
  }

  const Loss& loss_;
  const Case& base_;
  const Reading& reading_;
  const Bounds& bounds_;
  std::vector<Case>& all_;
};

}  // namespace

std::vector<Case> deviations_of(const Loss& loss, const std::vector<std::string>& entries,
                                const Bounds& bounds, std::uint64_t seed) {
  std::vector<Case> plain;
  for (const Base& base : base_cases(loss, bounds, seed)) {
    Around(loss, base.c, base.reading, bounds, plain).add_everything(base.storage);
  }
  const bool reduces = loss.spec.reduces || loss.spec.find_option("reduction") == nullptr;
  std::vector<Case> all;
  std::set<std::string> lines;  // the expandable operands of two bases may be the same
  // One kernel is behind all entries of LibTorch; of somebody's own each is another one.
  const std::vector<Way> ways = ways_of(loss, entries);
  const auto is_first = [&](const Way& way) {
    return loss.spec.own || way.entry == entries.front();
  };
  for (const Case& c : far_cases(loss, bounds, seed)) {
    for (const Way& way : ways) {
      if (!is_first(way)) continue;
      all.push_back(c);
      set_way(all.back(), loss.spec, way);
    }
  }
  for (const Case& c : plain) {
    if (!lines.insert(to_string(c)).second) continue;
    for (const Way& way : ways) {
      // What an entry makes of the losses, its shapes have shown.
      if (reduces && !is_first(way) && way.reduction != ways.front().reduction) {
        continue;
      }
      if (!reduces && way.reduction != c.get<std::string>(loss.spec, "reduction")) continue;
      all.push_back(c);
      set_way(all.back(), loss.spec, way);
    }
  }
  return all;
}

}  // namespace shapefuzz
