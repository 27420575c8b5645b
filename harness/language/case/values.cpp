// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/values.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace shapefuzz {
namespace {

// Numbers for one operand: the i-th depends on seed, operand and i alone.
class Stream {
 public:
  Stream(std::uint64_t seed, std::size_t operand) : state_(mix(mix(seed) + operand)) {}

  std::uint64_t bits() { return mix(state_ + counter_++); }
  /// Uniform in [low, high), 53 random bits.
  double real(double low, double high) {
    return low + (high - low) * (static_cast<double>(bits() >> 11) * 0x1.0p-53);
  }
  /// Uniform in [0, count); 0 if there is nothing to choose from.
  std::int64_t below(std::int64_t count) {
    return count <= 0 ? 0 : static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(count));
  }

 private:
  std::uint64_t state_;
  std::uint64_t counter_ = 0;
};

// A tiny norm in a denominator makes rounding as large as a mistake.
double away_from_zero(double value) {
  constexpr double kLeast = 0x1.0p-5;
  return std::abs(value) < kLeast ? value + std::copysign(kLeast, value) : value;
}

double label(Stream& stream, const BoundKind& kind) {
  // With the blank as the only class there is no label; 0 at least stays inside.
  if (kind.argument < 2) return 0;
  const std::int64_t drawn = stream.below(kind.argument - 1);
  const std::int64_t blank = kind.special.value_or(-1);
  return static_cast<double>(drawn >= blank && blank >= 0 ? drawn + 1 : drawn);
}

// At least one step and one label, where there is one: an empty sequence has nothing to compare.
double length(Stream& stream, const BoundKind& kind) {
  return static_cast<double>(kind.argument == 0 ? 0 : 1 + stream.below(kind.argument));
}

std::int64_t row_length(const Shape& shape) { return shape.empty() ? 1 : shape.from_right(0); }

// Each row: a random number of distinct classes, then -1 (documentation of MultiLabelMarginLoss).
void draw_classes(Stream& stream, const BoundKind& kind, const Shape& shape,
                  std::vector<double>& values) {
  const std::int64_t width = row_length(shape);
  std::vector<std::int64_t> order(
      static_cast<std::size_t>(std::max<std::int64_t>(kind.argument, 0)));
  // Once for all rows: any order of the classes serves the next row as well as the sorted one.
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t row = 0; row < values.size(); row += static_cast<std::size_t>(width)) {
    const std::int64_t most = std::min(width, kind.argument);
    const std::int64_t count = most <= 0 ? 0 : 1 + stream.below(most);
    for (std::int64_t i = 0; i < width; ++i) {
      double& value = values[row + static_cast<std::size_t>(i)];
      value = -1;
      if (i >= count) continue;
      std::swap(order[static_cast<std::size_t>(i)],
                order[static_cast<std::size_t>(i + stream.below(kind.argument - i))]);
      value = static_cast<double>(order[static_cast<std::size_t>(i)]);
    }
  }
}

// Cuts [0, L] at random places; the pieces sum to L.
void draw_split(Stream& stream, const BoundKind& kind, std::vector<double>& values) {
  if (values.empty()) return;
  std::vector<double> cuts = {0, static_cast<double>(kind.argument)};
  while (cuts.size() <= values.size()) {
    cuts.push_back(static_cast<double>(stream.below(kind.argument + 1)));
  }
  std::sort(cuts.begin(), cuts.end());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = cuts[i + 1] - cuts[i];
}

// Boxes that overlap, as most that are compared do.
void draw_boxes(Stream& stream, std::vector<double>& values) {
  constexpr auto kCorners = static_cast<std::size_t>(kCornersOfBox);
  std::fill(values.begin(), values.end(), 0);  // of a shape that is no row of boxes
  for (std::size_t row = 0; row + kCorners <= values.size(); row += kCorners) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      values[row + axis] = stream.real(0, 1);
      values[row + axis + 2] = values[row + axis] + stream.real(0.25, 1);
    }
  }
}

