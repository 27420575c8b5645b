// SPDX-License-Identifier: BSD-3-Clause
// Our shape rules against LibTorch's own, for every pair of small shapes. Includes torch headers.
#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <c10/util/Exception.h>
#include <c10/util/Logging.h>
#include <gtest/gtest.h>

#include "harness/language/shape/shape.h"
#include "harness/testing/shape_gen.h"

namespace shapefuzz {
namespace {

at::IntArrayRef sizes_of(const Shape& shape) { return {shape.begin(), shape.rank()}; }

Shape shape_of(at::IntArrayRef sizes) {
  Shape shape;
  for (const std::int64_t size : sizes) shape.push_back(size);
  return shape;
}

// The rules change with equal sizes, a 1 and a 0, and with missing dimensions on either side; rank
// 4 and sizes 0..3 have every mixture of these.
class ShapeLibtorch : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Most pairs are refused, and a symbolised stack costs 3 ms in each c10::Error.
    c10::SetStackTraceFetcher([] { return std::string(); });
  }

  const std::vector<Shape> shapes_ = every_shape(4, 3);
};

TEST_F(ShapeLibtorch, ExpandsWhatTensorExpandExpands) {
  ASSERT_EQ(shapes_.size(), 341U);
  std::size_t accepted = 0;
  for (const Shape& from : shapes_) {
    const at::Tensor tensor = at::empty(sizes_of(from));
    for (const Shape& to : shapes_) {
      bool expands = false;
      try {
        expands = tensor.expand(sizes_of(to)).sizes() == sizes_of(to);
      } catch (const c10::Error&) {
      }
      ASSERT_EQ(expands_to(from, to), expands) << to_string(from) << " to " << to_string(to);
      accepted += expands ? 1 : 0;
    }
  }
  // Neither side refuses, or accepts, simply everything.
  EXPECT_GT(accepted, shapes_.size());
  EXPECT_LT(accepted, shapes_.size() * shapes_.size() / 10);
}

TEST_F(ShapeLibtorch, BroadcastsToWhatInferSizeInfers) {
  std::size_t accepted = 0;
  for (const Shape& a : shapes_) {
    for (const Shape& b : shapes_) {
      std::optional<Shape> common;
      try {
        common = shape_of(at::infer_size(sizes_of(a), sizes_of(b)));
      } catch (const c10::Error&) {
      }
      ASSERT_EQ(broadcast(a, b), common) << to_string(a) << " and " << to_string(b);
      accepted += common ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, shapes_.size());
  EXPECT_LT(accepted, shapes_.size() * shapes_.size() / 2);
}

}  // namespace
}  // namespace shapefuzz
