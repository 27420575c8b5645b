// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/cli/names.h"
#include "harness/cli/options.h"
#include "harness/language/text/errors.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/infer/infer.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {
namespace {

struct InferCommand {
  std::vector<std::string> losses;
  double timeout = 60;
};

std::string to_text(const Loss& loss, const Inferred& inferred) {
  if (inferred.contract.empty()) {
    return fmt::format("{}\n  contract  none: no call of floating or whole numbers was accepted\n",
                       loss.spec.name);
  }
  std::string text = loss.spec.name + "\n  contract  ";
  for (std::size_t i = 0; i < inferred.contract.size(); ++i) {
    const bool breaks = inferred.contract.compare(i, 3, " | ") == 0;
    text += breaks ? "\n          | " : std::string(1, inferred.contract[i]);
    if (breaks) i += 2;
  }
  text += '\n';
  const char* label = "left out";
  for (const std::string& exception : inferred.exceptions) {
    text += fmt::format("  {:<8}  {}\n", label, exception);
    label = "";
  }
  return text;
}

int run(const InferCommand& command) {
  std::vector<const Loss*> losses;
  for (const std::string& name : command.losses) losses.push_back(&loss_named(name));
  if (losses.empty()) {
    for (const Loss& loss : all_losses()) losses.push_back(&loss);
  }
  warm_up_libtorch(MemoryMode::kOff);
  // In a worker, as no one knows what a call does that nobody has promised anything of.
  std::vector<std::string> texts(losses.size());
  bool failed = false;
  Pool pool;
  pool.units = losses.size();
  pool.jobs = 1;
  pool.reuse_workers = false;  // a heap that one loss has damaged is no other's
  pool.seconds_per_case = command.timeout;
  pool.work = [&](std::size_t unit, const auto& skipped, Position&) {
    return skipped.empty() ? to_text(*losses[unit], infer(*losses[unit])) : std::string();
  };
  pool.on_result = [&](std::size_t unit, const std::string& text) { texts[unit] += text; };
  pool.on_death = [&](const Death& death) {
    texts[death.unit] = fmt::format(
        "{}\n  contract  none: the loss ended its process, or did not come back from a call\n",
        losses[death.unit]->spec.name);
    failed = true;
  };
  pool.run();
  for (const std::string& text : texts) print_results(text);
  return failed ? kFindings : kNothingNew;
}

}  // namespace

Command add_infer(CLI::App& app) {
  auto options = std::make_shared<InferCommand>();
  InferCommand& command = *options;
  CLI::App* added = app.add_subcommand(
      "infer", "Print the contract that fits what a loss accepts and computes sample by sample");
  added->add_option("LOSS", command.losses, "The losses (default: all)")->type_name("");
  add_timeout(*added, command.timeout);
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