// "(x1, y1, x2, y2) with 0 <= x1 < x2 and 0 <= y1 < y2" (documentation of torchvision.ops).
std::optional<std::string> crossed_corners(const std::vector<double>& values) {
  constexpr auto kCorners = static_cast<std::size_t>(kCornersOfBox);
  for (std::size_t row = 0; row + kCorners <= values.size(); row += kCorners) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      if (values[row + axis] <= values[row + axis + 2]) continue;
      return fmt::format("{} before {} where the contract has the lower corner first",
                         values[row + axis], values[row + axis + 2]);
    }
  }
  return std::nullopt;
}

bool whole_in(double value, std::int64_t low, std::int64_t high) {
  return value == std::floor(value) && value >= static_cast<double>(low) &&
         value < static_cast<double>(high);
}

bool is_special(const BoundKind& kind, double value) {
  return kind.special && value == static_cast<double>(*kind.special);
}

// Whether one value is legal by itself, and what the kind demands if it is not.
std::optional<std::string> illegal_alone(const BoundKind& kind, double value) {
  const auto demand = [&](bool legal, std::string text) {
    return legal ? std::nullopt : std::optional<std::string>(std::move(text));
  };
  switch (kind.kind) {
    case Kind::kReal:
    case Kind::kRate:
    case Kind::kProbOrLog:
    case Kind::kBox:
      return std::nullopt;
    case Kind::kPositive:
      return demand(value >= 0, "a number of at least 0");
    case Kind::kWeight:
      return demand(value >= 0, "a weight of at least 0");
    case Kind::kProb:
      return demand(value >= 0 && value <= 1, "a probability in [0, 1]");
    case Kind::kLogProb:
      return demand(value <= 0, "a log-probability of at most 0");
    case Kind::kSign:
      return demand(value == 1 || value == -1, "1 or -1");
    case Kind::kBinary:
      return demand(value == 0 || value == 1, "0 or 1");
    case Kind::kIndex:
      if (kind.argument < 0) {
        return demand(value >= 0 && value == std::floor(value), "a whole number of at least 0");
      }
      return demand(whole_in(value, 0, kind.argument) || is_special(kind, value),
                    fmt::format("a class index in [0, {})", kind.argument));
    case Kind::kLabel:
      return demand(whole_in(value, 0, kind.argument) && !is_special(kind, value),
                    fmt::format("a label in [0, {}) that is not the blank", kind.argument));
    case Kind::kClasses:
      return demand(whole_in(value, -1, kind.argument),
                    fmt::format("a class index in [0, {}), or -1 behind them", kind.argument));
    case Kind::kLength:
      return demand(whole_in(value, 0, kind.argument + 1),
                    fmt::format("a length in [0, {}]", kind.argument));
    case Kind::kSplit:
      return demand(value >= 0 && value == std::floor(value), "a length of at least 0");
  }
  return std::nullopt;
}

