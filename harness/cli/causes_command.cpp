// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "harness/cli/commands.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/oracle/causes/cause.h"
#include "harness/oracle/judge/device.h"
#include "harness/search/campaign/directory.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

struct CausesCommand {
  std::vector<std::string> names;  ///< of causes or losses; empty: all
  bool json = false;
};

Json to_json(const Cause& cause) {
  Json examples = Json::array();
  for (const Exemplar& exemplar : cause.examples) {
    examples.push_back({{"case", exemplar.text}, {"verdict", to_string(exemplar.verdict)}});
  }
  return {{"name", cause.name},           {"device", to_string(cause.device)},
          {"title", cause.title},         {"sort", cause.sort == Sort::kBug ? "bug" : "hazard"},
          {"losses", cause.losses},       {"entries", cause.entries},
          {"condition", cause.condition}, {"predicts", cause.predict != nullptr},
          {"chance", cause.chance},       {"releases", cause.versions.text()},
          {"upstream", cause.upstream},   {"advice", cause.advice},
          {"examples", examples}};
}

std::string to_text(const Cause& cause) {
  std::string text = fmt::format("{}\n  {}\n", cause.name, cause.title);
  const auto add = [&](const char* label, const std::string& line) {
    if (!line.empty()) text += fmt::format("  {:<9} {}\n", label, line);
  };
  add("is", cause.sort == Sort::kBug ? "a bug" : "a hazard");
  if (cause.device != Device::kCpu) add("with", std::string(name_of(cause.device)));
  add("of", fmt::format("{}", fmt::join(cause.losses, ", ")));
  if (!cause.entries.empty()) add("by", fmt::format("{}", fmt::join(cause.entries, ", ")));
  add("when", std::string(cause.condition));
  add("known", cause.known_where());
  add("chance", std::string(cause.chance));
  add("do", std::string(cause.advice));
  if (!cause.examples.empty()) {
    add("replay", fmt::format("shapefuzz run{} {}", device_option(cause.device),
                              shell_quoted(std::string(cause.examples[0].text))));
  }
  return text;
}

bool is_named(const Cause& cause, const std::vector<std::string>& names) {
  return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return cause.name == name || cause.is_of(name);
         });
}

int run(const CausesCommand& command) {
  bool found = false;
  std::vector<std::string> names;
  for (const Device device : all_devices()) {
    for (const Cause& cause : known_causes(device).all()) {
      names.emplace_back(cause.name);
      if (!is_named(cause, command.names)) continue;
      print_results(command.json ? to_json(cause).dump() + "\n" : to_text(cause));
      found = true;
    }
  }
  if (found) return kNothingNew;
  throw InputError(fmt::format("NAME: found '{}', expected a cause or a loss that has one{}",
                               printable(command.names.front()),
                               did_you_mean(command.names.front(), names)));
}

}  // namespace

Command add_causes(CLI::App& app) {
  auto options = std::make_shared<CausesCommand>();
  CausesCommand& command = *options;
  CLI::App* added = app.add_subcommand("causes", "List the known bugs and hazards of LibTorch");
  added->add_option("NAME", command.names, "Only those of these names or losses")->type_name("");
  added->add_flag("--json", command.json, "Print one JSON object for each cause");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
