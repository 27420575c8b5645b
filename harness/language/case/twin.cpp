// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/twin.h"

#include <algorithm>
#include <set>

#include "harness/language/case/values.h"

namespace shapefuzz {
namespace {

using Sizes = std::vector<std::int64_t>;

std::int64_t add(std::int64_t a, std::int64_t b) { return a > kMaxSize - b ? kMaxSize : a + b; }

// Options that are sizes, or lists of them (the cutoffs between classes).
bool holds_sizes(const LossSpec& spec, const Option& option) {
  if (std::holds_alternative<std::vector<std::int64_t>>(option.value)) return true;
  return std::holds_alternative<std::int64_t>(option.value) && is_size(spec.contract, option.name);
}

std::vector<Option> all_options(const Case& c, const LossSpec& spec) {
  std::vector<Option> all;
  for (const OptionSpec& option : spec.options) {
    all.push_back({option.name, c.option(spec, option.name)});
  }
  return all;
}

// The sizes of a case that a twin may change, each once, the smallest first.
Sizes changeable_sizes(const Case& c, const LossSpec& spec, const std::set<std::int64_t>& numbers) {
  std::set<std::int64_t> sizes;
  for (const Operand& operand : c.operands)
    sizes.insert(operand.shape.begin(), operand.shape.end());
  for (const Option& option : all_options(c, spec)) {
    if (!holds_sizes(spec, option)) continue;
    if (const auto* size = std::get_if<std::int64_t>(&option.value)) sizes.insert(*size);
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&option.value)) {
      sizes.insert(list->begin(), list->end());
    }
  }
  Sizes changeable;
  for (const std::int64_t size : sizes) {
    if (size >= 2 && numbers.count(size) == 0) changeable.push_back(size);
  }
  return changeable;
}

// From the sizes of one case to those of another that has as many, in the same order.
class SizeMap {
 public:
  SizeMap(const Sizes& from, const Sizes& to) : from_(from), to_(to) {}

  std::int64_t operator()(std::int64_t size) const {
    const auto at = std::lower_bound(from_.begin(), from_.end(), size);
    if (at == from_.end() || *at != size) return size;
    return to_[static_cast<std::size_t>(at - from_.begin())];
  }
  Shape operator()(const Shape& shape) const {
    Shape mapped;
    for (const std::int64_t size : shape) mapped.push_back((*this)(size));
    return mapped;
  }

 private:
  const Sizes& from_;
  const Sizes& to_;
};

// Which counts of elements are equal. Some kernels compare those where the documentation compares
// shapes: [784] and [28,28] must become such a pair, and [5] and [3,3] must not.
std::vector<bool> equal_counts(const Case& c, const SizeMap& map) {
  std::vector<std::int64_t> counts;
  for (const Operand& operand : c.operands) {
    counts.push_back(map(operand.shape).elements());
  }
  const std::size_t operands = counts.size();
  for (const Operand& operand : c.operands) {
    for (const std::int64_t size : operand.shape) counts.push_back(map(size));
  }
  std::vector<bool> equal;
  for (std::size_t i = 0; i < operands; ++i) {
    for (std::size_t k = i + 1; k < counts.size(); ++k) equal.push_back(counts[i] == counts[k]);
  }
  return equal;
}

// Growing sequences of sizes from `least` on, without the contract's own numbers, in the order of
// their largest, then of the one before it, and so on.
class Sequences {
 public:
  Sequences(std::size_t length, std::int64_t least, const std::set<std::int64_t>& numbers)
      : length_(length) {
    for (std::int64_t size = least; candidates_.size() < length + kSpare; ++size) {
      if (numbers.count(size) == 0) candidates_.push_back(size);
    }
    for (std::size_t i = 0; i < length; ++i) chosen_.push_back(i);
  }

  Sizes sizes() const {
    Sizes sizes;
    for (const std::size_t i : chosen_) sizes.push_back(candidates_[i]);
    return sizes;
  }

  // False if there is no further one.
  bool next() {
    std::size_t i = 0;
    while (i + 1 < length_ && chosen_[i] + 1 == chosen_[i + 1]) {
      chosen_[i] = i;
      ++i;
    }
    return i < length_ && ++chosen_[i] < candidates_.size();
  }

