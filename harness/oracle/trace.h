// Which operators LibTorch dispatched while the judged call ran: the feedback that a library
// without coverage gives. Includes no torch headers.
#pragma once

#include <cstdint>
#include <vector>

namespace shapefuzz {

/// From now on every judged call of this process is traced. It costs some tenths of a microsecond
/// an operator, so a sweep does without.
void trace_operators();

/// The operators of the last judged call by the hashes of their names, in their order; no more than
/// the first kMaxTraced. Empty unless trace_operators() was called.
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

}  // namespace shapefuzz
