// SPDX-License-Identifier: BSD-3-Clause
// Which operators LibTorch dispatched while the judged call ran forward: the feedback that a
// library without coverage gives. Includes no torch headers.
#pragma once

#include <cstdint>
#include <vector>

namespace shapefuzz {

/// From now on every judged call of this process is traced. It costs some tenths of a microsecond
/// an operator, so a sweep does without.
void trace_operators();

/// The operators of the last judged call, which its backward is not part of, by the hashes of their
/// names, in their order; no more than the first kMaxTraced. Empty unless trace_operators() was
/// called.
constexpr std::size_t kMaxTraced = 64;
const std::vector<std::uint64_t>& traced_operators();

/// The call under test: the judge holds one while it runs, and none for its references.
class Traced {
 public:
  Traced();
  ~Traced();
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;
};

/// The judged call is over. Its backward is left out: it follows from the forward for the most
/// part, and autograd's engine sets the observers up anew for each node of the graph.
void end_trace();

}  // namespace shapefuzz
