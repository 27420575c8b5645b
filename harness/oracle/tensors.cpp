#include "harness/oracle/tensors.h"

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

at::Tensor contiguous(const Operand& operand, const std::vector<double>& values) {
  const at::IntArrayRef sizes = sizes_of(operand.shape);
  if (operand.dtype == DType::kF64) {
    at::Tensor tensor = at::empty(sizes, at::kDouble);
    if (!values.empty()) {
      std::memcpy(tensor.data_ptr(), values.data(), values.size() * sizeof(double));
    }
    return tensor;
  }
  if (operand.dtype == DType::kI64) {
    at::Tensor tensor = at::empty(sizes, at::kLong);
    auto* data = tensor.data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < values.size(); ++i) data[i] = static_cast<std::int64_t>(values[i]);
    return tensor;
  }
  at::Tensor doubles = at::empty(sizes, at::kDouble);
  if (!values.empty()) {
    std::memcpy(doubles.data_ptr(), values.data(), values.size() * sizeof(double));
  }
  return doubles.to(scalar_type(operand.dtype));
}

// The same elements at other places; a layout that this rank cannot have stays contiguous.
at::Tensor laid_out(const at::Tensor& tensor, Layout layout) {
  switch (layout) {
    case Layout::kContiguous:
      return tensor;
    case Layout::kTransposed:
      if (tensor.dim() < 2) return tensor;
      return tensor.transpose(-1, -2).contiguous().transpose(-1, -2);
    case Layout::kStrided: {
      if (tensor.dim() == 0) return tensor;
      const at::Tensor wide = at::zeros_like(tensor).unsqueeze(-1).repeat_interleave(2, -1);
      at::Tensor view = wide.select(-1, 0);
      view.copy_(tensor);
      return view;
    }
    case Layout::kExpanded:
      if (tensor.dim() == 0 || tensor.size(0) == 0) return tensor;
      // The storage stays as large as a contiguous one: a kernel that takes the tensor for that
      // reads other elements then, not other memory.
      return tensor.narrow(0, 0, 1).expand(tensor.sizes());
    case Layout::kSliced:
      break;
  }
  if (tensor.dim() == 0) return tensor;
  const at::Tensor long_one = at::cat({tensor, tensor, tensor}, 0);
  return long_one.narrow(0, tensor.size(0), tensor.size(0));
}

// The elements as doubles in row-major order; `holder` keeps a converted copy alive.
const double* doubles_of(const at::Tensor& tensor, at::Tensor& holder) {
  holder = tensor.detach();
  if (tensor.scalar_type() != at::kDouble || !tensor.is_contiguous()) {
    holder = holder.to(at::kDouble).contiguous();
  }
  return holder.data_ptr<double>();
}

}  // namespace

at::Tensor make_tensor(const Operand& operand, const std::vector<double>& values) {
  const at::Tensor tensor = contiguous(operand, values);
  return operand.layout == Layout::kContiguous ? tensor : laid_out(tensor, operand.layout);
}

Shape shape_of(const at::Tensor& tensor) {
  Shape shape;
  for (const std::int64_t size : tensor.sizes()) shape.push_back(size);
  return shape;
}

namespace {

Difference compare(const double* a, const double* e, std::size_t count, const Allowance& allowed) {
  Difference worst;
  double largest_gap = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (allowed.covers(a[i], e[i])) continue;
    const double gap = std::abs(a[i] - e[i]);
    // A NaN on one side is the worst of all.
    if (worst.equal || std::isnan(gap) || gap > largest_gap) {
      worst = {false, static_cast<std::int64_t>(i), a[i], e[i]};
      largest_gap = gap;
    }
  }
  return worst;
}

}  // namespace

std::vector<double> values_of(const at::Tensor& tensor) {
  at::Tensor keep;
  const double* const values = doubles_of(tensor, keep);
  return std::vector<double>(values, values + tensor.numel());
}

bool Allowance::covers(double a, double b) const {
  if (a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= gap) return true;
  if (std::isfinite(a) == std::isfinite(b)) return false;
  const double finite = std::isfinite(a) ? a : b;
  const double other = std::isfinite(a) ? b : a;
  return std::abs(finite) >= overflow &&
         (std::isnan(other) || std::signbit(other) == std::signbit(finite));
}

Difference compare(const at::Tensor& actual, const at::Tensor& expected, const Allowance& allowed) {
  at::Tensor keep_actual;
  at::Tensor keep_expected;
  const double* const a = doubles_of(actual, keep_actual);
  return compare(a, doubles_of(expected, keep_expected), static_cast<std::size_t>(actual.numel()),
                 allowed);
}

Difference compare(const std::vector<double>& actual, const std::vector<double>& expected,
                   const Allowance& allowed) {
  return compare(actual.data(), expected.data(), actual.size(), allowed);
}

double largest(const at::Tensor& tensor) {
  at::Tensor keep;
  const double* const values = doubles_of(tensor, keep);
  double most = 0;
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    if (std::isfinite(values[i])) most = std::max(most, std::abs(values[i]));
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
