// SPDX-License-Identifier: BSD-3-Clause
// Elements are read and written in place; LibTorch's own conversions are the reference.
#include "harness/oracle/libtorch/tensors.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shapefuzz {
namespace {

std::vector<double> by_libtorch(const at::Tensor& tensor) {
  const at::Tensor doubles = tensor.to(at::kDouble).contiguous();
  const auto* const data = doubles.data_ptr<double>();
  return std::vector<double>(data, data + doubles.numel());
}

// What LibTorch makes of doubles in that dtype.
std::vector<double> rounded(const std::vector<double>& values, at::ScalarType type) {
  at::Tensor doubles = at::empty({static_cast<std::int64_t>(values.size())}, at::kDouble);
  std::copy(values.begin(), values.end(), doubles.data_ptr<double>());
  return by_libtorch(doubles.to(type));
}

Operand operand_of(DType dtype, Layout layout, const Shape& shape) {
  Operand operand;
  operand.dtype = dtype;
  operand.layout = layout;
  operand.shape = shape;
  return operand;
}

std::vector<double> values_for(const Shape& shape) {
  std::vector<double> values(static_cast<std::size_t>(shape.elements()));
  double next = 0.1;
  for (double& value : values) value = next += 1.3;
  return values;
}

TEST(Tensors, HoldWhatWasWrittenInEveryDtypeAndLayout) {
  for (const DType dtype : all_dtypes()) {
    for (const Layout layout : all_layouts()) {
      for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3}, Shape{1, 4}, Shape{2, 3, 4},
                                 Shape{0, 3}, Shape{3, 0}, Shape{2, 1, 3}}) {
        const std::vector<double> values = values_for(shape);
        const at::Tensor tensor = make_tensor(operand_of(dtype, layout, shape), values);
        std::vector<double> expected = rounded(values, tensor.scalar_type());
        if (layout == Layout::kExpanded && !shape.empty() && shape[0] != 0) {
          const std::size_t entry = expected.size() / static_cast<std::size_t>(shape[0]);
          for (std::size_t i = entry; i < expected.size(); ++i) expected[i] = expected[i - entry];
        }
        EXPECT_EQ(shape_of(tensor), shape);
        EXPECT_EQ(values_of(tensor), expected) << to_string(dtype) << to_string(shape);
        EXPECT_EQ(by_libtorch(tensor), expected) << to_string(layout) << to_string(shape);
        // The judge shares operands that no call has written to.
        EXPECT_EQ(tensor._version(), 0) << to_string(layout);
      }
    }
  }
}

TEST(Tensors, LieInMemoryAsTheLayoutSays) {
  const std::vector<double> values = values_for({2, 3});
  const auto strides = [&](Layout layout) {
    return make_tensor(operand_of(DType::kF32, layout, {2, 3}), values).strides().vec();
  };
  using Strides = std::vector<std::int64_t>;
  EXPECT_EQ(strides(Layout::kContiguous), (Strides{3, 1}));
  EXPECT_EQ(strides(Layout::kTransposed), (Strides{1, 2}));
  EXPECT_EQ(strides(Layout::kStrided), (Strides{6, 2}));
  EXPECT_EQ(strides(Layout::kExpanded), (Strides{0, 1}));
  const at::Tensor sliced = make_tensor(operand_of(DType::kF32, Layout::kSliced, {2, 3}), values);
  EXPECT_EQ(sliced.storage_offset(), 6);
  EXPECT_EQ(sliced.storage().nbytes(), 18 * sizeof(float));
}

TEST(Tensors, AreTheSameInEveryLayoutAndNotInAnotherBit) {
  const std::vector<double> values = {1, std::nan(""), 0, 4, 5, 6};
  std::vector<double> negative_zero = values;
  negative_zero[2] = -0.0;
  for (const DType dtype : {DType::kF16, DType::kBF16, DType::kF32, DType::kF64}) {
    const at::Tensor plain = make_tensor(operand_of(dtype, Layout::kContiguous, {2, 3}), values);
    for (const Layout layout : {Layout::kContiguous, Layout::kTransposed, Layout::kStrided}) {
      const Operand operand = operand_of(dtype, layout, {2, 3});
      EXPECT_TRUE(same_bits(plain, make_tensor(operand, values))) << to_string(layout);
      EXPECT_TRUE(same_bits(make_tensor(operand, values), plain)) << to_string(layout);
      EXPECT_FALSE(same_bits(plain, make_tensor(operand, negative_zero))) << to_string(layout);
      EXPECT_FALSE(same_bits(make_tensor(operand, negative_zero), plain)) << to_string(layout);
    }
  }
  const at::Tensor empty = at::empty({0}, at::kDouble);
  EXPECT_FALSE(same_bits(empty, at::empty({0}, at::kFloat)));
  EXPECT_FALSE(same_bits(empty, at::empty({0, 1}, at::kDouble)));
  EXPECT_FALSE(same_bits(empty, at::Tensor()));
  EXPECT_TRUE(same_bits(at::Tensor(), at::Tensor()));
}

// A loss of a user may give its input a sparse gradient.
TEST(Tensors, WithoutStridesAreReadAsLibTorchReadsThem) {
  const at::Tensor dense = make_tensor({2, 3}, at::kDouble, {0, 2, 0, 4, 0, 6});
  const at::Tensor sparse = dense.to_sparse();
  EXPECT_EQ(values_of(sparse), values_of(dense));
  EXPECT_TRUE(same_bits(sparse, dense));
  EXPECT_FALSE(same_bits(sparse, dense + 1));
}

TEST(Allowance, CoversWhatSaysTheSame) {
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  const Allowance gap = {0.5, 1e38};
  EXPECT_TRUE(gap.covers(1, 1.5));
  EXPECT_FALSE(gap.covers(1, 1.6));
  EXPECT_TRUE(gap.covers(nan, nan));
  // No number in either.
  EXPECT_TRUE(gap.covers(nan, -infinity));
  EXPECT_TRUE(gap.covers(infinity, nan));
  EXPECT_FALSE(gap.covers(infinity, -infinity));
  // A number is something else, if it is no larger than the dtype holds.
  EXPECT_FALSE(gap.covers(1, nan));
  EXPECT_FALSE(gap.covers(infinity, 1));
  EXPECT_TRUE(gap.covers(2e38, infinity));
  EXPECT_TRUE(gap.covers(nan, 2e38));
  EXPECT_FALSE(gap.covers(2e38, -infinity));
  const Allowance sign = {0.5, 1e38, true};
  EXPECT_TRUE(sign.covers(infinity, -infinity));
  EXPECT_FALSE(sign.covers(infinity, 1));
}

}  // namespace
}  // namespace shapefuzz
