// All losses, all entries: a case in, the oracle's word out on its operands and options through
// each entry of its loss, which share the tensors and the references. What cannot be read is no
// input; what LibTorch refuses is a result like any other.
//
//   SHAPEFUZZ_NEW=abort       a bug that the baseline does not have of the loss ends the process;
//                             to tell findings apart in earnest is the campaign's work
//   SHAPEFUZZ_FEEDBACK=off    no feedback from LibTorch
//   SHAPEFUZZ_MEMORY=MODE     how closely memory is watched: off, guard (as usual) or full
//   SHAPEFUZZ_REACHED=FILE    at the end, how much was reached, by how many calls that were judged
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <unordered_set>

#include "fuzz/feedback.h"
#include "fuzz/last_case.h"
#include "fuzz/property.h"
#include "fuzz/subjects.h"
#include "harness/campaign/observer.h"
#include "harness/case/mutations.h"
#include "harness/sweep/baseline.h"
#include "harness/text/file.h"

namespace shapefuzz {

std::vector<Subject> fuzz_subjects() { return loss_subjects(); }
bool mutates_bytes() { return false; }

namespace {

// Whether the case has other values than usual where LibTorch takes them unchecked.
bool is_unchecked(const Loss& loss, const Case& c) {
  Case usual;
  usual.options = loss.sweep_options;
  return std::any_of(loss.unchecked.begin(), loss.unchecked.end(), [&](const std::string& name) {
    const Operand* const operand = c.find_operand(name);
    if (operand != nullptr) return !operand->values.empty();
    if (loss.spec.find_option(name) == nullptr) return false;
    return c.option(loss.spec, name) != usual.option(loss.spec, name);
  });
}

// How a call with other shapes than the contract's is wrong depends on sizes, values and options: a
// wrong value may hide behind half precision or an infinite margin and show in the gradient only.
std::string family_of(const std::string& verdict) {
  return verdict.rfind("wrong_", 0) == 0 ? "wrong" : verdict;
}

MemoryMode memory_mode() {
  const char* const mode = std::getenv("SHAPEFUZZ_MEMORY");
  if (mode == nullptr) return MemoryMode::kGuard;
  const auto known = parse_memory_mode(mode);
  if (!known) throw std::invalid_argument("SHAPEFUZZ_MEMORY: expected off, guard or full");
  return *known;
}

class Dispatch {
 public:
  Dispatch() {
    const char* const fresh = std::getenv("SHAPEFUZZ_NEW");
    abort_on_new_ = fresh != nullptr && std::string_view(fresh) == "abort";
    const auto file = find_baseline(libtorch_version());
    if (!file) return;  // a LibTorch that nobody has swept yet
    for (const auto& [signature, known] : read_baseline(file->path, all_specs())) {
      known_.insert(signature.loss + " " + signature.verdict);
      known_.insert(signature.loss + " " + family_of(signature.verdict));
      if (severity_of(*find_verdict(signature.verdict)) == Severity::kMemory)
        deadly_.insert(signature.loss + " " + signature.relation);
    }
  }

  ~Dispatch() {
    const char* const path = std::getenv("SHAPEFUZZ_REACHED");
    if (path != nullptr) std::ofstream(path) << reached_.size() << " " << judged_ << "\n";
  }

  int operator()(const Case& c) {
    if (!mutator_.fits(c)) return -1;
    const Loss& loss = *find_loss(c.loss);
    // libFuzzer ends with the process: what is known to crash is left to the campaign.
    if (is_unchecked(loss, c)) return -1;
    const std::vector<Misfit> misfits = find_misfits(c, loss.spec);
    for (const Misfit& misfit : misfits) {
      if (deadly_.count(c.loss + " " + to_string(misfit)) != 0) return -1;
    }
    Case through = c;
    for (const Entry& entry : loss.entries) {
      through.entry = entry.name;
      repair(through, loss.spec);
      judge(loss, through, misfits.front());
    }
    return 0;
  }

 private:
  void judge(const Loss& loss, const Case& c, const Misfit& misfit) {
    const Judgement& judgement = observer_.observe(loss, c, misfit);
    ++judged_;
    give_feedback(observer_.features());
    if (reached_.size() < kMostReached) reached_.insert(observer_.reached());
    if (judgement.verdict == Verdict::kPass || !abort_on_new_) return;
    if (severity_of(judgement.verdict) == Severity::kContract) return;
    const std::string verdict(to_string(judgement.verdict));
    const bool known =
        known_.count(c.loss + " " + verdict) != 0 ||
        (judgement.zone != Zone::kValid && known_.count(c.loss + " " + family_of(verdict)) != 0);
    require(known, "no new verdict: " + verdict, to_string(c));
  }

  static constexpr std::size_t kMostReached = 1000000;

  Observer observer_ = Observer({Policy::kExpand, memory_mode()});
  Mutator mutator_ = Mutator(loss_subjects());
  std::set<std::string> known_;   // loss and verdict, loss and family
  std::set<std::string> deadly_;  // loss and misfit
  bool abort_on_new_ = false;
  std::unordered_set<std::uint64_t> reached_;
  std::uint64_t judged_ = 0;
};

}  // namespace
}  // namespace shapefuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapefuzz;
  static Dispatch dispatch;
  const std::string_view text = as_text(data, size);
  if (const Case* last = last_case().of(text)) return dispatch(*last);
  Cursor cursor(text);
  const Case c = parse_case(cursor, all_specs());
  return cursor.failed() ? -1 : dispatch(last_case().set(text, c));
}
