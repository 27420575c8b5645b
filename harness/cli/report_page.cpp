// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/report_page.h"

#include <map>
#include <vector>

#include "harness/findings/files/file.h"
#include "harness/losses/loss/loss.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/search/shrink/apart.h"
#include "harness/tell/narrate/narrative.h"
#include "harness/tell/report/html.h"

namespace shapefuzz {
namespace {

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
    const std::string cause = signature.cause.empty() ? "" : " | " + signature.cause;
    return to_string(signature) + cause + "\n" + record_for_report(exhibit);
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

}  // namespace

void write_report(const std::string& path, const RecordSummary& summary, const SweepDiff* diff) {
  OutputFile out(path);  // opened at once: to judge takes a while
  out.write(to_html(summary, show_findings(summary), diff));
  out.commit();
}

}  // namespace shapefuzz
