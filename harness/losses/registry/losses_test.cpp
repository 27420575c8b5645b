// SPDX-License-Identifier: BSD-3-Clause
// Every loss that there is.
#include <gtest/gtest.h>
#include <algorithm>
#include <set>

#include "harness/language/text/errors.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

// Whoever reads a case asks for all losses, so the error must say whose it is.
TEST(MakeLoss, NamesTheLossOfAContractThatIsWrong) {
  try {
    make_loss("my_loss", "(input: real[*S], target: rael[*S]) -> [*S]", {reduction_option()}, {});
    FAIL() << "a kind 'rael'";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find("the contract of my_loss: column 27: found "), 0U) << text;
    EXPECT_NE(text.find("\n  (input: real[*S], target: rael[*S]) -> [*S]\n" +
                        std::string(2 + 26, ' ') + "^"),
              std::string::npos)
        << text;
  }
}

TEST(Losses, HaveUniqueNamesAndAnEntry) {
  std::vector<std::string> names;
  for (const Loss& loss : all_losses()) {
    EXPECT_FALSE(loss.entries.empty()) << loss.spec.name;
    EXPECT_EQ(std::count(names.begin(), names.end(), loss.spec.name), 0) << loss.spec.name;
    names.push_back(loss.spec.name);
  }
  EXPECT_FALSE(names.empty());
}

TEST(Losses, ContractsReadBackAsTheyPrint) {
  for (const Loss& loss : all_losses()) {
    const std::string line = to_string(loss.spec.contract);
    EXPECT_EQ(to_string(parse_contract(line, loss.spec.contract.options)), line);
  }
}

}  // namespace
}  // namespace shapefuzz