 private:
  static constexpr std::size_t kSpare = 12;  // 4 for 2 and 9 for 3: squares of small sizes

  std::size_t length_;
  Sizes candidates_;
  std::vector<std::size_t> chosen_;  // candidates, growing
};

// The options in the twin's sizes. One that names a class (the blank) is a class there too.
void map_options(Case& twin, const LossSpec& spec, const Reading& reading, const SizeMap& map) {
  for (Option option : all_options(twin, spec)) {
    if (!holds_sizes(spec, option)) continue;
    if (auto* size = std::get_if<std::int64_t>(&option.value)) *size = map(*size);
    if (auto* list = std::get_if<std::vector<std::int64_t>>(&option.value)) {
      for (std::int64_t& size : *list) size = map(size);
    }
    twin.set_option(spec, option.name, option.value);
  }
  const Alternative& alternative = *reading.alternative;
  for (const OperandPattern& operand : alternative.operands) {
    if (operand.arguments.size() < 2) continue;
    if (operand.arguments[1].type != Dim::Type::kName) continue;
    const std::string& name = alternative.names[operand.arguments[1].name];
    if (spec.find_option(name) == nullptr) continue;
    const std::int64_t classes = reading.bindings.size_or(operand.arguments[0], 0);
    const std::int64_t value = reading.bindings.size_or(operand.arguments[1], kUnbound);
    if (value < 0 || value >= classes) continue;
    twin.set_option(spec, name, std::min(value, map(classes) - 1));
  }
}

// A listed value, as far from the ends of its kind as it was.
double map_value(const BoundKind& from, const BoundKind& to, double value) {
  const auto old_end = static_cast<double>(from.argument);
  const auto new_end = static_cast<double>(to.argument);
  if (!info(from.kind).integral || value < 0) return value;
  if (from.special && value == static_cast<double>(*from.special)) {
    return static_cast<double>(*to.special);
  }
  if (value >= old_end) return new_end + std::min(value - old_end, 2.0);
  return std::min(value, std::max(new_end - 1, 0.0));
}

// Of each place of the twin that the original has too, what stands there.
std::vector<double> values_at(const std::vector<double>& values, const Shape& from,
                              const Shape& to) {
  std::vector<double> taken;
  for (std::int64_t i = 0; i < to.elements(); ++i) {
    std::int64_t rest = i;
    std::int64_t at = 0;
    std::int64_t stride = 1;
    for (std::size_t dim = 0; dim < to.rank(); ++dim) {
      const std::int64_t index = rest % to.from_right(dim);
      rest /= to.from_right(dim);
      at += std::min(index, from.from_right(dim) - 1) * stride;
      stride *= from.from_right(dim);
    }
    taken.push_back(values[static_cast<std::size_t>(at)]);
  }
  return taken;
}

void map_values(const Operand& original, const BoundKind& from, const BoundKind& to,
                Operand& operand) {
  if (original.values.empty()) return;
  const bool was_illegal = illegal_value(from, original.shape, original.values).has_value();
  operand.values = values_at(original.values, original.shape, operand.shape);
  for (double& value : operand.values) value = map_value(from, to, value);
  const bool is_illegal = illegal_value(to, operand.shape, operand.values).has_value();
  if (is_illegal == was_illegal) return;
  if (!was_illegal) {
    operand.values.clear();  // drawn ones are legal
    return;
  }
  for (const double value : original.values) {
    if (!illegal_value(from, {}, {value})) continue;
    operand.values.back() = map_value(from, to, value);
    return;
  }
}

Case with_sizes(const Case& c, const LossSpec& spec, const SizeMap& map) {
  Case twin = c;
  for (Operand& operand : twin.operands) operand.shape = map(operand.shape);
  const Reading old_reading = nearest_reading(spec.contract, to_call(c, spec));
  map_options(twin, spec, old_reading, map);
  const Reading reading = nearest_reading(spec.contract, to_call(twin, spec));
  std::size_t index = 0;
  for (std::size_t i = 0; i < twin.operands.size(); ++i) {
    while (reading.alternative->operands[index].name != twin.operands[i].name) ++index;
    map_values(c.operands[i],
               bind_kind(old_reading.alternative->operands[index], old_reading.bindings),
               bind_kind(reading.alternative->operands[index], reading.bindings), twin.operands[i]);
  }
  return twin;
}

