// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/libtorch/tensors.h"

#include <cmath>
#include <cstring>

namespace shapefuzz {
namespace {

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return at::kHalf;
    case DType::kBF16:
      return at::kBFloat16;
    case DType::kF32:
      return at::kFloat;
    case DType::kF64:
      return at::kDouble;
    case DType::kI32:
      return at::kInt;
    case DType::kI64:
      return at::kLong;
    case DType::kU8:
      return at::kByte;
    case DType::kBool:
      break;
  }
  return at::kBool;
}

// Elements are read and written where they lie, not by operators: a judged case does so some dozen
// times, and each operator goes through the dispatcher.
//
// Calls `visit` with the place of each element in row-major order, counted in elements from the
// first one.
template <class Visit>
void for_each_place(const at::Tensor& tensor, Visit visit) {
  const std::int64_t count = tensor.numel();
  if (tensor.is_contiguous()) {
    for (std::int64_t i = 0; i < count; ++i) visit(i);
    return;
  }
  const at::IntArrayRef sizes = tensor.sizes();
  const at::IntArrayRef strides = tensor.strides();
  c10::SmallVector<std::int64_t, kMaxRank> index(sizes.size(), 0);
  std::int64_t place = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    visit(place);
    for (std::size_t dim = sizes.size(); dim-- > 0;) {
      place += strides[dim];
      if (++index[dim] < sizes[dim]) break;
      place -= strides[dim] * sizes[dim];
      index[dim] = 0;
    }
  }
}

template <class Element>
void read(const at::Tensor& tensor, double* out) {
  const auto* const data = static_cast<const Element*>(tensor.data_ptr());
  for_each_place(tensor, [&](std::int64_t place) { *out++ = static_cast<double>(data[place]); });
}

// Rounded as LibTorch converts a double.
template <class Element>
void write(const std::vector<double>& values, const at::Tensor& tensor) {
  auto* const data = static_cast<Element*>(tensor.data_ptr());
  const double* next = values.data();
  for_each_place(tensor, [&](std::int64_t place) { data[place] = c10::convert<Element>(*next++); });
}

// Whether the elements of a tensor lie in this process's memory as its strides say.
bool lies_open(const at::Tensor& tensor) {
  return tensor.layout() == at::kStrided && tensor.device().is_cpu() && !tensor.is_neg() &&
         !tensor._is_zerotensor();
}

// Calls `visit` with an element of that dtype; false for one that no case has.
template <class Visit>
bool with_element(at::ScalarType type, Visit visit) {
  switch (type) {  // NOLINT(bugprone-branch-clone): each branch has a type of its own
    case at::kHalf:
      return visit(at::Half()), true;
    case at::kBFloat16:
      return visit(at::BFloat16()), true;
    case at::kFloat:
      return visit(float()), true;
    case at::kDouble:
      return visit(double()), true;
    case at::kInt:
      return visit(std::int32_t()), true;
    case at::kLong:
      return visit(std::int64_t()), true;
    case at::kByte:
      return visit(std::uint8_t()), true;
    case at::kBool:
      return visit(bool()), true;
    default:
      return false;
  }
}

void read(const at::Tensor& tensor, double* out) {
  if (tensor.numel() == 0) return;
  const auto visit = [&](auto element) { read<decltype(element)>(tensor, out); };
  if (lies_open(tensor) && with_element(tensor.scalar_type(), visit)) return;
  const at::Tensor doubles = tensor.detach().to_dense().to(at::kCPU, at::kDouble).contiguous();
  read<double>(doubles, out);
}

void write(const std::vector<double>& values, const at::Tensor& tensor) {
  if (values.empty()) return;
  const auto visit = [&](auto element) { write<decltype(element)>(values, tensor); };
  if (with_element(tensor.scalar_type(), visit)) return;
  const at::Tensor doubles = at::empty(tensor.sizes(), at::kDouble);
  write<double>(values, doubles);
  tensor.copy_(doubles);
}

// Of tensors of one shape; `Bits` is as wide as an element.
template <class Bits>
bool same_elements(const at::Tensor& a, const at::Tensor& b) {
  std::vector<Bits> bits;
  bits.reserve(static_cast<std::size_t>(a.numel()));
  const auto* const first = static_cast<const Bits*>(a.data_ptr());
  for_each_place(a, [&](std::int64_t place) { bits.push_back(first[place]); });
  const auto* const second = static_cast<const Bits*>(b.data_ptr());
  auto next = bits.begin();
  bool same = true;
  for_each_place(b, [&](std::int64_t place) { same = same && *next++ == second[place]; });
  return same;
}

}  // namespace

