// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {
namespace {

struct LossesCommand {
  std::vector<std::string> names;  ///< empty: all
  bool json = false;
  bool operators = false;
};

using Json = nlohmann::ordered_json;

struct ToJson {
  Json operator()(const OptionValue& value) const {
    return std::visit([](const auto& v) { return Json(v); }, value);
  }
};

Json to_json(const Loss& loss) {
  Json json;
  json["loss"] = loss.spec.name;
  json["entries"] = loss.spec.entries;
  json["contract"] = loss.spec.open ? Json() : Json(to_string(loss.spec.contract));
  json["operands"] = Json::array();
  for (const OperandPattern& operand : loss.spec.contract.operands()) {
    json["operands"].push_back({{"name", operand.name}, {"optional", operand.optional}});
  }
  json["options"] = Json::object();
  for (const OptionSpec& option : loss.spec.options) {
    json["options"][option.name] = ToJson()(option.standard);
  }
  return json;
}

std::string to_text(const Loss& loss) {
  std::string text =
      fmt::format("{}\n  entries   {}\n", loss.spec.name, fmt::join(loss.spec.entries, ", "));
  if (loss.spec.open) {
    std::string operands;
    for (const OperandPattern& operand : loss.spec.contract.operands()) {
      operands += fmt::format("{}{}{}", operands.empty() ? "" : ", ", operand.name,
                              operand.optional ? "?" : "");
    }
    text += fmt::format("  contract  none known ({})\n", operands);
  }
  const char* label = "contract";
  for (const Alternative& alternative : loss.spec.contract.alternatives) {
    if (loss.spec.open) break;
    text +=
        fmt::format("  {:<8}{} {}\n", label, *label == '\0' ? "|" : " ", to_string(alternative));
    label = "";
  }
  std::string options;
  for (const OptionSpec& option : loss.spec.options) {
    options += fmt::format("{}{}={}", options.empty() ? "" : ", ", option.name,
                           to_string(option.standard));
  }
  if (options.empty()) return text;
  return text + fmt::format("  options   {}\n", options);
}

int run(const LossesCommand& command) {
  std::vector<const Loss*> named;
  for (const std::string& name : command.names) named.push_back(&loss_named(name));
  for (const Loss* const loss : named) {
    print_results(command.json ? to_json(*loss).dump() + "\n" : to_text(*loss));
  }
  if (!named.empty()) return kNothingNew;
  for (const Loss& loss : command.operators ? all_operators() : all_losses()) {
    print_results(command.json ? to_json(loss).dump() + "\n" : to_text(loss));
  }
  return kNothingNew;
}

}  // namespace

Command add_losses(CLI::App& app) {
  auto options = std::make_shared<LossesCommand>();
  LossesCommand& command = *options;
  CLI::App* added = app.add_subcommand("losses", "List every loss, its entries and its contract");
  added->add_option("LOSS", command.names, "Only these, as in mse_loss or nn.MSELoss")
      ->type_name("");
  added->add_flag("--json", command.json, "Print one JSON object for each loss");
  added->add_flag(
      "--operators", command.operators,
      "List the operators aten::*loss* of the dispatcher instead, which have the entry op");
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
