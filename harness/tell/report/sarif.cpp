// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/report/sarif.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "harness/findings/records/json_text.h"
#include "harness/findings/records/version.h"
#include "harness/language/text/hash.h"
#include "harness/language/text/program_name.h"
#include "harness/tell/explain/explain.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kGone = "no_longer_found";

// What a memory error or a miscalculation is in a run that compares nothing else.
std::string_view level_of(const std::string& verdict) {
  const auto known = find_verdict(verdict);
  if (!known) return "warning";
  switch (severity_of(*known)) {
    case Severity::kMemory:
    case Severity::kMiscalculation:
      return "error";
    case Severity::kHazard:
      return "warning";
    case Severity::kNone:
      break;
  }
  return "note";
}

class Sarif {
 public:
  Sarif(const SweepResult& result, const std::string& file, bool own)
      : result_(result), file_(file), own_(own) {}

  std::string text() {
    for (const Signature& signature : result_.news->fresh) {
      const Finding& finding = result_.findings->at(signature);
      const auto verdict = find_verdict(signature.verdict);
      std::string message = verdict ? std::string(meaning_of(*verdict, own_)) : signature.verdict;
      if (signature.mistake != "none") message += "; mistake: " + signature.mistake;
      if (!finding.detail.empty()) message += "; " + finding.detail;
      add(signature.verdict, signature, finding.smallest, message);
    }
    for (const Signature& signature : result_.news->stale) {
      add(std::string(kGone), signature, result_.known->findings.at(signature).smallest,
          fmt::format("the baseline has it, and it is found no more: {}", signature.verdict));
    }
    for (const StaleCause& stale : result_.news->stale_causes) {
      Signature signature;
      signature.loss = stale.c.loss;
      signature.entry = stale.c.entry;
      signature.cause = stale.name;
      add(std::string(kGone), signature, stale.c,
          fmt::format("the cause {} does not strike any more: the case shows {}", stale.name,
                      stale.shows));
    }
    return log().dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  void add(const std::string& rule, const Signature& signature, const Case& c,
           const std::string& message) {
    rules_.insert(rule);
    Json location = {{"logicalLocations",
                      {{{"name", signature.loss},
                        {"fullyQualifiedName", signature.loss + "@" + signature.entry},
                        {"kind", "function"}}}}};
    if (!file_.empty()) {
      location["physicalLocation"] = {{"artifactLocation", {{"uri", as_utf8(file_)}}},
                                      {"region", {{"startLine", 1}}}};
    }
    const std::string replay = fmt::format("{} '{}'", typed("run"), to_string(c));
    results_.push_back(
        {{"ruleId", rule},
         {"level", level_of(signature.verdict)},
         {"message",
          {{"text", as_utf8(fmt::format("{}: {}\n{}", signature.loss, message, replay))}}},
         {"locations", Json::array({location})},
         // The same finding in another run, whatever its smallest case is.
         {"partialFingerprints",
          {{"shapefuzzSignature/v1",
            fmt::format("{:016x}", hash_of(to_string(signature) + signature.cause))}}},
         {"properties", {{"case", to_string(c)}, {"signature", as_utf8(to_string(signature))}}}});
  }

  Json log() const {
    Json rules = Json::array();
    for (const std::string& rule : rules_) {
      const auto verdict = find_verdict(rule);
      const std::string text = verdict ? std::string(meaning_of(*verdict, own_))
                                       : "the baseline's finding, or its cause, is gone";
      rules.push_back({{"id", rule},
                       {"shortDescription", {{"text", text}}},
                       {"defaultConfiguration", {{"level", level_of(rule)}}}});
    }
    Json driver = {{"name", "shapefuzz"}, {"version", kVersion}, {"rules", rules}};
    Json run = {{"tool", {{"driver", driver}}},
                {"results", results_},
                {"properties", {{"libtorch", result_.libtorch}, {"policy", result_.policy}}}};
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({run})}};
  }

  const SweepResult& result_;
  const std::string& file_;
  bool own_;
  std::set<std::string> rules_;
  Json results_ = Json::array();
};

}  // namespace

std::string to_sarif(const SweepResult& result, const std::string& file, bool own) {
  return Sarif(result, file, own).text();
}

}  // namespace shapefuzz
