// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/repair/variants.h"

#include <algorithm>
#include <numeric>

namespace shapefuzz {
namespace {

// How much one is less likely than another. The first three are the mistakes that people report
// most; whoever forgets a dimension forgets the last one or that of the channels.
constexpr double kCommon = 1.0;
constexpr double kChannel = 1.1;
constexpr double kElsewhere = 1.3;
constexpr double kChannelsMoved = 1.4;  // channels last for channels first, or the reverse
constexpr double kOneImage = 2.4;       // the same without a batch
constexpr double kNeighbours = 1.5;     // two neighbouring dimensions exchanged
constexpr double kExchanged = 1.9;
constexpr double kReordered = 2.6;
constexpr double kClassesToIndex = 1.6;
constexpr double kFlattened = 2.4;
constexpr double kRepeated = 1.5;
constexpr double kRepeatedLabel = 2.8;  // one class for a whole row is rarely meant
constexpr double kSecondStep = 0.2;

std::int64_t number(std::size_t dim) { return static_cast<std::int64_t>(dim); }

std::vector<std::int64_t> sizes_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

// Whether one shape is the other with neighbouring dimensions merged. What crosses their borders
// would mix the elements of one sample with those of another.
bool only_merges(const Shape& a, const Shape& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.rank() || j < b.rank()) {
    if (i < a.rank() && a[i] == 1) {
      ++i;
      continue;
    }
    if (j < b.rank() && b[j] == 1) {
      ++j;
      continue;
    }
    if (i == a.rank() || j == b.rank()) return false;
    const bool grows_a = a[i] < b[j];
    const Shape& finer = grows_a ? a : b;
    std::size_t& fine = grows_a ? i : j;
    const std::int64_t whole = grows_a ? b[j++] : a[i++];
    std::int64_t part = 1;
    while (fine < finer.rank() && part < whole) part *= finer[fine++];
    if (part != whole) return false;
  }
  return true;
}

class Variants {
 public:
  explicit Variants(const Wanted& wanted) : wanted_(wanted) {}

  std::vector<Variant> of(const Shape& shape, bool two_steps) {
    from_ = {{}, shape, 0, false};
    add_steps();
    const std::vector<Variant> single = found_;
    for (const Variant& first : single) {
      const Method method = first.steps.front().method;
      const bool goes_on = two_steps && method != Method::kReshape && method != Method::kExpand;
      if (!goes_on) continue;
      from_ = first;
      from_.effort += kSecondStep;
      add_steps();
    }
    found_.erase(std::remove_if(found_.begin(), found_.end(),
                                [&](const Variant& variant) {
                                  return variant.shape == shape && !variant.to_index;
                                }),
                 found_.end());
    return std::move(found_);
  }

 private:
  void add(EditStep step, double effort) {
    Operand operand;
    operand.shape = from_.shape;
    Variant variant = from_;
    variant.shape = applied(step, operand).shape;
    variant.effort += effort;
    variant.to_index = variant.to_index || step.method == Method::kArgmax;
    variant.steps.push_back(std::move(step));
    const auto known = std::find_if(found_.begin(), found_.end(), [&](const Variant& other) {
      return other.shape == variant.shape && other.to_index == variant.to_index;
    });
    if (known == found_.end()) {
      found_.push_back(std::move(variant));
    } else if (variant.effort < known->effort) {
      *known = std::move(variant);
    }
  }

  void add_steps() {
    const Shape& shape = from_.shape;
    const std::size_t rank = shape.rank();
    for (std::size_t dim = 0; dim < rank; ++dim) {
      if (shape[dim] != 1) continue;
      const bool last = dim + 1 == rank;
      add({Method::kSqueeze, {last ? -1 : number(dim)}}, last       ? kCommon
                                                         : dim == 1 ? kChannel
                                                                    : kElsewhere);
    }
    for (std::size_t dim = 0; dim <= rank && rank < kMaxRank; ++dim) {
      const bool last = dim == rank;
      add({Method::kUnsqueeze, {last ? -1 : number(dim)}}, last       ? kCommon
                                                           : dim == 1 ? kChannel
                                                                      : kElsewhere);
    }
    add_orders();
    add_flattened();
    add_argmax();
    if (wanted_.demanded) add_demanded(*wanted_.demanded);
  }

