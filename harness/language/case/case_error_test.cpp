// SPDX-License-Identifier: BSD-3-Clause
// What a case line must not be, and where the error points.
#include <gtest/gtest.h>

#include "harness/language/case/case.h"
#include "harness/testing/expect_error.h"
#include "harness/testing/test_specs.h"

namespace shapefuzz {
namespace {

void expect_bad_case(const std::string& marked, std::string_view message) {
  expect_error(test_case, marked, message);
}

TEST(CaseError, NamesTheLossesForOneThatDoesNotExist) {
  expect_bad_case("^", "found the end of the text, expected a loss, like mse_loss(...)");
  expect_bad_case("^[64,1]", "expected a loss, like mse_loss(...)");
  expect_bad_case("^mse_los(input=[], target=[])",
                  "found 'mse_los', expected the name of a loss (did you mean mse_loss");
  expect_bad_case("^quantile(input=[])", "a loss: mse_loss, nll_loss, ctc_loss, layer_loss");
}

TEST(CaseError, NamesTheEntriesForOneThatDoesNotExist) {
  expect_bad_case("mse_loss@^functionl(input=[], target=[])",
                  "found 'functionl', expected an entry of mse_loss: functional, module, aten");
  expect_bad_case("mse_loss @ ^op(input=[], target=[])", "found 'op', expected an entry");
  expect_bad_case("mse_loss@^(input=[], target=[])", "found '(', expected an entry");
}

TEST(CaseError, PointsToWhereTheNotationBreaks) {
  expect_bad_case("mse_loss^", "expected '(' that opens the operands");
  expect_bad_case("mse_loss ^input=[]", "expected '(' that opens the operands");
  expect_bad_case("mse_loss(^=[])", "found '=', expected an operand or an option");
  expect_bad_case("mse_loss(input^)", "expected '=' and the operand's dtype and shape");
  expect_bad_case("mse_loss(input=[], target=[], reduction^)",
                  "expected '=' and the option's value");
  expect_bad_case("mse_loss(input=[] ^target=[])", "found 'target', expected ')' or ','");
  expect_bad_case("mse_loss(input=[], target=[]^", "expected ')' or ','");
  expect_bad_case("mse_loss(input=[], target=[],^)", "found ')', expected an operand or an option");
  expect_bad_case("mse_loss(input=[], target=[]) ^x", "found 'x', expected the end of the case");
}

TEST(CaseError, NamesTheOperandsThatAreMissing) {
  expect_bad_case("mse_loss(^)", "expected the missing operand of mse_loss: input, target");
  expect_bad_case("mse_loss(input=[2] ^)", "expected the missing operand of mse_loss: target");
  // The weight may be missing.
  expect_bad_case("nll_loss(weight=[2]^)", "the missing operand of nll_loss: input, target");
}

TEST(CaseError, NamesTheOperandsAndOptionsForOneThatDoesNotExist) {
  expect_bad_case("mse_loss(^inptu=[])",
                  "found 'inptu', expected an operand or option of mse_loss: input, target, "
                  "reduction (did you mean input");
  expect_bad_case("mse_loss(input=[], target=[], ^margin=1)",
                  "found 'margin', expected an operand");
}

TEST(CaseError, RefusesAnythingTwice) {
  expect_bad_case("mse_loss(input=[], ^input=[])", "expected 'input' only once");
  expect_bad_case("mse_loss(input=[], target=[], reduction=sum, ^reduction=sum)",
                  "expected 'reduction' only once");
}

TEST(CaseError, NamesTheDtypesForOneThatDoesNotExist) {
  expect_bad_case("mse_loss(input=^f23[64,1], target=[])",
                  "found 'f23', expected a dtype (f16, bf16, f32, f64, i32, i64, u8, bool) and a "
                  "shape, like f64[64,1]");
  expect_bad_case("mse_loss(input=^, target=[])", "found ',', expected a dtype");
  expect_bad_case("mse_loss(input=f64^, target=[])", "found ',', expected a shape like [64,1]");
  expect_bad_case("mse_loss(input=f64^e[2], target=[])", "found 'e', expected a shape like [64,1]");
}

TEST(CaseError, RefusesWhatIsNoShape) {
  expect_bad_case("mse_loss(input=f64[64,^, target=[])", "found ',', expected a size");
  expect_bad_case("mse_loss(input=f64[^-1], target=[])",
                  "expected a size in [0, 9223372036854775807]");
  expect_bad_case("mse_loss(input=f64^[10000000000,10000000000], target=[])",
                  "at most 9223372036854775807 elements");
}

TEST(CaseError, NamesTheLayoutsForOneThatDoesNotExist) {
  expect_bad_case("mse_loss(input=f64[2]~^diagonal, target=[])",
                  "found 'diagonal', expected a layout: contiguous, transposed, strided, expanded, "
                  "sliced");
  expect_bad_case("mse_loss(input=f64[2]~^{1,2}, target=[])", "found '{', expected a layout");
}

TEST(CaseError, CountsTheListedValues) {
  expect_bad_case("mse_loss(input=f64[2]^{1}, target=[])", "expected 2 values for [2], not 1");
  expect_bad_case("mse_loss(input=f64[2]^{1,2,3}, target=[])", "expected 2 values for [2], not 3");
  expect_bad_case("mse_loss(input=f64[2]^{}, target=[])", "expected 2 values for [2], not 0");
  expect_bad_case("mse_loss(input=f64[0]^{1}, target=[])", "expected 0 values for [0], not 1");
  expect_bad_case("mse_loss(input=f64[65537]^{1}, target=[])", "no listed values for over 65536");
}

TEST(CaseError, RefusesListedValuesThatTheDtypeCannotHold) {
  expect_bad_case("mse_loss(input=f64[2]{1,^x}, target=[])", "found 'x', expected a number");
  expect_bad_case("mse_loss(input=f64[2]{1,^}, target=[])", "found '}', expected a number");
  expect_bad_case("mse_loss(input=f64[2]{1 ^2}, target=[])", "expected '}' or ','");
  expect_bad_case("mse_loss(input=f64[1]{^1e999}, target=[])", "expected a number");
  expect_bad_case("mse_loss(input=i64[1]{1^.5}, target=[])", "found '.', expected '}' or ','");
  expect_bad_case("mse_loss(input=i64[1]{^inf}, target=[])", "expected a whole number");
  expect_bad_case("mse_loss(input=i64[1]{^9007199254740993}, target=[])", "a whole number in");
  expect_bad_case("mse_loss(input=i32[1]{^2147483648}, target=[])", "a whole number in");
  expect_bad_case("mse_loss(input=u8[1]{^-1}, target=[])", "a whole number in [0, 255]");
  expect_bad_case("mse_loss(input=u8[2]{255,^256}, target=[])", "a whole number in [0, 255]");
  expect_bad_case("mse_loss(input=bool[1]{^2}, target=[])", "a whole number in [0, 1]");
}

TEST(CaseError, RefusesOptionsThatAreTooLargeAsSizes) {
  expect_bad_case("layer_loss(input=[4,3], target=[4], in_features=^9223372036854775807)",
                  "sizes that are at most 9223372036854775807 elements together");
  expect_bad_case(
      "layer_loss(input=[4,3], target=[4], in_features=5000000000, n_classes=^5000000000)",
      "sizes that are at most");
  EXPECT_NO_THROW(test_case("layer_loss(input=[4,3], target=[4], n_classes=5000000)"));
  EXPECT_NO_THROW(test_case("nll_loss(input=[4,3], target=[4], ignore_index=1000000000)"));
}

TEST(CaseError, RefusesSeedsThatAreNone) {
  const std::string call = "mse_loss(input=[], target=[])#";
  expect_bad_case(call + "^", "found the end of the text, expected a seed");
  expect_bad_case(call + "^-1", "found '-1', expected a seed");
  expect_bad_case(call + "^abc", "found 'abc', expected a seed");
  expect_bad_case(call + "^18446744073709551616", "expected a seed");
  expect_bad_case(call + "1^.5", "found '.', expected the end of the case");
}

TEST(CaseError, RefusesNulBytesAndMegabytes) {
  expect_bad_case(std::string("mse_loss(input=[2^\0]", 20), "found '\\x00', expected ']' or ','");
  expect_bad_case(std::string("mse_loss(input=[], target=[])^\0", 31), "found '\\x00'");
  expect_bad_case("^" + std::string(1 << 20, 'm'), "expected a loss: mse_loss");
  expect_bad_case("mse_loss(input=" + std::string("^") + std::string(1 << 20, '{'), "a dtype");
  expect_bad_case("mse_loss(^" + std::string(1 << 20, 'i') + "=[])", "an operand or option");
  std::string ones = "1";
  for (int i = 0; i < (1 << 19); ++i) ones += ",1";
  expect_bad_case("mse_loss(input=f64[2]^{" + ones + "}, target=[])", "not 524289");
}

}  // namespace
}  // namespace shapefuzz
