// SPDX-License-Identifier: BSD-3-Clause
// All losses, all entries: a case in, the oracle's word on its operands and options through each
// entry of its loss, which share the tensors and the references. What cannot be read is no
// input; what LibTorch refuses is a result like any other.
//
//   SHAPEFUZZ_NEW=abort       a finding that is not known ends the process, in a case as a sweep
//   has
//                             them; to tell the others apart is the campaign's work
//   SHAPEFUZZ_BASELINE=FILE   what is known, in the place of LibTorch's baseline
//   SHAPEFUZZ_FEEDBACK=off    no feedback from LibTorch
//   SHAPEFUZZ_MEMORY=MODE     how closely memory is watched: off, guard or full (as usual)
//   SHAPEFUZZ_REACHED=FILE    at the end, how much was reached, by how many calls that were judged,
//                             and how many of them each loss had
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <unordered_set>

#include "fuzz/dispatch.h"
#include "fuzz/feedback.h"
#include "fuzz/last_case.h"
#include "fuzz/property.h"
#include "fuzz/subjects.h"

#include "harness/losses/registry/registry.h"
#include "harness/oracle/libtorch/setup.h"

namespace shapefuzz {

std::vector<Subject> fuzz_subjects() { return loss_subjects(); }
bool mutates_bytes() { return false; }

namespace {

MemoryMode memory_mode() {
  const char* const mode = std::getenv("SHAPEFUZZ_MEMORY");
  if (mode == nullptr) return MemoryMode::kFull;
  const auto known = parse_memory_mode(mode);
  if (!known) throw std::invalid_argument("SHAPEFUZZ_MEMORY: expected off, guard or full");
  return *known;
}

// What is known: the baseline of this LibTorch or, of own losses, the file in SHAPEFUZZ_BASELINE.
Baseline known_findings() {
  const char* const file = std::getenv("SHAPEFUZZ_BASELINE");
  if (file != nullptr && *file != '\0') return read_baseline(file, all_specs());
  return has_own_losses() ? Baseline() : read_known(libtorch_version(), all_specs());
}

bool aborts_on_new() {
  const char* const fresh = std::getenv("SHAPEFUZZ_NEW");
  // What is found in somebody's own loss is what they look for.
  if (fresh == nullptr) return has_own_losses();
  return fresh != nullptr && std::string_view(fresh) == "abort";
}

class Target {
 public:
  Target()
      : known_(known_findings()),
        dispatch_(losses(), memory_mode(), known_,
                  [this](const Case& c, const Judgement& judgement) {
                    require(!abort_on_new_,
                            "nothing new is found: " + to_string(signature_of(c, judgement)),
                            to_string(c));
                  }) {
    dispatch_.after_call = [this] {
      give_feedback(dispatch_.observer().features());
      if (reached_.size() < kMostReached) reached_.insert(dispatch_.observer().reached());
    };
  }

  ~Target() {
    const char* const path = std::getenv("SHAPEFUZZ_REACHED");
    if (path == nullptr) return;
    std::uint64_t judged = 0;
    for (const auto& entry : dispatch_.judged()) judged += entry.second;
    std::ofstream file(path);
    file << reached_.size() << " " << judged << "\n";
    for (const auto& [loss, calls] : dispatch_.judged()) file << loss << " " << calls << "\n";
  }

  int operator()(const Case& c) { return dispatch_(c) ? 0 : -1; }

 private:
  static constexpr std::size_t kMostReached = 1000000;

  static std::vector<const Loss*> losses() {
    std::vector<const Loss*> all;
    for (const Loss& loss : all_losses()) all.push_back(&loss);
    return all;
  }

  bool abort_on_new_ = aborts_on_new();
  Baseline known_;
  Dispatch dispatch_;
  std::unordered_set<std::uint64_t> reached_;
};

}  // namespace
}  // namespace shapefuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapefuzz;
  static Target target;
  const std::string_view text = as_text(data, size);
  if (const Case* last = last_case().of(text)) return target(*last);
  Cursor cursor(text);
  const Case c = parse_case(cursor, all_specs());
  return cursor.failed() ? -1 : target(last_case().set(text, c));
}
