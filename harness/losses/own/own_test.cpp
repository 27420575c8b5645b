// SPDX-License-Identifier: BSD-3-Clause
// Somebody's own losses: what is refused of a declaration, and what the judge finds in a loss that
// nobody has written a formula for.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "harness/language/text/errors.h"
#include "harness/losses/own/own.h"
#include "harness/oracle/judge/judge.h"
#include "shapefuzz/loss.h"

namespace shapefuzz {
namespace {

using at::Tensor;

Tensor squared(const Tensor& output, const Tensor& target) { return (output - target).pow(2); }

Tensor mean_squared(const Tensor& output, const Tensor& target) {
  return squared(output, target).mean();
}

Tensor checked(const Tensor& output, const Tensor& target) {
  if (output.sizes() != target.sizes()) throw Refused("the shapes differ");
  return mean_squared(output, target);
}

constexpr const char* kPairs = "(output: real[N,D], target: real[N,D]) -> mean[N]";
constexpr const char* kElements = "(output: real[*S], target: real[*S]) -> [*S]";

std::string error_of(const Losses& losses) {
  try {
    own_losses(losses);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

void expect_error(const Losses& losses, const std::string& text) {
  const std::string error = error_of(losses);
  EXPECT_NE(error.find(text), std::string::npos) << "found: " << error << "\nexpected: " << text;
}

TEST(OwnLoss, IsRefusedWithItsNameAndWhatWasExpected) {
  expect_error({}, "losses() returns none");
  expect_error({loss("a b", squared, kElements)}, "found 'a b', expected a name of letters");
  expect_error({loss("mse", squared, kElements), loss("mse", squared, kElements)},
               "two losses have the name mse");
  expect_error({loss("mse", squared, "(output: reel[*S], target: real[*S]) -> [*S]")},
               "the contract of mse: ");
  expect_error({loss("mse", squared, "(output: reel[*S], target: real[*S]) -> [*S]")},
               "did you mean real");
  expect_error({loss("mse", squared, "(output: real[*S]) -> [*S]")},
               "mse: its contract has operands: 1, and its function takes tensors: 2");
  expect_error({loss("mse", squared, "(output: real[N], target: real[M]) -> [N]")},
               "a name that something else uses too");
  const auto scaled = [](const Tensor& output, const Tensor& target, double scale) {
    return squared(output, target) * scale;
  };
  expect_error({loss("mse", scaled, kElements)}, "mse: found 0 options, expected 1");
  expect_error(
      {loss("mse", scaled, kElements).option("scale", true)},
      "found the default true of the option scale, which is a flag, expected a real number");
  EXPECT_EQ(error_of({loss("mse", scaled, kElements).option("scale", 1)}), "");
  const auto worded = [](const Tensor& output, const Tensor& target, const std::string& mode) {
    return mode == "l2" ? squared(output, target) : (output - target).abs();
  };
  expect_error({loss("mse", worded, kElements).option("mode", "l2")},
               "found the default l2 of the option mode, expected one of its choices");
  expect_error({loss("mse", worded, kElements).option("mode", "l3", {"l1", "l2"})},
               "expected one of its choices: l1, l2");
  expect_error({loss("mse", worded, kPairs).option("reduction", "mean")},
               "expects no option 'reduction'");
  expect_error({loss("mse", squared, kElements).entry("fast", scaled)},
               "the entry fast takes other parameters");
  expect_error({loss("mse", squared, kElements).entry("fast", squared).entry("fast", squared)},
               "two entries have the name fast");
  expect_error({loss("mse", squared, kElements).constant("taget")}, "did you mean target");
}

// A loss and its judge.
class Court {
 public:
  explicit Court(const OwnLoss& declared) : losses_(own_losses({declared})) {}

  Judgement judge(const std::string& line) {
    const Loss& loss = losses_.front();
    return Judge(Judging(Policy::kExpand, MemoryMode::kOff))
        .judge(loss, parse_case(line, {&loss.spec}));
  }
  std::string verdict(const std::string& line) {
    return std::string(to_string(judge(line).verdict));
  }

 private:
  std::vector<Loss> losses_;
};

TEST(OwnLoss, OfASingleNumberIsHeldAgainstItsSamples) {
  Court right(loss("checked", checked, kPairs));
  EXPECT_EQ(right.verdict("checked(output=f64[3,2], target=f64[3,2])"), "pass");
  EXPECT_EQ(right.verdict("checked(output=f64[3,2], target=f64[2])"), "pass");
  Court broadcasting(loss("mse", mean_squared, kPairs));
  EXPECT_EQ(broadcasting.verdict("mse(output=f64[3,2], target=f64[3,2])"), "pass");
  EXPECT_EQ(broadcasting.verdict("mse(output=f64[3,2], target=f64[2])"), "pass");  // as expanded
  EXPECT_EQ(broadcasting.verdict("mse(output=f64[3,1], target=f64[3,2])"), "silent_broadcast");
  Court elementwise(
      loss("mse", mean_squared, "(output: real[N,D], target: real[N,D]) -> mean[N,D]"));
  for (const char* target : {"f64[2,1,1]", "f64[2,3,2]", "f64[3]"}) {
    const std::string line = fmt::format("mse(output=f64[1,1], target={})", target);
    EXPECT_EQ(elementwise.verdict(line), "silent_broadcast") << line;
  }
  const auto pairs_all = [](const Tensor& value, const Tensor& returns) {
    return (value - returns).pow(2).mean();
  };
  Court valid(loss("td", pairs_all, "(value: real[N,1], returns: real[N]) -> mean[N]"));
  EXPECT_EQ(valid.verdict("td(value=f64[3,1], returns=f64[3])"), "wrong_value");
  EXPECT_EQ(valid.verdict("td(value=f64[1,1], returns=f64[1])"), "pass");
  const auto summed = [](const Tensor& o, const Tensor& t) { return squared(o, t).sum(); };
  Court sum(loss("sse", summed, "(output: real[N,D], target: real[N,D]) -> sum[N]"));
  EXPECT_EQ(sum.verdict("sse(output=f64[3,2], target=f64[3,2])"), "pass");
  Court no_mean(loss("sse", summed, kPairs));
  EXPECT_EQ(no_mean.verdict("sse(output=f64[3,2], target=f64[3,2])"), "wrong_value");
}

TEST(OwnLoss, ThatCouplesItsSamplesMustNotDependOnTheirOrder) {
  const auto weighs_by_place = [](const Tensor& z) {
    return (z.sum(1) * torch::arange(1, z.size(0) + 1, z.options())).sum();
  };
  Court ordered(loss("z", weighs_by_place, "(z: real[N,D]) -> []"));
  EXPECT_EQ(ordered.verdict("z(z=f64[3,2])"), "wrong_value");
  const auto spread = [](const Tensor& z) { return z.std(0).sum(); };
  Court coupled(loss("z", spread, "(z: real[N,D]) -> []"));
  EXPECT_EQ(coupled.verdict("z(z=f64[3,2])"), "pass");
  // Of a sequence the order is the point.
  Court sequence(loss("z", weighs_by_place, "(z: real[T,D]) -> []"));
  EXPECT_EQ(sequence.verdict("z(z=f64[3,2])"), "pass");
}

TEST(OwnLoss, HasTheGradientOfItsOwnValue) {
  const auto detaches = [](const Tensor& o, const Tensor& t) {
    return ((o - t).detach() * (o - t)).mean();
  };
  Court detached(loss("mse", detaches, kPairs));
  const Judgement judgement = detached.judge("mse(output=f64[3,2], target=f64[3,2])");
  EXPECT_EQ(to_string(judgement.verdict), "wrong_gradient");
  EXPECT_NE(judgement.detail.find("the slope of the loss itself"), std::string::npos);
  Court on_purpose(loss("mse", detaches, kPairs).own_gradient());
  EXPECT_EQ(on_purpose.verdict("mse(output=f64[3,2], target=f64[3,2])"), "pass");
  const auto loses = [](const Tensor& o, const Tensor& t) { return squared(o.detach(), t).mean(); };
  Court lost(loss("mse", loses, kPairs));
  EXPECT_EQ(lost.verdict("mse(output=f64[3,2], target=f64[3,2])"), "wrong_gradient");
  EXPECT_EQ(lost.verdict("mse(output=const f64[3,2], target=f64[3,2])"), "pass");
  // Nothing flows back to the target, as most people mean it.
  const auto fixed = [](const Tensor& o, const Tensor& t) { return squared(o, t.detach()).mean(); };
  EXPECT_EQ(Court(loss("mse", fixed, kPairs)).verdict("mse(output=f64[3,2], target=f64[3,2])"),
            "pass");
  // Coarser inside than any step.
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    const auto casts = [type](const Tensor& o, const Tensor& t) {
      return squared(o.to(type).to(at::kFloat), t.to(type).to(at::kFloat)).mean(1).mean();
    };
    EXPECT_EQ(Court(loss("mse", casts, kPairs)).verdict("mse(output=f64[3,2], target=f64[3,2])"),
              "pass")
        << type;
  }
}

TEST(OwnLoss, RefusesByWhateverItThrowsButAnInternalAssert) {
  const auto throws = [](const auto& error) {
    return [error](const Tensor&, const Tensor&) -> Tensor { throw error; };
  };
  const std::string wrong = "mse(output=f64[3,2], target=f64[3])";
  const std::string right = "mse(output=f64[3,2], target=f64[3,2])";
  Court number(loss("mse", throws(3), kPairs));
  EXPECT_EQ(number.verdict(right), "unclean_rejection");
  Court logic(loss("mse", throws(std::out_of_range("no")), kPairs));
  EXPECT_EQ(logic.verdict(wrong), "pass");
  EXPECT_EQ(logic.verdict(right), "rejected_valid");
  const auto asserts = [](const Tensor& o, const Tensor&) -> Tensor {
    TORCH_INTERNAL_ASSERT(false, "broken");
    return o;
  };
  EXPECT_EQ(Court(loss("mse", asserts, kPairs)).verdict(wrong), "unclean_rejection");
}

TEST(OwnLoss, MayReturnWhatPeopleReturn) {
  const auto pair = [](const Tensor& o, const Tensor& t) {
    return std::make_pair(mean_squared(o, t), o);
  };
  const auto tuple = [](const Tensor& o, const Tensor& t) {
    return std::make_tuple(mean_squared(o, t), 1, 2);
  };
  const auto number = [](const Tensor& o, const Tensor& t) {
    return mean_squared(o, t).item<double>();
  };
  const std::string line = "mse(output=f64[3,2], target=f64[3,2])";
  EXPECT_EQ(Court(loss("mse", pair, kPairs)).verdict(line), "pass");
  EXPECT_EQ(Court(loss("mse", tuple, kPairs)).verdict(line), "pass");
  EXPECT_EQ(Court(loss("mse", number, kPairs)).verdict(line), "pass");
  const auto expect_bad = [&](const OwnLoss& bad, const std::string& text) {
    const Judgement judgement = Court(bad).judge(line);
    EXPECT_EQ(to_string(judgement.verdict), "unclean_rejection") << text;
    EXPECT_NE(judgement.message.find(text), std::string::npos) << judgement.message;
  };
  const auto nothing = [](const Tensor&, const Tensor&) { return Tensor(); };
  const auto whole = [](const Tensor& o, const Tensor&) { return o.sum().to(at::kLong); };
  const auto elsewhere = [](const Tensor& o, const Tensor&) { return o.sum().to(at::kMeta); };
  expect_bad(loss("mse", nothing, kPairs), "an undefined tensor");
  expect_bad(loss("mse", whole, kPairs), "the loss returns Long");
  expect_bad(loss("mse", elsewhere, kPairs), "a tensor on meta");
}

TEST(OwnLoss, TakesOptionsOfEveryType) {
  const auto all = [](const Tensor& o, const Tensor& t, const std::optional<Tensor>& weight,
                      double scale, int power, bool squares, const std::string& mode,
                      const std::vector<double>& taus, const std::vector<std::int64_t>& sizes) {
    Tensor losses = squares ? squared(o, t) : (o - t).abs();
    if (weight) losses = losses * *weight;
    if (mode == "twice") losses = losses * 2;
    return losses * scale * static_cast<double>(power) *
           static_cast<double>(taus.size() + sizes.size());
  };
  OwnLoss declared =
      loss("all", all, "(output: real[*S], target: real[*S], weight?: weight[*S]) -> [*S]");
  declared.option("scale", 0.5)
      .option("power", 3)
      .option("squares", true)
      .option("mode", "once", {"once", "twice"})
      .option("taus", std::vector<double>{0.25, 0.5})
      .option("sizes", std::vector<std::int64_t>{1});
  declared.formula([](const FormulaCall& a) {
    std::vector<double> losses;
    for (std::size_t i = 0; i < a[0].size(); ++i) {
      const double gap = a[0][i] - a[1][i];
      const double weight = a[2].present ? a[2][i] : 1;
      losses.push_back((a.flag("squares") ? gap * gap : std::abs(gap)) * weight * a.real("scale") *
                       static_cast<double>(a.whole("power")) * (a.word("mode") == "twice" ? 2 : 1) *
                       3);
    }
    return losses;
  });
  Court court(declared);
  EXPECT_EQ(court.verdict("all(output=f64[3], target=f64[3])"), "pass");
  EXPECT_EQ(court.verdict("all(output=f64[3], target=f64[3], weight=f64[3], mode=twice, "
                          "squares=false, power=-2, taus=[0.5,0.75])"),
            "pass");
  EXPECT_EQ(court.verdict("all(output=f64[3], target=f64[3], taus=[])"), "wrong_value");
}

TEST(OwnLoss, HasItsWordsFlagsAndNumbersTried) {
  const auto all = [](const Tensor& o, const Tensor& t, bool, const std::string&, double) {
    return squared(o, t);
  };
  const auto losses = own_losses({loss("all", all, kElements)
                                      .option("flag", true)
                                      .option("mode", "a", {"a", "b", "c"})
                                      .option("scale", 1.0)});
  const auto& options = losses.front().spec.options;
  EXPECT_EQ(options[0].samples, std::vector<OptionValue>{false});
  EXPECT_EQ(options[1].samples, (std::vector<OptionValue>{std::string("b"), std::string("c")}));
  EXPECT_EQ(options[2].samples, (std::vector<OptionValue>{0.0, 0.5, 0.9, 2.0, 10.0}));
}

TEST(OwnLoss, MayRefuseANumberThatIsNotItsDefault) {
  const auto picky = [](const Tensor& o, const Tensor& t, double scale) {
    if (scale < 1) throw Refused("scale: expected at least 1");
    return squared(o, t) * scale;
  };
  const auto never = [](const Tensor&, const Tensor&, double) -> Tensor {
    throw Refused("scale: expected nothing at all");
  };
  const auto verdict = [](const OwnLoss& declared, const std::string& options) {
    return Court(declared).verdict(declared.description().name + "(output=f64[3], target=f64[3]" +
                                   options + ")");
  };
  EXPECT_EQ(verdict(loss("picky", picky, kElements).option("scale", 1.0), ", scale=0.5"), "pass");
  EXPECT_EQ(verdict(loss("never", never, kElements).option("scale", 1.0), ""), "rejected_valid");
}

TEST(OwnLoss, IsHeldAgainstItsFormulaAndItsOtherEntries) {
  const auto by_element = [](double o, double t) { return (o - t) * (o - t); };
  const auto with = [&](const OwnLoss& declared, const std::string& line) {
    return Court(declared).verdict(line);
  };
  const std::string line = "mse(output=f64[3], target=f64[3])";
  EXPECT_EQ(with(loss("mse", squared, kElements).formula(by_element), line), "pass");
  const auto off = [](double o, double t) { return (o - t) * (o - t) + 1e-6; };
  EXPECT_EQ(with(loss("mse", squared, kElements).formula(off), line), "wrong_value");
  const auto reads_on = [](const FormulaCall& a) { return std::vector<double>{a[1][99]}; };
  EXPECT_EQ(with(loss("mse", squared, kElements).formula(reads_on), line), "not_judged");
  const auto slow = [](const Tensor& o, const Tensor& t) { return squared(o, t) * 1.5; };
  const OwnLoss two = loss("mse", squared, kElements).entry("slow", slow);
  EXPECT_EQ(with(two, "mse@slow(output=f64[3], target=f64[3])"), "entry_disagreement");
}

TEST(OwnLoss, HasTheNameOfOneOfLibTorchsAndNoneOfItsCauses) {
  const auto doubled = [](const Tensor& o, const Tensor& t) { return squared(o, t); };
  const Judgement judgement =
      Court(loss("mse_loss", doubled, kElements)).judge("mse_loss(output=f64[3,1], target=f64[3])");
  EXPECT_EQ(to_string(judgement.verdict), "silent_broadcast");
  EXPECT_EQ(judgement.cause, "");
}

}  // namespace
}  // namespace shapefuzz
