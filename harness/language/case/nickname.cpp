// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/case/nickname.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

// What people call a loss, without a `loss` or `_loss` at its end.
struct Nickname {
  std::string_view name;
  std::string_view loss;
};

constexpr std::array<Nickname, 21> kNicknames = {{
    {"bce", "binary_cross_entropy"},
    {"binarycrossentropy", "binary_cross_entropy"},
    {"bcewithlogits", "binary_cross_entropy_with_logits"},
    {"bcelogits", "binary_cross_entropy_with_logits"},
    {"ce", "cross_entropy"},
    {"crossentropy", "cross_entropy"},
    {"softmaxcrossentropy", "cross_entropy"},
    {"nll", "nll_loss"},
    {"negativeloglikelihood", "nll_loss"},
    {"mae", "l1_loss"},
    {"l2", "mse_loss"},
    {"mse", "mse_loss"},
    {"meansquarederror", "mse_loss"},
    {"kl", "kl_div"},
    {"kldiv", "kl_div"},
    {"kldivergence", "kl_div"},
    {"hinge", "hinge_embedding_loss"},
    {"cosine", "cosine_embedding_loss"},
    {"triplet", "triplet_margin_loss"},
    {"poisson", "poisson_nll_loss"},
    {"ranking", "margin_ranking_loss"},
}};

}  // namespace

std::string folded_loss_name(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  constexpr std::string_view kLoss = "loss";
  const std::size_t end = text.rfind(kLoss);
  const bool ends = end != std::string::npos && end > 0 && end + kLoss.size() == text.size();
  if (ends) return text.substr(0, end);
  // Somebody's slip at the end of it.
  constexpr std::string_view kLos = "los";
  const bool slips = text.size() > kLos.size() && text.substr(text.size() - kLos.size()) == kLos;
  return slips ? text.substr(0, text.size() - kLos.size()) : text;
}

std::string losses_like(std::string_view name, const std::vector<std::string>& losses) {
  const std::string called = folded_loss_name(name);
  for (const Nickname& nickname : kNicknames) {
    const bool is_known = std::find(losses.begin(), losses.end(), nickname.loss) != losses.end();
    if (called == nickname.name && is_known)
      return fmt::format(" (did you mean {}?)", nickname.loss);
  }
  for (const std::string& loss : losses) {
    const std::string known = folded_loss_name(loss);
    constexpr std::size_t kLong = 3;
    const bool is_near = known == called || (known.size() > kLong && called.size() > kLong &&
                                             edit_distance(known, called) == 1);
    if (is_near) return fmt::format(" (did you mean {}?)", loss);
  }
  return did_you_mean(name, losses);
}

}  // namespace shapefuzz