  void add_orders() {
    const std::size_t rank = from_.shape.rank();
    if (rank < 2) return;
    constexpr std::size_t kMostOrders = 5;  // 120 of them
    if (rank > 2) {
      // From [N,H,W,C] to [N,C,H,W] and back; of a single image without N.
      for (const std::size_t batch : {std::size_t{1}, std::size_t{0}}) {
        const auto begin = static_cast<std::ptrdiff_t>(batch);
        std::vector<std::int64_t> order(rank);
        std::iota(order.begin(), order.end(), 0);
        std::rotate(order.begin() + begin, order.end() - 1, order.end());
        if (rank - batch > 2)
          add({Method::kPermute, order}, batch == 0 ? kOneImage : kChannelsMoved);
        std::iota(order.begin(), order.end(), 0);
        std::rotate(order.begin() + begin, order.begin() + begin + 1, order.end());
        if (rank - batch > 2)
          add({Method::kPermute, order}, (batch == 0 ? kOneImage : kChannelsMoved) + 0.1);
      }
    }
    for (std::size_t a = 0; a < rank; ++a) {
      for (std::size_t b = a + 1; b < rank; ++b) {
        add({Method::kTranspose, {number(a), number(b)}}, b == a + 1 ? kNeighbours : kExchanged);
      }
    }
    if (rank < 3 || rank > kMostOrders) return;
    std::vector<std::int64_t> order(rank);
    std::iota(order.begin(), order.end(), 0);
    while (std::next_permutation(order.begin(), order.end())) {
      add({Method::kPermute, order}, kReordered);
    }
  }

  // [N,T,C] as [N*T,C]: two neighbours in one.
  void add_flattened() {
    if (!from_.steps.empty()) return;
    const Shape& shape = from_.shape;
    for (std::size_t i = 0; i + 1 < shape.rank(); ++i) {
      if (shape[i] == 1 || shape[i + 1] == 1) continue;
      std::vector<std::int64_t> sizes = sizes_of(shape);
      sizes[i] *= sizes[i + 1];
      sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      add({Method::kReshape, sizes}, kFlattened);
    }
  }

  void add_argmax() {
    if (!wanted_.classes || from_.to_index) return;
    for (std::size_t dim = 0; dim < from_.shape.rank(); ++dim) {
      const bool is_one_hot = from_.shape[dim] == *wanted_.classes && *wanted_.classes > 1;
      if (!is_one_hot) continue;
      add({Method::kArgmax, {number(dim)}}, kClassesToIndex + (dim == wanted_.class_dim ? 0 : 0.4));
    }
  }

  void add_demanded(const Shape& demanded) {
    const Shape& shape = from_.shape;
    if (shape == demanded) return;
    const bool is_as_it_came = from_.steps.empty();
    if (is_as_it_came && shape.elements() == demanded.elements() && only_merges(shape, demanded)) {
      add({Method::kReshape, sizes_of(demanded)}, kFlattened);
    }
    const bool repeats = (is_as_it_came && wanted_.expands) || wanted_.may_repeat;
    if (repeats && expands_to(shape, demanded)) {
      add({Method::kExpand, sizes_of(demanded)}, wanted_.is_label ? kRepeatedLabel : kRepeated);
    }
  }

  const Wanted& wanted_;
  Variant from_;
  std::vector<Variant> found_;
};

}  // namespace

std::vector<Variant> variants_of(const Shape& shape, const Wanted& wanted, bool two_steps) {
  return Variants(wanted).of(shape, two_steps);
}

}  // namespace shapefuzz
