// SPDX-License-Identifier: BSD-3-Clause
// What a contract line must not be, and where the error points.
#include <gtest/gtest.h>

#include "harness/language/contract/contract.h"
#include "harness/testing/expect_error.h"

namespace shapefuzz {
namespace {

void expect_bad_contract(const std::string& marked, std::string_view message) {
  const std::vector<std::string> options = {"blank"};
  expect_error([&](std::string_view text) { return parse_contract(text, options); }, marked,
               message);
}

TEST(ContractError, PointsToWhereTheNotationBreaks) {
  expect_bad_contract("^", "found the end of the text, expected '(' that opens the operands");
  expect_bad_contract("^input: real[] -> []", "expected '(' that opens the operands");
  expect_bad_contract("(^) -> []", "found ')', expected an operand's name");
  expect_bad_contract("(^1: real[]) -> []", "found '1', expected an operand's name");
  expect_bad_contract("(a ^real[]) -> []", "expected ':' and the operand's kind");
  expect_bad_contract("(a: ^[]) -> []", "found '[', expected a kind of values");
  expect_bad_contract("(a: real^) -> []", "found ')', expected '['");
  expect_bad_contract("(a: real[N ^-> [N]", "expected ']' or ','");
  expect_bad_contract("(a: real[N,^]) -> [N]", "found ']', expected a name");
  expect_bad_contract("(a: real[*^]) -> []", "found ']', expected a name");
  expect_bad_contract("(a: real[2^.]) -> []", "expected ']' or ','");
  expect_bad_contract("(a: real[0^N]) -> []", "a number of at least 1 before a name");
  expect_bad_contract("(a: real[N+^]) -> []", "found ']', expected a number to add");
  expect_bad_contract("(a: real[N^-]) -> []", "expected a number to subtract");
  expect_bad_contract("(a: real[] ^-> []", "expected ')' or ','");
  expect_bad_contract("(a: real[],^) -> []", "expected an operand's name");
  expect_bad_contract("(a: real[]) ^=> []", "expected '->' and the shape");
  expect_bad_contract("(a: real[])^", "expected '->' and the shape");
  expect_bad_contract("(a: real[]) -> ^", "expected '['");
  expect_bad_contract("(a: real[]) -> [] ^extra",
                      "found 'extra', expected the end of the contract");
  expect_bad_contract("(a: real[]) -> [] |^", "expected '(' that opens the operands");
}

TEST(ContractError, RefusesNamesThatNoShapeBinds) {
  expect_bad_contract("(a: real[N]) -> [^C]", "a name that an operand's shape binds");
  expect_bad_contract("(a: real[N], b: index(^C)[N]) -> [N]", "an operand's shape binds");
  expect_bad_contract("(a: real[N]) -> [N] where ^K >= 1", "an operand's shape binds");
  expect_bad_contract("(a: real[N]) -> [N] where N >= ^K", "an operand's shape binds");
  // An operand that may be missing binds nothing.
  expect_bad_contract("(a: real[N], b?: real[^K]) -> [N]", "an operand's shape binds");
  // A name of another alternative is another name.
  expect_bad_contract("(a: real[N]) -> [N] | (a: real[]) -> [^N]", "an operand's shape binds");
  EXPECT_NO_THROW(parse_contract("(a: index(C)[N], b: real[C]) -> [N]"));
  EXPECT_NO_THROW(parse_contract("(a: label(N,blank)[N]) -> [blank]", {"blank"}));
}

TEST(ContractError, RefusesKindsThatDoNotExistOrMissTheirArguments) {
  expect_bad_contract("(a: ^reel[]) -> []", "expected a kind of values (did you mean real");
  expect_bad_contract("(a: ^quaternion[]) -> []", "expected a kind of values");
  expect_bad_contract("(a: label^[]) -> []", "found '[', expected '('");
  expect_bad_contract("(a: index(^)[]) -> []", "found ')', expected a name");
  expect_bad_contract("(a: length(C^,C)[C]) -> []", "found ',', expected ')'");
  expect_bad_contract("(a: label(C^)[C]) -> []", "found ')', expected ','");
  expect_bad_contract("(a: real^(C)[C]) -> []", "found '(', expected '['");
}

TEST(ContractError, RefusesTwoPacksThatNothingTellsApart) {
  constexpr std::string_view kMessage = "a '*name' that an operand before has by itself";
  expect_bad_contract("(a: real[*S,^*d]) -> []", kMessage);
  expect_bad_contract("(a: real[*S,N,^*S]) -> []", kMessage);
  expect_bad_contract("(a: real[N], b: real[*S,N,^*d]) -> []", kMessage);
  // One that may be missing tells nothing.
  expect_bad_contract("(a: real[N], b?: real[*S], c: real[*d,N,^*S]) -> []", kMessage);
  EXPECT_NO_THROW(parse_contract("(a: real[*S], b: real[*S,N,*d]) -> [*S,*d]"));
}

TEST(ContractError, RefusesWordsListsAndPairsThatTheLossDoesNotHave) {
  OptionNames options;
  options.add("mode", {"binary", "multiclass"});
  options.add("len(taus)");
  const auto expect_bad = [&](const std::string& marked, std::string_view message) {
    expect_error([&](std::string_view text) { return parse_contract(text, options); }, marked,
                 message);
  };
  expect_bad("(a: real[N]) -> [] where mode = ^binery", "one of binary, multiclass");
  expect_bad("(a: real[N]) -> [] where mode >=^ binary", "'=' before a word");
  expect_bad("(a: real[N,^len(beta)]) -> []", "the length of an option that is a list");
  expect_bad("(a: real[N], b?: real[N]) -> [] where ^a excludes b", "an operand that may be");
  expect_bad("(a: real[N], b?: real[N]) -> [] where b excludes ^c", "an operand that may be");
  expect_bad("(a: real[N]) -> mean[N] | ^(a: real[N]) -> [N]", "the same word");
  EXPECT_NO_THROW(parse_contract("(a: real[N,len(taus)]) -> [N] where mode = binary", options));
}

TEST(ContractError, FindsNamesThatNothingElseUses) {
  OptionNames options;
  options.finds_lonely_names = true;
  const auto expect_lonely = [&](const std::string& marked) {
    expect_error([&](std::string_view text) { return parse_contract(text, options); }, marked,
                 "a name that something else uses too ('_' is any size)");
  };
  expect_lonely("(a: real[N,C], b: index(C)[^M]) -> [N]");
  expect_lonely("(a: real[N,*d], b: real[N,*^e]) -> [N]");
  EXPECT_NO_THROW(parse_contract("(a: real[N,D], b: index[N]) -> []", options));
  EXPECT_NO_THROW(parse_contract("(a: real[N,D], b: real[N,_]) -> [N]", options));
}

TEST(ContractError, RefusesANameThatIsOneSizeHereAndAPackThere) {
  constexpr std::string_view kMessage = "a name that is always '*name' or never";
  expect_bad_contract("(a: real[*S], b: real[^S]) -> []", kMessage);
  expect_bad_contract("(a: real[S], b: real[^*S]) -> []", kMessage);
  expect_bad_contract("(a: real[S]) -> [^*S]", kMessage);
  expect_bad_contract("(a: real[*S]) -> [^S]", kMessage);
  expect_bad_contract("(a: real[^*blank]) -> []", kMessage);
  expect_bad_contract("(a: real[*S], b: index(^S)[]) -> []", "a name of one size");
  expect_bad_contract("(a: index(^S)[*S]) -> []", "a name of one size");
  expect_bad_contract("(a: real[*S]) -> [] where ^S >= 1", "a name of one size");
  expect_bad_contract("(a: real[*S,N]) -> [] where N >= ^S", "a name of one size");
}

TEST(ContractError, RefusesNumbersThatAreNoSizes) {
  expect_bad_contract("(a: real[^9223372036854775808]) -> []",
                      "expected a size in [0, 9223372036854775807]");
  expect_bad_contract("(a: real[^-1]) -> []", "found '-1', expected a name");
  expect_bad_contract("(a: real[N]) -> [] where N >= ^-1", "found '-1', expected a name");
}

TEST(ContractError, RefusesConstraintsThatCompareNothing) {
  expect_bad_contract("(a: real[N]) -> [] where ^", "expected a name");
  expect_bad_contract("(a: real[N]) -> [] where ^1 <= N", "expected a name");
  expect_bad_contract("(a: real[N]) -> [] where N ^> 1", "expected '=', '>=' or '<='");
  expect_bad_contract("(a: real[N]) -> [] where N >= ^", "expected a name");
  expect_bad_contract("(a: real[N]) -> [] where N >= 1,^", "expected a name");
}

TEST(ContractError, RefusesOperandsThatCannotBeToldApart) {
  expect_bad_contract("(a: real[], ^a: real[]) -> []", "an operand not named before");
  expect_bad_contract("(^a?: real[]) -> []", "a first operand that is always there");
}

TEST(ContractError, RefusesAlternativesWithDifferentOperands) {
  constexpr std::string_view kMessage = "the same operands in every alternative";
  const std::string first = "(a: real[], b: real[]) -> [] | ^";
  EXPECT_NO_THROW(parse_contract("(a: real[], b: real[]) -> [] | (a: sign[N], b: sign[]) -> [N]"));
  expect_bad_contract(first + "(a: real[]) -> []", kMessage);
  expect_bad_contract(first + "(b: real[], a: real[]) -> []", kMessage);
  expect_bad_contract(first + "(a: real[], b?: real[]) -> []", kMessage);
  expect_bad_contract(first + "(a: real[], b: real[], c: real[]) -> []", kMessage);
}

TEST(ContractError, RefusesMoreThanItHolds) {
  expect_bad_contract("(a: real[A,B,C,D,E,F,G,H,I,J,K,^L]) -> []", "at most 12 names");
  expect_bad_contract("(a: real[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,^1]) -> []", "at most 16 sizes");
  std::string operands = "(a0: real[]";
  for (int i = 1; i < 8; ++i) operands += ", a" + std::to_string(i) + ": real[]";
  EXPECT_NO_THROW(parse_contract(operands + ") -> []"));
  expect_bad_contract(operands + ", ^a8: real[]) -> []", "at most 8 operands");
}

TEST(ContractError, RefusesMoreOptionsThanItHolds) {
  std::vector<std::string> options;
  for (int i = 0; i < 12; ++i) options.push_back("o" + std::to_string(i));
  EXPECT_NO_THROW(parse_contract("(a: real[o0]) -> []", options));
  options.emplace_back("o12");
  EXPECT_THROW(parse_contract("(a: real[o0]) -> []", options), ParseError);
}

TEST(ContractError, RefusesNulBytesAndMegabytes) {
  expect_bad_contract(std::string("(a: real[N^\0]) -> []", 20),
                      "found '\\x00', expected ']' or ','");
  expect_bad_contract("(^" + std::string(1 << 20, '('), "found '(', expected an operand's name");
  expect_bad_contract("(a: ^" + std::string(1 << 20, 'a'), "expected a kind of values");
}

}  // namespace
}  // namespace shapefuzz
