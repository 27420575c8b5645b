// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/records/tally.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/findings/records/json_text.h"
#include "harness/language/case/order.h"
#include "harness/oracle/judgement/unjudged.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

Shape without_ones(const Shape& shape) {
  Shape others;
  for (const std::int64_t size : shape) {
    if (size != 1) others.push_back(size);
  }
  return others;
}

const Json& list_in(const Json& json, const char* field) {
  const Json& list = field_of(json, field);
  if (!list.is_array()) throw FieldError(field, list, "a list");
  return list;
}

// The loss and its entry, which are among those.
Tally::Key key_in(const Json& row, const LossSpecs& specs) {
  const Tally::Key key{word_in(row, "loss"), word_in(row, "entry")};
  for (const LossSpec* spec : specs) {
    const auto& entries = spec->entries;
    const bool has_entry = std::find(entries.begin(), entries.end(), key.second) != entries.end();
    if (spec->name == key.first && has_entry) return key;
  }
  throw FieldError("loss", key.first + "@" + key.second, "a loss that is swept, and its entry");
}

Counts counts_in(const Json& row) {
  Counts counts;
  const Json& zones = list_in(row, "cases");
  if (zones.size() != Counts::kZones) throw FieldError("cases", zones, "a list for each zone");
  for (std::size_t zone = 0; zone < Counts::kZones; ++zone) {
    const Json& outcomes = zones[zone];
    if (!outcomes.is_array() || outcomes.size() != Counts::kOutcomes) {
      throw FieldError("cases", outcomes, "a number for each outcome");
    }
    for (std::size_t outcome = 0; outcome < Counts::kOutcomes; ++outcome) {
      counts.cases[zone][outcome] = count_of(outcomes[outcome], "cases");
    }
  }
  counts.warned = count_in(row, "warned");
  counts.findings = count_in(row, "findings");
  counts.not_judged = count_in(row, "not_judged");
  counts.keeping = count_in(row, "keeping");
  return counts;
}

Signature signature_in(const Json& row, const LossSpecs& specs) {
  const auto [loss, entry] = key_in(row, specs);
  const std::string verdict = word_in(row, "verdict");
  const auto known = find_verdict(verdict);
  if (!known || !is_finding(*known)) throw FieldError("verdict", verdict, "a finding's verdict");
  return {loss,
          entry,
          verdict,
          word_in(row, "mistake"),
          word_in(row, "message"),
          word_in(row, "cause")};
}

Finding finding_in(const Json& row, const LossSpecs& specs) {
  Finding finding;
  const std::string smallest = word_in(row, "smallest");
  try {
    finding.smallest = parse_case(smallest, specs);
  } catch (const ParseError& error) {
    throw FieldError("smallest", smallest,
                     fmt::format("a case that can be read ({})", error.what()));
  }
  if (finding.smallest.loss != word_in(row, "loss") ||
      finding.smallest.entry != word_in(row, "entry")) {
    throw FieldError("smallest", smallest, "a case of the finding's loss and entry");
  }
  finding.detail = text_in(row, "detail");
  finding.cases = count_in(row, "cases");
  finding.harmless = count_in(row, "harmless", finding.cases);
  return finding;
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
  return parse_text(text, [&](Cursor& cursor) {
    return read_json(cursor, "a tally", [&](const Json& json) { return read(json, specs); });
  });
}

Tally Tally::read(const Json& json, const LossSpecs& specs) {
  Tally tally;
  for (const Json& row : list_in(json, "counts")) {
    const Key key = key_in(row, specs);
    if (!tally.counts_.emplace(key, counts_in(row)).second) {
      throw FieldError("counts", row, "each loss and entry once");
    }
  }
  for (const Json& row : list_in(json, "findings")) {
    if (!tally.findings_.emplace(signature_in(row, specs), finding_in(row, specs)).second) {
      throw FieldError("findings", row, "each signature once");
    }
  }
  if (!json.contains("reasons")) return tally;
  const Json& reasons = field_of(json, "reasons");
  if (!reasons.is_object()) throw FieldError("reasons", reasons, "an object");
  for (const auto& reason : reasons.items()) {
    require_word(reason.key(), "reasons");
    tally.reasons_[reason.key()] = count_in(reasons, reason.key().c_str());
  }
  return tally;
}

}  // namespace shapefuzz
