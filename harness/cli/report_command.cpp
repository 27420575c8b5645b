#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "harness/cli/commands.h"
#include "harness/emit/exhibit.h"
#include "harness/emit/narrative.h"
#include "harness/losses/loss.h"
#include "harness/report/html.h"
#include "harness/shrink/apart.h"
#include "harness/text/file.h"

namespace shapefuzz {
namespace {

struct ReportCommand {
  std::string from;
  std::string to;
};

// The smallest case of each finding, judged again for its explanation, numbers and programs; those
// that do not show the same here are left out.
std::map<std::string, std::string> show_findings(const RecordSummary& summary) {
  std::vector<Case> cases;
  std::vector<std::string> signatures;
  for (const auto& [signature, finding] : summary.findings) {
    if (!finding.smallest) continue;
    cases.push_back(*finding.smallest);
    signatures.push_back(signature);
  }
  const auto show = [](const Exhibit& exhibit) {
    const Signature signature = signature_of_any(exhibit.c, exhibit.loss->spec, exhibit.judgement);
    return to_string(signature) + "\n" + record_for_report(exhibit);
  };
  std::map<std::string, std::string> shown;
  std::size_t next = 0;
  Exhibiting how;
  how.workers = Workers::kShared;
  exhibit_all(cases, how, show, [&](const std::string& text) {
    const std::size_t end = text.find('\n');
    if (text.substr(0, end) == signatures[next]) shown[signatures[next]] = text.substr(end + 1);
    ++next;
  });
  return shown;
}

int run(const ReportCommand& command) {
  const RecordSummary summary = read_records(command.from, all_specs());
  if (summary.records == 0) {
    throw InputError(command.from +
                     ": found no record, expected some (`sweep --out`, `run --json`)");
  }
  OutputFile out(command.to);
  out.write(to_html(summary, show_findings(summary)));
  out.commit();
  print_message(fmt::format("shapefuzz: {} records, {} distinct findings: {}\n", summary.records,
                            summary.findings.size(), command.to));
  return kNothingNew;
}

}  // namespace

Command add_report(CLI::App& app) {
  auto options = std::make_shared<ReportCommand>();
  ReportCommand& command = *options;
  CLI::App* added = app.add_subcommand("report", "Write records as one HTML file");
  added->add_option("RECORDS", command.from, "A file of result records, or a directory of them")
      ->required()
      ->check(check_file);
  added->add_option("-o,--out", command.to, "The HTML file")->required()->check(check_file);
  return {added, [options] { return run(*options); }};
}

}  // namespace shapefuzz