// "Only a contiguous block of non-negative targets that starts at the front" counts, and a class
// that it names twice would be counted twice (documentation of MultiLabelMarginLoss, where the
// block is a set). Zeros and ones in every place are another notation of the same: a flag for each
// class.
std::optional<std::string> repeated_classes(const Shape& shape, const std::vector<double>& values) {
  constexpr std::size_t kMostNamed = 3;
  const auto width = static_cast<std::size_t>(std::max<std::int64_t>(row_length(shape), 1));
  for (std::size_t row = 0; row + width <= values.size(); row += width) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(row);
    const auto end = first + static_cast<std::ptrdiff_t>(width);
    std::vector<double> named(first, std::find(first, end, -1.0));
    const bool flags = named.size() == width && std::all_of(first, end, [](double value) {
                         return value == 0 || value == 1;
                       });
    std::sort(named.begin(), named.end());
    std::set<double> repeated;
    for (std::size_t i = 1; i < named.size() && repeated.size() < kMostNamed; ++i) {
      if (named[i] == named[i - 1]) repeated.insert(named[i]);
    }
    if (repeated.empty()) continue;
    return fmt::format(
        "the class{} {} more than once in a row, where the contract has distinct classes before "
        "the first -1{}",
        repeated.size() == 1 ? "" : "es", fmt::join(repeated, " and "),
        flags ? " (rows of a 0 or 1 for each class, one-hot or multi-hot, are a target of "
                "multilabel_soft_margin_loss)"
              : "");
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t mix(std::uint64_t counter) {
  std::uint64_t z = counter + 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

BoundKind bind_kind(const OperandPattern& operand, const Bindings& bindings) {
  BoundKind bound;
  bound.kind = operand.kind;
  if (operand.kind == Kind::kIndex) bound.argument = -1;
  if (!operand.arguments.empty()) bound.argument = bindings.size_or(operand.arguments[0], 1);
  // An option's value, which unlike a size may be negative.
  if (operand.arguments.size() > 1) {
    bound.special = bindings.size_or(operand.arguments[1], kUnbound);
  }
  if (bound.kind == Kind::kProbOrLog) {
    bound.kind = bound.argument != 0 ? Kind::kLogProb : Kind::kProb;
  } else if (bound.kind == Kind::kRate) {
    bound.kind = bound.argument != 0 ? Kind::kReal : Kind::kPositive;
  }
  return bound;
}

void draw_values(const BoundKind& kind, const Shape& shape, std::uint64_t seed,
                 std::size_t operand_index, std::vector<double>& values) {
  Stream stream(seed, operand_index);
  values.resize(static_cast<std::size_t>(shape.elements()));
  if (kind.kind == Kind::kClasses) return draw_classes(stream, kind, shape, values);
  if (kind.kind == Kind::kSplit) return draw_split(stream, kind, values);
  if (kind.kind == Kind::kBox) return draw_boxes(stream, values);
  for (double& value : values) {
    switch (kind.kind) {
      case Kind::kPositive:
      case Kind::kWeight:
        value = stream.real(0.5, 2);  // away from 0, where a logarithm or a division explodes
        break;
      case Kind::kProb:
        value = stream.real(0.05, 0.95);  // likewise: log(p) and log(1 - p) stay tame
        break;
      case Kind::kLogProb:
        value = stream.real(-3, -0.05);
        break;
      case Kind::kSign:
        value = stream.below(2) == 0 ? -1 : 1;
        break;
      case Kind::kBinary:
        value = static_cast<double>(stream.below(2));
        break;
      case Kind::kIndex:
        // Few identities, so that some come twice.
        value = static_cast<double>(stream.below(kind.argument < 0 ? 3 : kind.argument));
        break;
      case Kind::kLabel:
        value = label(stream, kind);
        break;
      case Kind::kLength:
        value = length(stream, kind);
        break;
      case Kind::kReal:
      case Kind::kRate:
      case Kind::kProbOrLog:
      case Kind::kClasses:
      case Kind::kSplit:
      case Kind::kBox:
        value = away_from_zero(stream.real(-2, 2));  // reaches both sides of every default margin
        break;
    }
  }
}

std::vector<double> effective_values(const Operand& operand, const BoundKind& kind,
                                     std::uint64_t seed, std::size_t operand_index) {
  std::vector<double> values = operand.values;
  if (values.empty()) {
    draw_values(kind, operand.shape, seed, operand_index, values);
    if (operand.dtype == DType::kU8) {
      for (double& value : values) value = std::abs(value);
    }
    if (operand.dtype == DType::kBool && kind.kind == Kind::kLabel) {
      // There are two, and one may be the blank.
      std::fill(values.begin(), values.end(), kind.special == 1 ? 0 : 1);
    }
  }
  if (operand.layout == Layout::kExpanded && operand.shape.rank() > 0 && !values.empty()) {
    const std::size_t entry = values.size() / static_cast<std::size_t>(operand.shape[0]);
    for (std::size_t i = entry; i < values.size(); ++i) values[i] = values[i - entry];
  }
  return values;
}

std::vector<double> held_values(const Operand& operand, const BoundKind& kind, std::uint64_t seed,
                                std::size_t operand_index) {
  std::vector<double> values = effective_values(operand, kind, seed, operand_index);
  for (double& value : values) value = rounded_to(operand.dtype, value);
  return values;
}

std::optional<std::string> illegal_value(const BoundKind& kind, const Shape& shape,
                                         const std::vector<double>& values) {
  for (const double value : values) {
    if (const auto demand = illegal_alone(kind, value)) {
      return fmt::format("{} where the contract has {}", value, *demand);
    }
  }
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (kind.kind == Kind::kSplit && sum != static_cast<double>(kind.argument)) {
    return fmt::format("a sum of {} where the contract has {}", sum, kind.argument);
  }
  if (kind.kind == Kind::kClasses) return repeated_classes(shape, values);
  if (kind.kind == Kind::kBox) return crossed_corners(values);
  return std::nullopt;
}

std::vector<double> illegal_samples(const BoundKind& kind) {
  const auto end = static_cast<double>(kind.argument);
  switch (kind.kind) {
    case Kind::kPositive:
    case Kind::kWeight:
      return {-1};
    case Kind::kProb:
      return {-0.5, 1.5};
    case Kind::kLogProb:
      return {0.5};
    case Kind::kSign:
      return {0, 2};
    case Kind::kBinary:
      return {-1, 2};
    case Kind::kIndex:
      if (kind.argument < 0) return {-1};
      return {-1, end};
    case Kind::kLabel:
      return {-1, end, static_cast<double>(kind.special.value_or(-1))};
    case Kind::kClasses:
      return {-2, end};
    case Kind::kLength:
      return {end + 1};
    case Kind::kReal:
    case Kind::kRate:
    case Kind::kProbOrLog:
    case Kind::kSplit:
    case Kind::kBox:
      break;
  }
  return {};
}

std::vector<double> legal_samples(const BoundKind& kind) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // Below every epsilon that LibTorch adds or clamps to, and no 0 in f32 either.
  constexpr double kTiny = 1e-20;
  // The smallest number of all: its logarithm is clamped, and 1 over it is an infinity.
  constexpr double kLeast = std::numeric_limits<double>::denorm_min();
  const auto end = static_cast<double>(kind.argument);
  std::vector<double> samples;
  switch (kind.kind) {
    case Kind::kReal:
      // exp(100) is an infinity in f32, 0 the kink of a norm; -inf masks a score.
      return {0, 100, -100, kInfinity, -kInfinity, kTiny};
    case Kind::kPositive:
      return {0, kLeast, kTiny, kInfinity};
    case Kind::kWeight:
      return {0, kTiny};
    case Kind::kProb:
      return {0, kLeast, kTiny, 1};
    case Kind::kLogProb:
      return {0, -100, -kInfinity};  // the logarithm of a probability of 0
    case Kind::kIndex:
      if (kind.argument < 0) return {0};
      [[fallthrough]];
    case Kind::kLabel:
      samples = {0, end - 1, static_cast<double>(kind.special.value_or(0))};
      break;
    case Kind::kLength:
      samples = {0, end};
      break;
    case Kind::kSign:
    case Kind::kBinary:
    case Kind::kClasses:
    case Kind::kSplit:
    case Kind::kRate:
    case Kind::kProbOrLog:
    case Kind::kBox:
      break;
  }
  std::sort(samples.begin(), samples.end());
  samples.erase(std::unique(samples.begin(), samples.end()), samples.end());
  samples.erase(
      std::remove_if(samples.begin(), samples.end(),
                     [&](double value) { return illegal_alone(kind, value).has_value(); }),
      samples.end());
  return samples;
}

bool is_boundary(const BoundKind& kind, double value) {
  if (info(kind.kind).integral) return false;
  const std::vector<double> samples = legal_samples(kind);
  return std::find(samples.begin(), samples.end(), value) != samples.end();
}

}  // namespace shapefuzz
