// SPDX-License-Identifier: BSD-3-Clause
// The commands of `shapefuzz`, one function a command and a file each. A command returns the exit
// status; what the user got wrong is thrown as InputError.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/language/case/case.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11 says so
class App;
}

namespace shapefuzz {

/// The documented exit statuses; of several cases the highest counts.
constexpr int kNothingNew = 0;
constexpr int kFindings = 1;
constexpr int kWrongInput = 2;
constexpr int kHarnessFailed = 3;

/// One subcommand: its options are in `app`, `run` does the work and returns the exit status.
struct Command {
  const CLI::App* app = nullptr;
  std::function<int()> run;
};

Command add_causes(CLI::App& app);
Command add_diff(CLI::App& app);
Command add_emit(CLI::App& app);
Command add_fuzz(CLI::App& app);
Command add_infer(CLI::App& app);
Command add_losses(CLI::App& app);
Command add_report(CLI::App& app);
Command add_run(CLI::App& app);
Command add_shrink(CLI::App& app);
Command add_sweep(CLI::App& app);
Command add_triage(CLI::App& app);

/// To standard output. What cannot be written is an error only at the end, so that files are still
/// finished and the workers ended.
void print_results(std::string_view text);

/// To standard error, as far as that is possible.
void print_message(std::string_view text);

}  // namespace shapefuzz
