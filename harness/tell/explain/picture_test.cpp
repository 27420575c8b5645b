// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/explain/picture.h"

#include <gtest/gtest.h>

#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

std::optional<Picture> picture(const std::string& line, Outcome outcome) {
  Exhibit exhibit;
  exhibit.c = parse_case(line, all_specs());
  exhibit.loss = find_loss(exhibit.c.loss);
  exhibit.judgement.outcome = outcome;
  return picture_of(exhibit);
}

TEST(Picture, ShowsThePairsAndThoseThatWereMeant) {
  const auto drawn = picture("mse_loss(input=f32[64,1], target=f32[64])", Outcome::kAccepted);
  ASSERT_TRUE(drawn && drawn->pairs && drawn->meant);
  EXPECT_EQ(drawn->operands.at(0).title, "input [64, 1]");
  EXPECT_EQ(drawn->remark, "3 stands for 64");
  EXPECT_EQ(drawn->pairs->title, "the loss pairs: [64, 64]");
  EXPECT_EQ(drawn->pairs->cells, (std::vector<std::string>{"0·0", "0·1", "0·2", "1·0", "1·1", "1·2",
                                                           "2·0", "2·1", "2·2"}));
  EXPECT_EQ(drawn->pairs->meant,
            (std::vector<bool>{true, false, false, false, true, false, false, false, true}));
  EXPECT_EQ(drawn->meant->cells, (std::vector<std::string>{"0·0", "1·1", "2·2"}));
  EXPECT_EQ(drawn_in_text(*drawn, false).at(10), "│[0·0]│ 0·1 │ 0·2 │        │[0·0]│");
}

TEST(Picture, FollowsATransposedTarget) {
  const auto drawn = picture("mse_loss(input=f32[2,3], target=f32[3,2])", Outcome::kRejected);
  ASSERT_TRUE(drawn && drawn->meant);
  EXPECT_FALSE(drawn->pairs);
  EXPECT_EQ(drawn->meant->cells,
            (std::vector<std::string>{"0·0", "1·2", "2·4", "3·1", "4·3", "5·5"}));
}

TEST(Picture, MarksWhatIsMeantInTheDimensionsThatAreDrawn) {
  const auto drawn =
      picture("mse_loss(input=f32[8,1,32,32], target=f32[8,32,32])", Outcome::kAccepted);
  ASSERT_TRUE(drawn && drawn->pairs);
  EXPECT_EQ(drawn->pairs->cells.at(4), "16·16");
  EXPECT_TRUE(drawn->pairs->meant.at(4));
  EXPECT_FALSE(drawn->pairs->meant.at(1));
}

TEST(Picture, IsOneSvgElementWithARectangleACell) {
  const auto drawn = picture("mse_loss(input=f32[64,1], target=f32[64])", Outcome::kAccepted);
  const std::string svg = drawn_as_svg(*drawn);
  EXPECT_EQ(svg.rfind("<svg ", 0), 0U);
  std::size_t cells = 0;
  for (std::size_t at = svg.find("<rect"); at != std::string::npos;
       at = svg.find("<rect", at + 1)) {
    ++cells;
  }
  EXPECT_EQ(cells, 3U + 3U + 9U + 3U);
}

TEST(Picture, LeavesOutWhatIsNoElementwiseLoss) {
  EXPECT_FALSE(picture("cross_entropy(input=f32[3,2], target=i64[3])", Outcome::kAccepted));
  EXPECT_FALSE(picture("mse_loss(input=f32[0], target=f32[0])", Outcome::kAccepted));
}

}  // namespace
}  // namespace shapefuzz
