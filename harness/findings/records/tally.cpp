// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/records/tally.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/language/case/order.h"
#include "harness/oracle/judgement/unjudged.h"

namespace shapefuzz {
namespace {

Shape without_ones(const Shape& shape) {
  Shape others;
  for (const std::int64_t size : shape) {
    if (size != 1) others.push_back(size);
  }
  return others;
}

// Whether each element meets the partner that it should, in a result of another shape at most.
bool is_harmless(const Case& c, const Judgement& judgement) {
  if (judgement.verdict != Verdict::kSilentBroadcast) return false;
  const Operand* const operand = c.find_operand(judgement.mistake.operand);
  if (operand == nullptr || !judgement.result_shape) return false;
  const Shape met = without_ones(operand->shape);
  const bool same = met == without_ones(judgement.mistake.demanded);
  return same && (judgement.result_shape->empty() || without_ones(*judgement.result_shape) == met);
}

}  // namespace

std::uint64_t Counts::total() const {
  std::uint64_t sum = not_judged;
  for (const auto& zone : cases) {
    for (const std::uint64_t count : zone) sum += count;
  }
  return sum;
}

void Counts::add(const Counts& other) {
  for (std::size_t zone = 0; zone < kZones; ++zone) {
    for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
      cases[zone][outcome] += other.cases[zone][outcome];
    }
  }
  warned += other.warned;
  findings += other.findings;
  not_judged += other.not_judged;
  keeping += other.keeping;
}

std::uint64_t Tally::cases() const {
  std::uint64_t sum = 0;
  for (const auto& entry : counts_) sum += entry.second.total();
  return sum;
}

void Tally::add(const std::string& loss, const std::string& entry, const Judgement& judgement,
                std::uint64_t cases) {
  Counts& counts = counts_[{loss, entry}];
  if (judgement.verdict == Verdict::kNotJudged) {
    counts.not_judged += cases;
    reasons_[reason_of(judgement)] += cases;
    return;
  }
  counts.cases[static_cast<std::size_t>(judgement.zone)]
              [static_cast<std::size_t>(judgement.outcome)] += cases;
  counts.warned += judgement.warned ? cases : 0;
  counts.keeping += judgement.kept_bytes > 0 ? cases : 0;
  counts.findings += is_finding(judgement.verdict) ? cases : 0;
}

void Tally::add(const Case& c, const Judgement& judgement, std::uint64_t stands_for) {
  add(c.loss, c.entry, judgement, stands_for);
  if (!is_finding(judgement.verdict)) return;
  add(signature_of(c, judgement),
      {c, judgement.detail, stands_for, is_harmless(c, judgement) ? stands_for : 0});
}

void Tally::add(const Signature& signature, const Finding& finding) {
  const auto [known, fresh] = findings_.try_emplace(signature, finding);
  if (fresh) return;
  const std::uint64_t cases = known->second.cases + finding.cases;
  const std::uint64_t harmless = known->second.harmless + finding.harmless;
  if (is_smaller(finding.smallest, known->second.smallest)) known->second = finding;
  known->second.cases = cases;
  known->second.harmless = harmless;
}

void Tally::add(const Tally& other) {
  for (const auto& [key, counts] : other.counts_) {
    counts_[key].add(counts);
  }
  for (const auto& [signature, finding] : other.findings_) add(signature, finding);
  for (const auto& [reason, cases] : other.reasons_) reasons_[reason] += cases;
}

bool Tally::leaves_a_loss_out() const {
  std::map<std::string, bool> judged;
  for (const auto& [key, counts] : counts_) {
    judged[key.first] = judged[key.first] || counts.not_judged < counts.total();
  }
  return std::any_of(judged.begin(), judged.end(), [](const auto& loss) { return !loss.second; });
}

std::string Tally::to_text() const {
  nlohmann::json text = {{"counts", nlohmann::json::array()},
                         {"findings", nlohmann::json::array()}};
  if (!reasons_.empty()) text["reasons"] = reasons_;
  for (const auto& [key, counts] : counts_) {
    text["counts"].push_back({{"loss", key.first},
                              {"entry", key.second},
                              {"cases", counts.cases},
                              {"warned", counts.warned},
                              {"findings", counts.findings},
                              {"not_judged", counts.not_judged},
                              {"keeping", counts.keeping}});
  }
  for (const auto& [s, finding] : findings_) {
    text["findings"].push_back({{"loss", s.loss},
                                {"entry", s.entry},
                                {"verdict", s.verdict},
                                {"mistake", s.mistake},
                                {"message", s.message},
                                {"cause", s.cause},
                                {"smallest", to_string(finding.smallest)},
                                {"detail", finding.detail},
                                {"cases", finding.cases},
                                {"harmless", finding.harmless}});
  }
  return text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Tally Tally::parse(const std::string& text, const LossSpecs& specs) {
  const nlohmann::json json = nlohmann::json::parse(text);
  Tally tally;
  for (const auto& row : json.at("counts")) {
    Counts counts;
    counts.cases = row.at("cases").get<decltype(counts.cases)>();
    counts.warned = row.at("warned");
    counts.findings = row.at("findings");
    counts.not_judged = row.at("not_judged");
    counts.keeping = row.at("keeping");
    tally.counts_[{row.at("loss"), row.at("entry")}] = counts;
  }
  for (const auto& row : json.at("findings")) {
    const Signature signature{row.at("loss"),    row.at("entry"),   row.at("verdict"),
                              row.at("mistake"), row.at("message"), row.at("cause")};
    tally.findings_[signature] = {parse_case(row.at("smallest").get<std::string>(), specs),
                                  row.at("detail"), row.at("cases"), row.at("harmless")};
  }
  if (json.contains("reasons")) tally.reasons_ = json.at("reasons").get<Reasons>();
  return tally;
}

}  // namespace shapefuzz
