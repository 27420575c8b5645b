// SPDX-License-Identifier: BSD-3-Clause
// A report for PyTorch's maintainers: the program first, with what it printed when it was run.
#pragma once

#include <optional>
#include <string>

#include "harness/oracle/judge/exhibit.h"

namespace shapefuzz {

/// The parts of a report.
struct IssueReport {
  std::string title;
  std::string python;       ///< the program
  std::string cpp;          ///< the same for the C++ frontend
  std::string printed;      ///< what the one in C++ prints, as far as it is known
  std::string description;  ///< what is wrong, what is expected, versions and related issues
  std::string libtorch;
  bool is_of_cpp = false;  ///< the finding is of a frontend of which Python has its own
  bool is_finding = true;  ///< otherwise there is nothing to report
};

/// The report of a case, without what the program printed.
IssueReport issue_report(const Exhibit& exhibit);

/// One line of JSON, for the way from a worker.
std::string to_text(const IssueReport& report);
IssueReport read_issue_report(const std::string& text);

/// A Python program that was run.
struct PythonRun {
  std::string output;  ///< and how it ended, if not in good order
};

/// In Markdown. Without a run the program in C++ stands there, with the numbers that the judge has
/// computed; so it does where Python does not do what C++ does.
std::string issue_text(const IssueReport& report, const std::optional<PythonRun>& run);

}  // namespace shapefuzz
