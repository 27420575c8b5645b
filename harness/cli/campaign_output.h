// SPDX-License-Identifier: BSD-3-Clause
// What `fuzz` and `triage` print.
#pragma once

#include <chrono>
#include <string>

#include "harness/search/campaign/triage.h"

namespace shapefuzz {

/// One line on a terminal, drawn over itself; in a pipe a line a minute, and the last one.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine() { finish(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// `seconds` since the start.
  void show(const std::string& text, double seconds);
  void finish();

 private:
  bool terminal_;
  double next_ = 60;
  std::string last_;
};

/// `7:59:02`, `9:58`.
std::string clock_text(double seconds);

/// The baseline of that name; empty: the checkout's for this LibTorch on the device, "none": an
/// empty one.
Baseline read_campaign_baseline(const std::string& name, Device device);

/// The findings and how to replay them; returns the exit status.
int print_triage(const TriageResult& result, const CampaignDirectory& campaign);

}  // namespace shapefuzz
