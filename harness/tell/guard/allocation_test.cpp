// SPDX-License-Identifier: BSD-3-Clause
// A guard takes no memory where the shapes fit. A program of its own, since it counts everything
// that is allocated.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "shapefuzz/guard.h"

namespace {

std::uint64_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace shapefuzz {
namespace {

TEST(Guard, TakesNoMemoryWhereTheShapesFit) {
  const Guard mse("(input: real[*S], target: real[*S]) -> [*S]");
  const at::Tensor output = at::zeros({64, 1});
  const at::Tensor target = at::zeros({64, 1});
  const at::Tensor expanded = at::zeros({1});
  const std::uint64_t before = allocations;
  mse.demand(output, target);
  mse.demand(output, expanded);  // by the long way
  EXPECT_EQ(allocations, before);
  EXPECT_THROW(mse.demand(output, at::zeros({64})), ShapeError);
  EXPECT_GT(allocations, before);  // it does count
}

}  // namespace
}  // namespace shapefuzz
