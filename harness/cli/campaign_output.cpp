// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/campaign_output.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cmath>
#include <optional>

#include "harness/cli/commands.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/loss/loss.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/judge.h"
#include "harness/oracle/libtorch/setup.h"

namespace shapefuzz {

StatusLine::StatusLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void StatusLine::show(const std::string& text, double seconds) {
  last_ = text;
  if (terminal_) {
    print_message(fmt::format("\r{}\033[K", text));
  } else if (seconds >= next_) {
    print_message(text + "\n");
    next_ = seconds + 60;
    last_.clear();
  }
}

void StatusLine::finish() {
  if (!last_.empty()) print_message(terminal_ ? "\r\033[K" : last_ + "\n");
  last_.clear();
}

std::string clock_text(double seconds) {
  const auto all = std::lround(seconds);
  const std::string tail = fmt::format("{:02}", all % 60);
  if (all < 3600) return fmt::format("{}:{}", all / 60, tail);
  return fmt::format("{}:{:02}:{}", all / 3600, all / 60 % 60, tail);
}

Baseline read_campaign_baseline(const std::string& name, Device device) {
  if (name == "none") return {};
  if (!name.empty()) return read_baseline(name, all_specs());
  if (has_own_losses()) return {};
  const auto file = find_baseline(libtorch_version(), device);
  return file ? read_baseline(file->path, all_specs(), Input::kFile) : Baseline();
}

int print_triage(const TriageResult& result, const CampaignDirectory& campaign) {
  const std::string directory = campaign.path();
  std::optional<bool> in_baseline;
  for (const TriageGroup& group : result.groups) {
    if (group.in_baseline != in_baseline) {
      print_results(group.in_baseline ? "Unexplained, of losses and verdicts that the baseline has "
                                        "by another entry or mistake:\n"
                                      : "Unexplained:\n");
      in_baseline = group.in_baseline;
    }
    print_results(fmt::format(
        "  {:<15} {:<19} {:<34} {:>5}  {}{} --file {}\n", to_string(severity_of(group.verdict)),
        to_string(group.verdict), group.loss, group.signatures, typed("run"),
        device_option(campaign.state.device), shell_quoted(group.files.front())));
  }
  print_results(fmt::format("{} new findings, {} explained or known, {} flaky\n",
                            result.files.size(), result.known, result.flaky.size()));
  if (result.unread > 0) {
    print_message(fmt::format("shapefuzz: there was no time for {} findings; {} {} goes on\n",
                              result.unread, typed("triage"), shell_quoted(directory)));
  } else if (result.unproven > 0) {
    print_message(
        fmt::format("shapefuzz: {} findings may have a smaller case; {} {} looks for it\n",
                    result.unproven, typed("triage"), shell_quoted(directory)));
  }
  print_results(fmt::format("unexplained: {}\n", result.unexplained));
  return result.files.empty() && result.unread == 0 ? kNothingNew : kFindings;
}

}  // namespace shapefuzz
