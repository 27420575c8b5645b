// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/twin.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/language/case/zone.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

const LossSpec& test_spec(const std::string& name) {
  for (const LossSpec* spec : test_specs()) {
    if (spec->name == name) return *spec;
  }
  throw std::invalid_argument(name);
}

std::string twin_line(const std::string& line) {
  const Case c = test_case(line);
  return to_string(twin_of(c, test_spec(c.loss)).c);
}

std::int64_t elements(const std::string& line) {
  const Case c = test_case(line);
  return elements_of(c, test_spec(c.loss));
}

TEST(Twin, HasTheSmallestSizesInTheSameOrder) {
  EXPECT_EQ(twin_line("mse_loss(input=f32[65536,1], target=f32[65536])"),
            "mse_loss(input=f32[2,1], target=f32[2])");
  EXPECT_EQ(twin_line("mse_loss(input=f64[16,3,512], target=f64[15,3,512])"),
            "mse_loss(input=f64[4,2,5], target=f64[3,2,5])");
}

TEST(Twin, KeepsSizesOf0And1) {
  EXPECT_EQ(twin_line("mse_loss(input=f64[0,1,700], target=f64[1,900])"),
            "mse_loss(input=f64[0,1,2], target=f64[1,3])");
}

TEST(Twin, OfASmallCaseIsItself) {
  for (const char* line :
       {"mse_loss(input=f64[2,3], target=f64[3,2])", "mse_loss(input=[], target=[1])"}) {
    EXPECT_EQ(twin_line(line), to_string(test_case(line)));
  }
}

TEST(Twin, HasAsManyElementsWhereTheOriginalHas) {
  EXPECT_EQ(twin_line("mse_loss(input=f64[128,784], target=f64[128,1,28,28])"),
            "mse_loss(input=f64[3,4], target=f64[3,1,2,2])");
  // 5 and [3,3] have not, and 4 and [2,2] would.
  EXPECT_EQ(twin_line("mse_loss(input=f64[50,50], target=f64[70])"),
            "mse_loss(input=f64[2,2], target=f64[3])");
  EXPECT_EQ(twin_line("mse_loss(input=f64[30,30], target=f64[40,90])"),
            "mse_loss(input=f64[2,2], target=f64[3,5])");
}

TEST(Twin, TakesListedValuesOver) {
  EXPECT_EQ(twin_line("nll_loss(input=f64[3,50], target=i64[3]{49,-100,7})"),
            "nll_loss(input=f64[2,3], target=i64[2]{2,-100})");
  EXPECT_EQ(twin_line("nll_loss(input=f64[4,50], target=i64[4]{0,1,2,51})"),
            "nll_loss(input=f64[2,3], target=i64[2]{0,4})");
}

TEST(Twin, MapsTheOptionsThatAreSizes) {
  EXPECT_EQ(
      twin_line("layer_loss(input=[64,1024], target=[64], in_features=1024, n_classes=30000)"),
      "layer_loss@module(input=f64[4,5], target=i64[4], in_features=5, n_classes=6, "
      "cutoffs=[2,3])");
}

TEST(Twin, GivesShapesBackInTheSizesOfTheOriginal) {
  const Case c = test_case("mse_loss(input=f64[1000,1], target=f64[3000])");
  const Twin twin = twin_of(c, test_spec("mse_loss"));
  EXPECT_EQ(twin.original({2, 3}), (Shape{1000, 3000}));
  EXPECT_EQ(twin.original({1, 0, 2}), (Shape{1, 0, 1000}));
}

TEST(Twin, ElementsAreCountedTogether) {
  // Operands, what they broadcast to, and the unreduced result.
  EXPECT_EQ(elements("mse_loss(input=f64[10], target=f64[10])"), 40);
  EXPECT_EQ(elements("mse_loss(input=f64[10,1], target=f64[10])"), 10 + 10 + 100 + 10);
  EXPECT_EQ(elements("nll_loss(input=f64[10,7], target=i64[10])"), 70 + 10 + 70 + 10);
  EXPECT_EQ(elements("mse_loss(input=f64[1099511627776,1], target=f64[1099511627776])"), kMaxSize);
}

}  // namespace
}  // namespace shapefuzz
