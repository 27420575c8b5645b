// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/sweep_output.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "harness/cli/commands.h"
#include "harness/findings/files/file.h"
#include "harness/findings/records/version.h"
#include "harness/language/text/parse_error.h"
#include "harness/language/text/program_name.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/device.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/search/campaign/directory.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/search/sweep/reach.h"
#include "harness/tell/explain/explain.h"
#include "harness/tell/report/causes.h"
#include "harness/tell/report/own.h"
#include "harness/tell/report/table.h"

namespace shapefuzz {

ProgressLine::ProgressLine()
    : terminal_(::isatty(STDERR_FILENO) == 1), start_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  if (terminal_) print_message("\r\033[K");
}

void ProgressLine::show(std::uint64_t done, std::uint64_t all) {
  if (!terminal_ || done == 0) return;
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double rate = static_cast<double>(done) / seconds;
  print_message(fmt::format("\r{:3.0f} %  {} of {} cases  {} a second  {:.0f} s left\033[K",
                            100.0 * static_cast<double>(done) / static_cast<double>(all),
                            with_commas(done), with_commas(all),
                            with_commas(static_cast<std::uint64_t>(rate)),
                            static_cast<double>(all - done) / rate));
}

namespace {

// Of own losses no empty dimension, unless somebody asks for them.
int least_size(const SweepCommand& command) {
  return has_own_losses() && !command.thorough ? 1 : 0;
}

std::string header(const SweepCommand& command, const Tally& tally, double seconds) {
  return fmt::format(
      "{} {}, LibTorch {}{}: {} cases{}, rank <= {}, sizes {}..{}, policy {}, {:.1f} s\n\n",
      has_own_losses() ? typed("sweep") + ", shapefuzz" : "shapefuzz", kVersion, libtorch_version(),
      command.device == Device::kCpu
          ? ""
          : fmt::format(" with {} against {}", name_of(command.device), base_of(command.device)),
      with_commas(tally.cases()),
      command.shard ? fmt::format(" of part {}/{}", command.shard->index, command.shard->count)
                    : "",
      command.max_rank, least_size(command), command.max_size, to_string(command.policy), seconds);
}

// What `run` says of a case, in three lines.
std::function<Advice(const Case&)> advice_of(const SweepCommand& command) {
  Judging judging = {command.policy, command.memory, command.device};
  return [judging](const Case& c) {
    Advice advice;
    exhibit_all(
        {c}, {judging},
        [](const Exhibit& exhibit) {
          const Explanation explanation = explain(exhibit);
          const bool refused = exhibit.judgement.outcome == Outcome::kRejected;
          const std::string& outcome = explanation.outcome;
          return (refused ? outcome.substr(0, outcome.find('\n')) : "") + "\n" + explanation.why +
                 "\n" + explanation.instead;
        },
        [&](const std::string& text) {
          const std::size_t refusal = text.find('\n');
          const std::size_t why = text.find('\n', refusal + 1);
          advice = {text.substr(0, refusal), text.substr(refusal + 1, why - refusal - 1),
                    text.substr(why + 1)};
        });
    std::replace(advice.instead.begin(), advice.instead.end(), '\n', ' ');
    return advice;
  };
}

}  // namespace

void print_sweep(const SweepCommand& command, const std::vector<Variation>& variations,
                 const SweepResult& result, const Held& held) {
  const Tally& tally = *result.tally;
  print_results(header(command, tally, result.seconds));
  print_results((command.signatures ? count_table(tally) : loss_table(tally, has_own_losses())) +
                not_judged_list(held.judged) + kept_memory_list(tally));
  const auto told =
      unreached(variations, {command.max_rank, command.max_size, least_size(command)});
  if (!told.empty()) print_results(fmt::format("\n{}\n", fmt::join(told, "\n")));
  const std::string& path = result.baseline;
  const auto fresh = path.empty() ? std::vector<Signature>{} : held.news.fresh;
  print_results((command.signatures ? finding_list(tally.findings(), fresh, command.device)
                 : has_own_losses() ? own_list(tally.findings(), advice_of(command))
                                    : cause_list(known_causes(command.device), tally.findings(),
                                                 fresh, command.device)) +
                "\n");
  if (!command.write_baseline.empty()) {
    print_results(fmt::format("Wrote {} causes and {} findings without one to {}.\n",
                              held.known.causes.size(), held.known.findings.size(),
                              printable_path(command.write_baseline)));
  }
  print_results(news_text(held.news, *result.known, held.judged.findings(), path));
  if (!tally.findings().empty() && !has_own_losses()) {
    print_results(fmt::format("Replay a case with: {}{} {}\n", typed("run"),
                              device_option(command.device),
                              shell_quoted(to_string(tally.findings().begin()->second.smallest))));
  }
  if (!tally.findings().empty() && has_own_losses()) {
    print_results(fmt::format("Explain a case with: {} CASE\n", typed("run")));
  }
  print_results(
      fmt::format("unexplained: {}\n", count_unexplained(*result.known, held.judged.findings())));
}

}  // namespace shapefuzz
