// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/judge/memory_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "harness/oracle/libtorch/guard.h"
#include "harness/oracle/libtorch/tensors.h"
#include "harness/oracle/memory/arena.h"
#include "harness/oracle/memory/trap.h"

namespace shapefuzz {
namespace {

// Every byte 0xFF is NaN in every floating dtype, -1 in the signed ones, 255 and true; every byte 0
// is 0 and false. So any dtype differs, and whatever is computed from a NaN stays one.
constexpr unsigned char kPoison = 0xFF;
constexpr unsigned char kZero = 0x00;

// What the tensors to come are like.
void set_arena(Placement placement, unsigned char fill) {
  Arena::instance().place(placement);
  Arena::instance().fill_with(fill);
}

char* storage_of(const at::Tensor& tensor) {
  return static_cast<char*>(tensor.storage().data_ptr().get());
}

// A NaN's sign tells a reader nothing.
std::string text_of(double value) { return fmt::format("{:g}", std::isnan(value) ? NAN : value); }

std::string difference(const std::string& what, const at::Tensor& a, const at::Tensor& b) {
  if (a.defined() != b.defined()) return what + " is defined in one run only";
  if (shape_of(a) != shape_of(b)) return what + " has two shapes";
  const std::vector<double> x = values_of(a);
  const std::vector<double> y = values_of(b);
  std::size_t i = 0;
  // The bits, since a NaN is no other result than the same NaN.
  // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
  while (i + 1 < x.size() && std::memcmp(&x[i], &y[i], sizeof x[i]) == 0) ++i;
  return x.empty()
             ? what
             : fmt::format("{} at element {} is {} or {}", what, i, text_of(x[i]), text_of(y[i]));
}

// What differs between two runs, in words; empty if nothing does.
std::string difference(const LossSpec& spec, const Execution& a, const Execution& b) {
  if (a.accepted != b.accepted) {
    return fmt::format("accepted or refused: {}", a.accepted ? b.message : a.message);
  }
  if (a.message != b.message || a.backward_accepted != b.backward_accepted) {
    return fmt::format("the message is '{}' or '{}'", a.message, b.message);
  }
  if (!same_bits(a.value, b.value)) return difference("the result", a.value, b.value);
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    if (same_bits(a.gradients[i], b.gradients[i])) continue;
    return difference("the gradient of " + spec.contract.operands()[i].name, a.gradients[i],
                      b.gradients[i]);
  }
  return "";
}

}  // namespace

void begin_watched_case() {
  set_arena(Placement::kEnd, kPoison);
  Arena::instance().begin_case();
}

MemoryCheck::MemoryCheck(const Loss& loss, const Tensors& operands, MemoryMode mode)
    : loss_(&loss), mode_(mode), operands_(operands) {
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined()) continue;
    const char* const begin = storage_of(operands[i]);
    bytes_[i].assign(begin, begin + operands[i].storage().nbytes());
  }
  name(operands_);
}

Execution MemoryCheck::execute_first(const Loss& loss, const Case& c) {
  const std::uint64_t before = Arena::instance().blocks();
  Execution execution = execute(loss, c, operands_);
  took_memory_ = Arena::instance().blocks() != before;
  return execution;
}

void MemoryCheck::name(const Tensors& operands) const {
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].defined()) continue;
    Arena::instance().name(storage_of(operands[i]), loss_->spec.contract.operands()[i].name.c_str(),
                           operands[i].element_size());
  }
}

std::string MemoryCheck::changed_operand() const {
  for (std::size_t i = 0; i < operands_.size(); ++i) {
    if (bytes_[i].empty()) continue;
    const std::string& operand = loss_->spec.contract.operands()[i].name;
    const bool same =
        std::memcmp(storage_of(operands_[i]), bytes_[i].data(), bytes_[i].size()) == 0;
    const auto& written = loss_->written;
    if (!same && std::find(written.begin(), written.end(), operand) == written.end()) {
      return operand;
    }
  }
  return "";
}

Tensors MemoryCheck::fresh_operands() const {
  Tensors copies;
  for (std::size_t i = 0; i < operands_.size(); ++i) {
    const at::Tensor& operand = operands_[i];
    if (!operand.defined()) continue;
    const at::Tensor storage =
        at::empty({static_cast<std::int64_t>(bytes_[i].size())}, at::TensorOptions(at::kByte));
    if (!bytes_[i].empty()) {
      std::memcpy(storage_of(storage), bytes_[i].data(), bytes_[i].size());
    }
    copies[i] = at::empty({0}, operand.options());
    copies[i].set_(storage.storage(), operand.storage_offset(), operand.sizes(), operand.strides());
    copies[i].set_requires_grad(operand.requires_grad());
  }
  name(copies);
  return copies;
}

std::string MemoryCheck::find_difference(const Loss& loss, const Case& c, const Execution& actual,
                                         const Tensors& operands) const {
  return difference(loss_->spec, actual, execute(loss, c, operands));
}

void MemoryCheck::name_operator(const Loss& loss, const Case& c, Fault& fault) const {
  const GuardedScope scope(mode_);
  const NamedOperators named;
  // The first run has its tensors at the ends of their memory, the second one at the starts.
  for (const Placement placement : {Placement::kEnd, Placement::kStart}) {
    set_arena(placement, kPoison);
    execute(loss, c, fresh_operands());
    const auto again = take_fault();
    const bool same = again && again->access == fault.access && again->place == fault.place &&
                      again->operand == fault.operand && again->offset == fault.offset;
    if (!same) continue;
    fault.running = again->running;
    break;
  }
  set_arena(Placement::kEnd, kPoison);
}

bool MemoryCheck::finds_changed_operand(Judgement& judgement) const {
  const std::string operand = changed_operand();
  if (operand.empty()) return false;
  judgement.verdict = Verdict::kInputMutated;
  judgement.detail = fmt::format("the call changes {}", operand);
  return true;
}

bool MemoryCheck::finds_dependence(const Loss& loss, const Case& c, const Execution& actual,
                                   Judgement& judgement) {
  if (mode_ != MemoryMode::kFull || !(actual.accepted || took_memory_)) return false;
  const GuardedScope scope(mode_);
  set_arena(Placement::kStart, kZero);
  if (!has_others_) others_ = fresh_operands();
  has_others_ = true;
  const std::string found = find_difference(loss, c, actual, others_);
  set_arena(Placement::kEnd, kPoison);
  if (found.empty()) return false;

  // Which of the two runs' differences is it? Again as the first time, as often as chance needs to
  // show itself (a dropout of one element), and with one changed.
  constexpr int kRepeats = 8;
  for (int i = 0; i < kRepeats; ++i) {
    const std::string repeated = find_difference(loss, c, actual, fresh_operands());
    if (repeated.empty()) continue;
    judgement.verdict = Verdict::kNondeterministic;
    judgement.detail = "two runs differ: " + repeated;
    return true;
  }
  set_arena(Placement::kEnd, kZero);
  const std::string filled = find_difference(loss, c, actual, fresh_operands());
  set_arena(Placement::kEnd, kPoison);
  if (filled.empty()) return false;  // rounding that depends on an address is no finding
  judgement.verdict = Verdict::kUninitializedRead;
  judgement.detail = filled + ", as fresh memory is full of 0xFF or of 0";
  return true;
}

}  // namespace shapefuzz
