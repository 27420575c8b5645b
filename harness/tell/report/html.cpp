// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/report/html.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/findings/records/version.h"
#include "harness/language/case/mistake.h"
#include "harness/oracle/causes/cause.h"
#include "harness/tell/explain/explain.h"
#include "harness/tell/report/page.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

// A browser ends a script at `</script` and reads `<!--`; with these escaped it is the same JSON.
std::string as_script(const Json& json) {
  std::string text;
  for (const char c : json.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    switch (c) {
      case '<':
        text += "\\u003c";
        break;
      case '>':
        text += "\\u003e";
        break;
      case '&':
        text += "\\u0026";
        break;
      default:
        text += c;
    }
  }
  return text;
}

Json verdicts_json() {
  Json verdicts = Json::array();
  for (const Verdict verdict : all_verdicts()) {
    verdicts.push_back({{"name", to_string(verdict)},
                        {"severity", to_string(severity_of(verdict))},
                        {"meaning", meaning_of(verdict)}});
  }
  return verdicts;
}

// The mistakes that occur, in the order of the enumeration; unknown ones behind.
std::vector<std::string> mistakes_of(const RecordSummary& summary) {
  std::set<std::string> seen;
  for (const auto& row : summary.cells) {
    for (const auto& cell : row.second) seen.insert(cell.first);
  }
  std::vector<std::string> mistakes;
  for (const Mistake mistake : all_mistakes()) {
    if (seen.erase(std::string(to_string(mistake))) > 0) mistakes.emplace_back(to_string(mistake));
  }
  mistakes.insert(mistakes.end(), seen.begin(), seen.end());
  return mistakes;
}

// What many programs share stands in the page once; a program refers to it by number.
class Preludes {
 public:
  Json refer(const Json& parts) {
    const auto [known, fresh] = numbers_.try_emplace(parts.at(1).get<std::string>(), all_.size());
    if (fresh) all_.push_back(known->first);
    return {parts.at(0), known->second, parts.at(2)};
  }
  const Json& all() const { return all_; }

 private:
  std::map<std::string, std::size_t> numbers_;
  Json all_ = Json::array();
};

Json findings_json(const RecordSummary& summary, const std::map<std::string, std::string>& shown,
                   Preludes& preludes) {
  Json findings = Json::array();
  for (const auto& [signature, f] : summary.findings) {
    Json finding = {{"loss", f.loss},         {"entry", f.entry},       {"verdict", f.verdict},
                    {"mistake", f.mistake},   {"case", f.text},         {"records", f.records},
                    {"zone", f.zone},         {"detail", f.detail},     {"message", f.message},
                    {"libtorch", f.libtorch}, {"signature", signature}, {"cause", f.cause}};
    const auto found = shown.find(signature);
    if (found != shown.end()) {
      Json& json = finding["shown"] = Json::parse(found->second);
      if (json.contains("programs")) {
        for (auto& program : json["programs"]) program = preludes.refer(program);
      }
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

// What is known of the causes that occur, and of the others only their names: a later shapefuzz may
// have written the records.
Json causes_json(const RecordSummary& summary) {
  std::set<std::string> seen;
  for (const auto& entry : summary.findings) {
    if (!entry.second.cause.empty()) seen.insert(entry.second.cause);
  }
  Json causes = Json::array();
  for (const Device device : all_devices()) {
    for (const Cause& cause : known_causes(device).all()) {
      if (seen.erase(std::string(cause.name)) == 0) continue;
      causes.push_back({{"name", cause.name},
                        {"title", cause.title},
                        {"sort", cause.sort == Sort::kBug ? "bug" : "hazard"},
                        {"condition", cause.condition},
                        {"releases", cause.versions.text()},
                        {"upstream", cause.upstream},
                        {"advice", cause.advice}});
    }
  }
  for (const std::string& name : seen) {
    causes.push_back({{"name", name},
                      {"title", ""},
                      {"sort", "bug"},
                      {"condition", ""},
                      {"releases", ""},
                      {"upstream", Json::array()},
                      {"advice", ""}});
  }
  return causes;
}

Json changes_json(const SweepDiff& diff) {
  Json changes = Json::array();
  std::istringstream lines(to_json_lines(diff));
  for (std::string line; std::getline(lines, line);) changes.push_back(Json::parse(line));
  return {{"from", diff.first_libtorch},
          {"to", diff.second_libtorch},
          {"passes_compared", diff.passes_compared},
          {"changes", std::move(changes)}};
}

}  // namespace

std::string to_html(const RecordSummary& summary, const std::map<std::string, std::string>& shown,
                    const SweepDiff* diff) {
  Json json;
  json["shapefuzz"] = kVersion;
  json["libtorch"] = summary.libtorch;
  json["records"] = summary.records;
  json["verdicts"] = verdicts_json();
  json["mistakes"] = mistakes_of(summary);
  json["rows"] = Json::array();
  for (const auto& [way, mistakes] : summary.cells) {
    json["rows"].push_back({{"loss", way.first}, {"entry", way.second}, {"cells", mistakes}});
  }
  Preludes preludes;
  json["findings"] = findings_json(summary, shown, preludes);
  json["preludes"] = preludes.all();
  json["causes"] = causes_json(summary);
  json["curve"] = Json::array();
  for (const Moment& moment : summary.curve) {
    json["curve"].push_back({moment.seconds, moment.executions, moment.features, moment.findings});
  }
  json["diff"] = diff != nullptr ? changes_json(*diff) : Json();
  std::string page = kPage;
  const std::string place = "@data@";
  return page.replace(page.find(place), place.size(), as_script(json));
}

}  // namespace shapefuzz