at::Tensor make_tensor(at::IntArrayRef sizes, at::ScalarType type,
                       const std::vector<double>& values) {
  at::Tensor tensor = at::empty(sizes, type);
  write(values, tensor);
  return tensor;
}

at::Tensor make_tensor(const Operand& operand, const std::vector<double>& values) {
  const at::IntArrayRef sizes = sizes_of(operand.shape);
  const at::ScalarType type = scalar_type(operand.dtype);
  std::vector<std::int64_t> other = sizes.vec();
  switch (operand.layout) {
    case Layout::kTransposed: {
      if (sizes.size() < 2) break;
      std::swap(other.back(), other[other.size() - 2]);
      at::Tensor view = at::empty(other, type).transpose(-1, -2);
      write(values, view);
      return view;
    }
    case Layout::kStrided: {
      if (sizes.empty()) break;
      other.push_back(2);
      const at::Tensor wide = at::empty(other, type);
      if (wide.numel() != 0) std::memset(wide.data_ptr(), 0, wide.nbytes());
      at::Tensor view = wide.select(-1, 0);
      write(values, view);
      return view;
    }
    case Layout::kSliced: {
      if (sizes.empty()) break;
      other.front() *= 3;
      const at::Tensor long_one = at::empty(other, type);
      for (std::int64_t third = 0; third < 3; ++third) {
        write(values, long_one.narrow(0, third * sizes.front(), sizes.front()));
      }
      return long_one.narrow(0, sizes.front(), sizes.front());
    }
    case Layout::kExpanded:
      if (sizes.empty() || sizes.front() == 0) break;
      // The storage stays as large as a contiguous one: a kernel that takes the tensor for that
      // reads other elements then, not other memory.
      return make_tensor(sizes, type, values).narrow(0, 0, 1).expand(sizes);
    case Layout::kContiguous:
      break;
  }
  return make_tensor(sizes, type, values);
}

Shape shape_of(const at::Tensor& tensor) {
  Shape shape;
  for (const std::int64_t size : tensor.sizes()) shape.push_back(size);
  return shape;
}

std::vector<double> values_of(const at::Tensor& tensor) {
  std::vector<double> values(static_cast<std::size_t>(tensor.numel()));
  read(tensor, values.data());
  return values;
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (a.defined() != b.defined()) return false;
  if (!a.defined()) return true;
  if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
  if (a.numel() == 0) return true;
  if (lies_open(a) && lies_open(b)) {
    if (a.is_contiguous() && b.is_contiguous()) {
      return std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
    }
    switch (a.element_size()) {
      case 1:
        return same_elements<std::uint8_t>(a, b);
      case 2:
        return same_elements<std::uint16_t>(a, b);
      case 4:
        return same_elements<std::uint32_t>(a, b);
      case 8:
        return same_elements<std::uint64_t>(a, b);
      default:
        break;
    }
  }
  const at::Tensor x = a.detach().to_dense().contiguous();
  const at::Tensor y = b.detach().to_dense().contiguous();
  return std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0;
}

bool Allowance::covers(double a, double b) const {
  if (a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= gap) return true;
  if (!std::isfinite(a) && !std::isfinite(b)) {
    return either_infinity || std::isnan(a) || std::isnan(b);
  }
  if (std::isfinite(a) && std::isfinite(b)) return false;
  const double finite = std::isfinite(a) ? a : b;
  const double other = std::isfinite(a) ? b : a;
  return std::abs(finite) >= overflow &&
         (std::isnan(other) || std::signbit(other) == std::signbit(finite));
}

Difference compare(const std::vector<double>& actual, const std::vector<double>& expected,
                   const Allowance& allowed) {
  Difference worst;
  double largest_gap = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double a = actual[i];
    const double e = expected[i];
    if (allowed.covers(a, e)) continue;
    const double gap = std::abs(a - e);
    // A NaN on one side is the worst of all.
    if (worst.equal || std::isnan(gap) || gap > largest_gap) {
      worst = {false, static_cast<std::int64_t>(i), a, e};
      largest_gap = gap;
    }
  }
  return worst;
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) {
    if (std::isfinite(value)) most = std::max(most, std::abs(value));
  }
  return most;
}

double unit_roundoff(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kHalf:
      return 0x1.0p-11;
    case at::kBFloat16:
      return 0x1.0p-8;
    case at::kFloat:
      return 0x1.0p-24;
    default:
      return 0x1.0p-53;
  }
}

double largest_finite(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kHalf:
      return 65504;
    case at::kBFloat16:
      return 0x1.FEp127;
    case at::kFloat:
      return std::numeric_limits<float>::max();
    case at::kDouble:
      return std::numeric_limits<double>::max();
    default:
      return std::numeric_limits<double>::infinity();
  }
}

}  // namespace shapefuzz