bool computes_sizes(const Contract& contract) {
  const auto computes = [](const Pattern& pattern) {
    return std::any_of(pattern.begin(), pattern.end(),
                       [](const Dim& dim) { return dim.is_computed(); });
  };
  return std::any_of(contract.alternatives.begin(), contract.alternatives.end(),
                     [&](const Alternative& alternative) {
                       return computes(alternative.result) ||
                              std::any_of(alternative.operands.begin(), alternative.operands.end(),
                                          [&](const OperandPattern& operand) {
                                            return computes(operand.pattern);
                                          });
                     });
}

Zone zone_by_shapes(const Case& c, const LossSpec& spec) {
  return classify(spec.contract, to_call(c, spec));
}

// The smallest sizes with the case's equal counts, and its zone where the contract computes with
// sizes (`2N`); without any such, the smallest.
Sizes twin_sizes(const Case& c, const LossSpec& spec, const Sizes& sizes, std::int64_t least,
                 const std::set<std::int64_t>& numbers) {
  constexpr int kMostTries = 20000;
  const std::vector<bool> wanted = equal_counts(c, {sizes, sizes});
  const bool computes = computes_sizes(spec.contract);
  const Zone zone = zone_by_shapes(c, spec);
  Sequences sequences(sizes.size(), least, numbers);
  const Sizes smallest = sequences.sizes();
  for (int i = 0; i < kMostTries; ++i) {
    const Sizes candidate = sequences.sizes();
    const bool fits =
        equal_counts(c, {sizes, candidate}) == wanted &&
        (!computes || zone_by_shapes(with_sizes(c, spec, {sizes, candidate}), spec) == zone);
    if (fits) return candidate;
    if (!sequences.next()) break;
  }
  return smallest;
}

bool is_legal(const Case& c, const LossSpec& spec) {
  return spec.illegal_option == nullptr || !spec.illegal_option(c, spec);
}

}  // namespace

std::int64_t elements_of(const Case& c, const LossSpec& spec) {
  std::int64_t elements = 0;
  std::optional<Shape> common = Shape{};
  for (const Operand& operand : c.operands) {
    elements = add(elements, operand.shape.elements());
    if (const auto next = broadcast(*common, operand.shape)) common = next;
  }
  elements = add(elements, common->elements());
  const Call call = to_call(c, spec);
  Reading reading;
  if (spec.open || classify(spec.contract, call, &reading) == Zone::kIncompatible) {
    reading = nearest_reading(spec.contract, call);
  }
  elements = add(elements, reading.result.elements());
  Shape layer;
  for (const std::string& name : spec.contract.options) {
    if (spec.find_option(name) == nullptr) continue;  // the length of a list
    const auto* const size = std::get_if<std::int64_t>(&c.option(spec, name));
    if (size != nullptr && *size > 1 && is_size(spec.contract, name)) layer.push_back(*size);
  }
  return layer.empty() ? elements : add(elements, layer.elements());
}

Shape Twin::original(const Shape& shape) const {
  Shape mapped;
  for (const std::int64_t size : shape) {
    const auto at = std::find_if(sizes.begin(), sizes.end(),
                                 [&](const auto& pair) { return pair.second == size; });
    mapped.push_back(at == sizes.end() ? size : at->first);
  }
  return mapped;
}

Twin twin_of(const Case& c, const LossSpec& spec) {
  const std::set<std::int64_t> numbers = sizes_named_by(spec.contract);
  const Sizes sizes = changeable_sizes(c, spec, numbers);
  Twin twin{c, {}};
  // Options may be related in a way of their own (a layer that is divided again and again): then
  // the sizes begin where what was legal is legal again.
  constexpr std::int64_t kMostLeast = 4096;
  for (std::int64_t least = 2; least <= kMostLeast; least *= 2) {
    const Sizes small = twin_sizes(c, spec, sizes, least, numbers);
    Case candidate = with_sizes(c, spec, {sizes, small});
    const bool fits = is_legal(candidate, spec) == is_legal(c, spec);
    if (!fits && least < kMostLeast) continue;
    twin.c = std::move(candidate);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] != small[i]) twin.sizes.emplace_back(sizes[i], small[i]);
    }
    break;
  }
  return twin;
}

}  // namespace shapefuzz
