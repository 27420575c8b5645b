// SPDX-License-Identifier: BSD-3-Clause
// Every method of an edit does to a case what LibTorch does to the tensor.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <numeric>

#include "harness/language/case/edit.h"
#include "harness/oracle/libtorch/tensors.h"

namespace shapefuzz {
namespace {

Operand operand_of(const Shape& shape) {
  Operand operand;
  operand.name = "x";
  operand.shape = shape;
  for (std::int64_t i = 0; i < shape.elements(); ++i) {
    operand.values.push_back(static_cast<double>(i * 7 % 5) - 1.5);
  }
  return operand;
}

void expect_same(const Operand& edited, const at::Tensor& tensor) {
  EXPECT_EQ(edited.shape, shape_of(tensor));
  EXPECT_EQ(edited.values, values_of(tensor));
}

TEST(Edits, AreWhatLibTorchDoes) {
  for (const Shape& shape : {Shape{2, 3}, Shape{2, 1, 3}, Shape{3, 2, 4}, Shape{1, 3}}) {
    const Operand operand = operand_of(shape);
    const at::Tensor tensor = make_tensor(operand, operand.values);
    const auto rank = static_cast<std::int64_t>(shape.rank());
    for (std::int64_t i = -1; i < rank; ++i) {
      expect_same(applied({Method::kUnsqueeze, {i}}, operand), tensor.unsqueeze(i));
      const std::size_t dim = static_cast<std::size_t>(i < 0 ? i + rank : i);
      if (shape[dim] == 1) {
        expect_same(applied({Method::kSqueeze, {i}}, operand), tensor.squeeze(i));
      }
      expect_same(applied({Method::kArgmax, {i}}, operand), tensor.argmax(i));
      for (std::int64_t k = 0; k < rank; ++k) {
        expect_same(applied({Method::kTranspose, {i, k}}, operand), tensor.transpose(i, k));
      }
    }
    std::vector<std::int64_t> order(shape.rank());
    std::iota(order.begin(), order.end(), 0);
    do expect_same(applied({Method::kPermute, order}, operand), tensor.permute(order));
    while (std::next_permutation(order.begin(), order.end()));
    expect_same(applied({Method::kReshape, {shape.elements()}}, operand),
                tensor.reshape({shape.elements()}));
    expect_same(applied({Method::kTo, {}, DType::kI64}, operand), tensor.to(at::kLong));
    expect_same(applied({Method::kTo, {}, DType::kF16}, operand), tensor.to(at::kHalf));
  }
  const Operand row = operand_of({1, 3});
  const at::Tensor tensor = make_tensor(row, row.values);
  expect_same(applied({Method::kExpand, {2, 4, 3}}, row), tensor.expand({2, 4, 3}));
}

}  // namespace
}  // namespace shapefuzz
